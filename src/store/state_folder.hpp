// SPDX-License-Identifier: Apache-2.0
// Where the state of this user is kept.
#pragma once

#include <filesystem>

namespace react1::store {

/// As state_directory(), without creating it. Throws Error{io} when nothing names one.
[[nodiscard]] std::filesystem::path state_folder();

/// The default job store in it.
inline constexpr const char* kStoreName = "jobs.sqlite";

}  // namespace react1::store
