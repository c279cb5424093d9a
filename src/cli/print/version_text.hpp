// SPDX-License-Identifier: Apache-2.0
// What --version prints.
#pragma once

#include <string>

namespace react1::cli {

[[nodiscard]] std::string version_text();
/// {"react1","build","ffmpeg","curl","compiler"}.
[[nodiscard]] std::string version_json();

}  // namespace react1::cli
