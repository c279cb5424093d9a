// SPDX-License-Identifier: Apache-2.0
// The address under which FFmpeg writes a local file.
#pragma once

#include <string>

namespace react1::media {

/// "file:" before a local path, so that a name with a colon is not interpreted as a protocol.
[[nodiscard]] std::string file_address(const std::string& path);

}  // namespace react1::media
