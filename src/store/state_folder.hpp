// SPDX-License-Identifier: Apache-2.0
// Paths of this user's state.
#pragma once

#include <filesystem>

namespace react1::store {

/// As state_directory(), without creating it. Throws Error{io} when no variable names one.
[[nodiscard]] std::filesystem::path state_folder();

/// The default job store in that folder.
inline constexpr const char* kStoreName = "jobs.sqlite";

}  // namespace react1::store
