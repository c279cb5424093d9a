// SPDX-License-Identifier: Apache-2.0
// A clock that only advances by sleeping, so that tests of waiting do not wait.
#pragma once

#include <chrono>
#include <functional>
#include <mutex>
#include <stop_token>
#include <utility>
#include <vector>

#include "core/clock.hpp"

namespace react1::test {

/// Thread-safe. Sleeping advances both clocks immediately and is recorded.
class FakeClock final : public Clock {
 public:
  explicit FakeClock(std::chrono::system_clock::time_point wall = std::chrono::system_clock::from_time_t(1'800'000'000))
      : wall_(wall) {}

  [[nodiscard]] std::chrono::steady_clock::time_point now() const override {
    const std::lock_guard lock(mutex_);
    return std::chrono::steady_clock::time_point{} + slept_;
  }
  [[nodiscard]] std::chrono::system_clock::time_point wall() const override {
    const std::lock_guard lock(mutex_);
    return wall_ + slept_;
  }
  bool sleep_for(std::chrono::milliseconds duration, const std::stop_token& stop) const override {
    {
      const std::lock_guard lock(mutex_);
      sleeps_.push_back(duration);
      slept_ += duration;
    }
    if (on_sleep) on_sleep();
    return !stop.stop_requested();
  }

  [[nodiscard]] std::vector<std::chrono::milliseconds> sleeps() const {
    const std::lock_guard lock(mutex_);
    return sleeps_;
  }

  std::function<void()> on_sleep;  ///< called inside every sleep; set before use

 private:
  std::chrono::system_clock::time_point wall_;
  mutable std::mutex mutex_;
  mutable std::chrono::milliseconds slept_{0};
  mutable std::vector<std::chrono::milliseconds> sleeps_;
};

}  // namespace react1::test
