// SPDX-License-Identifier: Apache-2.0
// A bounded queue that a producer thread fills ahead of the consumer.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <utility>

#include <react1/error.hpp>

namespace react1::media {

/// Calls `produce` on a thread of its own and keeps up to `capacity` results ready. next() is for one thread only.
/// A stop requested through `stop` ends both sides; the destructor requests it, so what `produce` waits on must listen
/// to the same token, and outlive this object.
template <class T>
class PrefetchQueue {
 public:
  /// nullopt = the end; not called again then, nor after it threw.
  using Produce = std::function<std::optional<T>()>;

  PrefetchQueue(std::size_t capacity, std::stop_source stop, Produce produce)
      : capacity_(capacity), stop_(std::move(stop)), produce_(std::move(produce)), thread_([this] { run(); }) {}
  PrefetchQueue(const PrefetchQueue&) = delete;
  PrefetchQueue& operator=(const PrefetchQueue&) = delete;
  ~PrefetchQueue() {
    stop_.request_stop();
    thread_.join();
  }

  /// The next result, nullopt at the end. Rethrows what `produce` threw, after the results before it; throws
  /// Error{interrupted} immediately when a stop is requested.
  [[nodiscard]] std::optional<T> next() {
    std::unique_lock lock(mutex_);
    const bool woken = changed_.wait(lock, stop_.get_token(), [this] { return !ready_.empty() || ended_; });
    if (!woken || stop_.stop_requested()) throw Error(ErrorCode::interrupted, "preparing the clip", "stopped");
    if (ready_.empty()) {
      if (failure_) std::rethrow_exception(failure_);
      return std::nullopt;
    }
    std::optional<T> item = std::move(ready_.front());
    ready_.pop_front();
    changed_.notify_all();
    return item;
  }

 private:
  void run() noexcept {
    try {
      while (std::optional<T> item = produce_()) {
        std::unique_lock lock(mutex_);
        if (!changed_.wait(lock, stop_.get_token(), [this] { return ready_.size() < capacity_; })) break;
        ready_.push_back(std::move(*item));
        changed_.notify_all();
      }
    } catch (...) {
      const std::lock_guard lock(mutex_);
      failure_ = std::current_exception();
    }
    const std::lock_guard lock(mutex_);
    ended_ = true;
    changed_.notify_all();
  }

  std::size_t capacity_;
  std::stop_source stop_;
  Produce produce_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<T> ready_;
  std::exception_ptr failure_;
  bool ended_ = false;
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace react1::media
