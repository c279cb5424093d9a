// SPDX-License-Identifier: Apache-2.0
// What every clean-up of folders needs.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace react1 {

/// Names in the folder that `folder` has open, without "." and ".."; none when it can't be read. The descriptor remains
/// the caller's.
[[nodiscard]] std::vector<std::string> names_in(int folder);

/// Runs `work`, which must not stop a job: what it throws is logged.
void clean_up(const std::function<void()>& work) noexcept;

}  // namespace react1
