// SPDX-License-Identifier: Apache-2.0
// How long a request may be waited for: in all, and in the queue. Pure: the time is handed in.
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

  /// What the service said. The queue's time begins with the first IN_QUEUE after something else, and ends with
  /// IN_PROGRESS; a word that nobody knows changes nothing.
  void saw(QueueStatus::State state, Time now);
  struct Reached {
    WaitPolicy policy{};
    std::string text{};  ///< "not completed within 3600 s"
  };
  /// A limit that is reached, each one once.
  [[nodiscard]] std::optional<Reached> reached(Time now);
  /// Until the next limit, as far as is known; nullopt: none is left.
  [[nodiscard]] std::optional<std::chrono::milliseconds> left(Time now) const;
  /// Until the next limit if the request went into the queue at `now`.
  [[nodiscard]] std::optional<std::chrono::milliseconds> soonest(Time now) const;
  /// No limit from here on.
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
