// SPDX-License-Identifier: Apache-2.0
// How FFmpeg is told which local file to write.
#pragma once

#include <string>

namespace react1::media {

/// "file:" before a local path, so that a name with a colon in it is not taken for a protocol.
[[nodiscard]] std::string file_address(const std::string& path);

}  // namespace react1::media
