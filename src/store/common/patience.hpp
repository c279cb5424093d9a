// SPDX-License-Identifier: Apache-2.0
// How long a call waits for a database that another process has locked, and what ends the wait. Per thread, because
// the calls between a command and SQLite pass neither.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <string>

namespace react1::store {

/// Long enough for a slow disk's fsync under load, short enough that a stuck holder is noticed.
inline constexpr std::chrono::milliseconds kPatience{10'000};

/// While it lives, a requested stop ends the waits of this thread. Nests: the inner one applies.
class StopScope {
 public:
  explicit StopScope(std::stop_token stop);
  StopScope(const StopScope&) = delete;
  StopScope& operator=(const StopScope&) = delete;
  ~StopScope();

 private:
  std::stop_token previous_;
};

/// While it lives, all waits of this thread together take no longer than `at_most`. Nests: the earlier end applies.
class Patience {
 public:
  explicit Patience(std::chrono::milliseconds at_most = kPatience);
  Patience(const Patience&) = delete;
  Patience& operator=(const Patience&) = delete;
  ~Patience();

 private:
  std::chrono::steady_clock::time_point previous_;
};

/// One wait of this thread.
class Wait {
 public:
  enum class State { on, over, stopped };
  /// A wait that has just begun continues briefly after a stop: most locks are released by then, and
  /// the data may be the outcome of a paid call.
  [[nodiscard]] State state() const;
  /// Sleeps for `pause`, or less where the wait ends sooner, and returns the state then.
  State sleep(std::chrono::milliseconds pause) const;
  /// When it ends at the latest.
  [[nodiscard]] std::chrono::steady_clock::time_point until() const;

 private:
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
};

/// Error{interrupted} or Error{io}, by why the wait for `where`, a `what`, has ended.
[[noreturn]] void throw_waited(Wait::State state, const std::string& where, const std::string& what);

/// A mutex whose waits are bounded and end with a stop.
class Turn {
 public:
  /// Locks it. Throws as throw_waited() when it can't.
  class Hold {
   public:
    Hold(Turn& turn, const std::string& where, const std::string& what);
    Hold(const Hold&) = delete;
    Hold& operator=(const Hold&) = delete;
    ~Hold();

   private:
    Turn& turn_;
  };

 private:
  std::mutex mutex_;  // guards taken_
  std::condition_variable_any freed_;
  bool taken_ = false;
};

}  // namespace react1::store
