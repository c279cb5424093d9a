// SPDX-License-Identifier: Apache-2.0
// Who works on a job: a name for a process that no later process can have, and whether it still runs.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace react1::store {

/// This process: "<machine> <boot id> <pid namespace> <pid> <start time>". Each part is "-" when it cannot be read.
[[nodiscard]] std::string this_process();

/// One try at a paid call, for as long as this lives: process and attempt are told apart, because a daemon outlives its
/// attempts.
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

/// Whether the attempt, or the process, that `owner` names still runs; nullopt when that cannot be seen from here.
[[nodiscard]] std::optional<bool> attempt_alive(std::string_view owner);

/// Whether the process that `owner` names still runs; nullopt when that cannot be seen from here (another machine or
/// container, or text that is no owner).
[[nodiscard]] std::optional<bool> process_alive(std::string_view owner);

}  // namespace react1::store
