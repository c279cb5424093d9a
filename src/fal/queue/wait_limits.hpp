// SPDX-License-Identifier: Apache-2.0
// Limits on waiting for a request: in total, and in the queue. Pure: the time is passed in.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include <react1/fal.hpp>

namespace react1::fal {

class WaitLimits {
 public:
  using Time = std::chrono::steady_clock::time_point;

  WaitLimits(const FalOptions& options, Time begun);

  /// The reported status. The queue's time begins with the first IN_QUEUE after another state, and ends with
  /// IN_PROGRESS; an unknown status word changes nothing.
  void saw(QueueStatus::State state, Time now);
  struct Reached {
    WaitPolicy policy{};
    std::string text{};  ///< "not completed within 3600 s"
  };
  /// A limit that has been reached, each one once.
  [[nodiscard]] std::optional<Reached> reached(Time now);
  /// Time until the next limit, as far as is known; nullopt: none is left.
  [[nodiscard]] std::optional<std::chrono::milliseconds> left(Time now) const;
  /// Time until the next limit if the request entered the queue at `now`.
  [[nodiscard]] std::optional<std::chrono::milliseconds> soonest(Time now) const;
  /// Removes all limits.
  void lift() noexcept;

 private:
  struct Limit {
    std::optional<std::chrono::milliseconds> length;  // nullopt: none, or spent
    WaitPolicy policy{};
    std::optional<Time> due;
  };
  Limit total_, queue_;
};

}  // namespace react1::fal
