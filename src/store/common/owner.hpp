// SPDX-License-Identifier: Apache-2.0
// The owner of a job: a unique name for a process, and whether it still runs.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace react1::store {

/// This process: "<machine> <boot id> <pid namespace> <pid> <start time>". Each part is "-" when it cannot be read.
[[nodiscard]] std::string this_process();

/// One attempt at a paid call, during the life of this object: process and attempt are distinguished, because a daemon
/// outlives its attempts.
class Attempt {
 public:
  Attempt();
  Attempt(const Attempt&) = delete;
  Attempt& operator=(const Attempt&) = delete;
  ~Attempt();
  /// "<this_process()> <number>".
  [[nodiscard]] const std::string& name() const noexcept { return name_; }

 private:
  std::uint64_t number_;
  std::string name_;
};

/// Whether the attempt, or the process, that `owner` names still runs; nullopt when that is not visible from here.
[[nodiscard]] std::optional<bool> attempt_alive(std::string_view owner);

/// Whether the process that `owner` names still runs; nullopt when that is not visible from here (another machine or
/// container, or text that is not an owner).
[[nodiscard]] std::optional<bool> process_alive(std::string_view owner);

}  // namespace react1::store
