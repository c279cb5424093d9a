// SPDX-License-Identifier: Apache-2.0
// Where the state of this user is kept.
#pragma once

#include <filesystem>

namespace react1::store {

/// As state_directory() says, without making it. Throws Error{io} when nothing says where.
[[nodiscard]] std::filesystem::path state_folder();

/// The job store in it, where nobody names another.
inline constexpr const char* kStoreName = "jobs.sqlite";

}  // namespace react1::store
