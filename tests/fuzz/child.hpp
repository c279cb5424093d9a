// SPDX-License-Identifier: Apache-2.0
// Runs a program to its end, or to a deadline.
#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace react1::fuzz {

struct ChildResult {
  int exit_code = -1;  ///< −1 when it was ended by a signal
  int signal = 0;
  bool timed_out = false;  ///< it was ended here
  std::string errors;      ///< the end of what it wrote to its standard error
  std::chrono::milliseconds took{};
};

/// `environment` holds NAME=VALUE lines that are added to this process's own. Standard output is thrown away; standard
/// input is `input`, a path, or empty. Throws std::runtime_error when the program can't be started.
[[nodiscard]] ChildResult run_child(const std::vector<std::string>& command,
                                    const std::vector<std::string>& environment, const std::string& input,
                                    std::chrono::milliseconds deadline);

}  // namespace react1::fuzz
