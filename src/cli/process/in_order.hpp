// SPDX-License-Identifier: Apache-2.0
// The same work on many items, several in parallel, with results in the order of the items.
#pragma once

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <exception>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <utility>
#include <vector>

namespace react1::cli {

/// Calls `work(index, stop_token)` for 0 … count − 1 on as many threads as there are cores, and `take(result)` on the
/// caller's thread, in order, as soon as each is available. The first failure in that order is thrown after the results
/// before it were taken; the rest is then stopped. A stop of `stop` reaches all.
template <class Work, class Take>
void in_order(std::size_t count, const std::stop_token& stop, Work work, Take take) {
  using Result = decltype(work(std::size_t{0}, stop));
  struct Slot {
    std::optional<Result> result;
    std::exception_ptr failure;
  };
  std::stop_source ours;
  const std::stop_callback forward(stop, [&ours] { ours.request_stop(); });
  std::vector<Slot> slots(count);
  std::mutex mutex;
  std::condition_variable changed;
  std::atomic<std::size_t> next{0};
  const auto run = [&] {
    for (std::size_t i = next++; i < count; i = next++) {
      Slot slot;
      try {
        slot.result.emplace(work(i, ours.get_token()));
      } catch (...) {  // carried to the caller's thread below
        slot.failure = std::current_exception();
      }
      const std::lock_guard lock(mutex);
      slots[i] = std::move(slot);
      changed.notify_one();
    }
  };
  struct Workers {
    std::stop_source& stop;
    std::vector<std::jthread> threads;
    ~Workers() { stop.request_stop(); }  // before the threads are joined
  } workers{ours, {}};
  const std::size_t threads = std::min<std::size_t>(std::max(1U, std::thread::hardware_concurrency()), count);
  for (std::size_t i = 0; i < threads; ++i) workers.threads.emplace_back(run);
  for (Slot& slot : slots) {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return slot.result || slot.failure; });
    const Slot ready = std::exchange(slot, {});
    lock.unlock();
    if (ready.failure) std::rethrow_exception(ready.failure);
    take(*ready.result);
  }
}

}  // namespace react1::cli
