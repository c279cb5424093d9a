// SPDX-License-Identifier: Apache-2.0
// Ctrl-C and friends → one std::stop_source.
#pragma once

#include <csignal>

#include <atomic>
#include <chrono>
#include <stop_token>
#include <thread>

namespace react1::cli {

/// While it lives, SIGINT, SIGTERM and SIGHUP request a stop; a second request ends the process immediately. Programs
/// that stop others often send a signal twice (timeout(1): to its child, then to the group), so a signal that a program
/// repeats within a second counts as the first request, and a paid call keeps its grace. A key pressed twice is two
/// requests, and so is a third signal. The signals are blocked and taken by a thread of our own, so that stop callbacks
/// run as ordinary code and not in a signal handler. Create it in main before any other thread, because threads inherit
/// what is blocked. SIGPIPE and SIGXFSZ are ignored: a closed pipe and a file size limit are write errors like any
/// other.
class Signals {
 public:
  Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;
  ~Signals();

  [[nodiscard]] std::stop_token token() const noexcept { return stop_.get_token(); }
  /// 130 after SIGINT, 143 after SIGTERM, 129 after SIGHUP; 0 when there was none. Any thread.
  [[nodiscard]] int exit_code() const noexcept;

 private:
  void take_signals();
  [[nodiscard]] bool is_repeat(const siginfo_t& signal);

  std::stop_source stop_;
  bool repeated_ = false;                           // of the thread
  std::chrono::steady_clock::time_point first_at_;  // of the thread
  std::atomic<int> first_{0};
  std::atomic<bool> ending_{false};
  sigset_t taken_{};
  std::thread thread_;
};

}  // namespace react1::cli
