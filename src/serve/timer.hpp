// SPDX-License-Identifier: Apache-2.0
// Delayed tasks, on one thread for all of them.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

namespace react1::serve {

/// Safe from any thread. The thread is started by the first task. Tasks due at the same time run in the order in
/// which they were added; tasks not due at the end are dropped.
class Timer {
 public:
  using Task = std::function<void()>;
  Timer() = default;
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;
  /// Waits for the task that runs; must not be called from a task.
  ~Timer() { stop(); }

  /// `task` must be short, for the others wait; what it throws is logged. After stop(): dropped.
  void after(std::chrono::milliseconds delay, Task task);
  /// As the destructor.
  void stop();

 private:
  using Key = std::pair<std::chrono::steady_clock::time_point, std::uint64_t>;
  void run(const std::stop_token& stop);

  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::map<Key, Task> tasks_;
  std::uint64_t next_ = 0;
  bool stopped_ = false;
  std::jthread thread_;
};

}  // namespace react1::serve
