// SPDX-License-Identifier: Apache-2.0
// Delays a stop request by a grace period, for the paid call: its answer identifies what was paid.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <thread>

namespace react1::stages {

/// token() is stopped `grace` after `outer` is. Both stay valid for the object's life only.
class GraceStop {
 public:
  GraceStop(std::stop_token outer, std::chrono::milliseconds grace)
      : thread_([this, outer = std::move(outer), grace](const std::stop_token& done) { watch(done, outer, grace); }) {}

  [[nodiscard]] std::stop_token token() const { return late_.get_token(); }

 private:
  void watch(const std::stop_token& done, const std::stop_token& outer, std::chrono::milliseconds grace) {
    const std::stop_callback wake(outer, [this] {
      const std::lock_guard lock(mutex_);
      changed_.notify_all();
    });
    std::unique_lock lock(mutex_);
    if (!changed_.wait(lock, done, [&] { return outer.stop_requested(); })) return;
    changed_.wait_for(lock, done, grace, [] { return false; });
    if (!done.stop_requested()) late_.request_stop();
  }

  std::stop_source late_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::jthread thread_;  // last: it uses all of the above and is joined first
};

}  // namespace react1::stages
