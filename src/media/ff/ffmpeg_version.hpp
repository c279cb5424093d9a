// SPDX-License-Identifier: Apache-2.0
// The version of the media library that runs, for `--version`.
#pragma once

#include <string>

namespace react1::media::ff {

/// FFmpeg's release, e.g. "5.1.6-0+deb12u1".
[[nodiscard]] std::string library_version();

}  // namespace react1::media::ff
