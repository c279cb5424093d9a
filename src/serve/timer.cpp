// SPDX-License-Identifier: Apache-2.0
#include "serve/timer.hpp"

#include <exception>

#include "core/log.hpp"
#include "core/saturate.hpp"

namespace react1::serve {

void Timer::after(std::chrono::milliseconds delay, Task task) {
  {
    const std::lock_guard lock{mutex_};
    if (stopped_) return;
    tasks_.emplace(Key{saturating_add(std::chrono::steady_clock::now(), delay), next_++}, std::move(task));
    if (!thread_.joinable()) thread_ = std::jthread{[this](const std::stop_token& stop) { run(stop); }};
  }
  changed_.notify_one();
}

void Timer::stop() {
  std::jthread thread;
  std::map<Key, Task> dropped;  // their ends may take locks
  {
    const std::lock_guard lock{mutex_};
    stopped_ = true;
    thread = std::move(thread_);
    dropped.swap(tasks_);
  }
}

void Timer::run(const std::stop_token& stop) {
  std::unique_lock lock{mutex_};
  while (!stop.stop_requested()) {
    if (tasks_.empty()) {
      changed_.wait(lock, stop, [this] { return !tasks_.empty(); });
      continue;
    }
    const auto first = tasks_.begin()->first;
    if (std::chrono::steady_clock::now() < first.first) {
      changed_.wait_until(lock, stop, first.first, [&] { return tasks_.empty() || tasks_.begin()->first < first; });
      continue;
    }
    Task task = std::move(tasks_.begin()->second);
    tasks_.erase(tasks_.begin());
    lock.unlock();
    try {
      task();
      task = nullptr;
    } catch (const std::exception& error) {
      log::error("serve", error.what());
    }
    lock.lock();
  }
}

}  // namespace react1::serve
