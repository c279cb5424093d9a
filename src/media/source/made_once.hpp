// SPDX-License-Identifier: Apache-2.0
// A value that the first caller makes while the others wait.
#pragma once

#include <condition_variable>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>

#include <react1/error.hpp>

namespace react1::media {

/// Any thread.
template <class Thing>
class MadeOnce {
 public:
  using Make = std::function<std::shared_ptr<Thing>()>;

  /// The value, made by `make` when there is none yet. When it throws, later calls throw the same
  /// without `can_repeat`, and retry with it. A stop ends the waiting with Error{interrupted}. `name` is for messages.
  [[nodiscard]] std::shared_ptr<Thing> get(const std::string& name, bool can_repeat, const std::stop_token& stop,
                                           const Make& make) {
    std::unique_lock lock(mutex_);
    if (!changed_.wait(lock, stop, [this] { return !being_made_; })) {
      throw Error{ErrorCode::interrupted, name, "stopped"};
    }
    if (thing_) return thing_;
    if (failure_) std::rethrow_exception(failure_);
    being_made_ = true;
    lock.unlock();
    std::shared_ptr<Thing> made;
    std::exception_ptr failure;
    std::exception_ptr lasting;
    try {
      made = make();
    } catch (const Error& error) {
      failure = std::current_exception();
      // A stop ends only that call; the input stays partly read.
      lasting = error.code() == ErrorCode::interrupted
                    ? std::make_exception_ptr(Error{ErrorCode::io, name, "was read in part and can't be read again"})
                    : failure;
    } catch (...) {
      failure = lasting = std::current_exception();
    }
    lock.lock();
    being_made_ = false;
    thing_ = made;
    if (!can_repeat) failure_ = lasting;
    changed_.notify_all();
    if (failure) std::rethrow_exception(failure);
    return made;
  }

  /// Null while there is none.
  [[nodiscard]] std::shared_ptr<Thing> made() const {
    const std::lock_guard lock(mutex_);
    return thing_;
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  bool being_made_ = false;
  std::shared_ptr<Thing> thing_;
  std::exception_ptr failure_;
};

}  // namespace react1::media
