// SPDX-License-Identifier: Apache-2.0
// A heap of timers. Independent of clock and threads.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <unordered_map>
#include <vector>

namespace react1::http {

/// Not thread-safe. Adding and taking cost O(log n), cancelling O(1); what was cancelled is dropped when it comes to
/// the top, or when it makes up most of the heap.
class Timers {
 public:
  using Time = std::chrono::steady_clock::time_point;
  using Function = std::function<void()>;

  /// `id` is the caller's own and must be new.
  void add(std::uint64_t id, Time due, Function function);
  /// False when there is no such timer.
  bool cancel(std::uint64_t id);
  /// The earliest time; nullopt when nothing waits.
  [[nodiscard]] std::optional<Time> next();
  /// Removes and returns the earliest that is due at `now`; of equal times the one added first. Empty when none is.
  /// One at a time, so that a function may add and cancel others.
  [[nodiscard]] Function take_due(Time now);

  [[nodiscard]] std::size_t size() const noexcept { return functions_.size(); }

 private:
  struct Entry {
    Time due;
    std::uint64_t order = 0, id = 0;
  };
  static bool later(const Entry& a, const Entry& b) noexcept;
  void drop_cancelled();

  std::vector<Entry> heap_;
  std::unordered_map<std::uint64_t, Function> functions_;
  std::uint64_t added_ = 0;
};

}  // namespace react1::http
