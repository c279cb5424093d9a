// SPDX-License-Identifier: Apache-2.0
// Where tests find their clips.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace react1::test {

/// fixtures/NAME; fails the test when it is missing.
[[nodiscard]] std::string fixture(const std::string& name);

/// All fixtures whose name says MP4 or QuickTime, damaged and empty ones included.
[[nodiscard]] std::vector<std::filesystem::path> mp4_fixtures();

/// The folder of real clips (../shared/media, or REACT1_MEDIA_DIR). When it is absent, prints
/// "skipped: no media folder" (ctest then reports the case as skipped) and gives nullopt.
[[nodiscard]] std::optional<std::filesystem::path> media_folder();

/// The source tree.
[[nodiscard]] std::filesystem::path source_dir();

}  // namespace react1::test
