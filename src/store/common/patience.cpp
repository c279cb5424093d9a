// SPDX-License-Identifier: Apache-2.0
#include "store/common/patience.hpp"

#include <algorithm>
#include <react1/error.hpp>
#include <thread>
#include <utility>

namespace react1::store {
namespace {

using SteadyClock = std::chrono::steady_clock;

/// Within the 200 ms that a stop may take.
constexpr std::chrono::milliseconds kAfterStop{150};

thread_local std::stop_token t_stop;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)
thread_local SteadyClock::time_point t_until =
    SteadyClock::time_point::max();  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)

}  // namespace

StopScope::StopScope(std::stop_token stop) : previous_(std::exchange(t_stop, std::move(stop))) {}

StopScope::~StopScope() {
  t_stop = std::move(previous_);
}

Patience::Patience(std::chrono::milliseconds at_most)
    : previous_(std::exchange(t_until, std::min(t_until, SteadyClock::now() + at_most))) {}

Patience::~Patience() {
  t_until = previous_;
}

SteadyClock::time_point Wait::until() const {
  return std::min(t_until, began_ + kPatience);
}

Wait::State Wait::state() const {
  const auto now = SteadyClock::now();
  if (t_stop.stop_requested() && now - began_ >= kAfterStop) return State::stopped;
  return now >= until() ? State::over : State::on;
}

Wait::State Wait::sleep(std::chrono::milliseconds pause) const {
  constexpr std::chrono::milliseconds kLook{25};
  const auto end = std::min(until(), SteadyClock::now() + pause);
  State now = state();
  while (now == State::on && SteadyClock::now() < end) {
    std::this_thread::sleep_for(std::min<SteadyClock::duration>(kLook, end - SteadyClock::now()));
    now = state();
  }
  return now;
}

void throw_waited(Wait::State state, const std::string& where, const std::string& what) {
  if (state == Wait::State::stopped) {
    throw Error(ErrorCode::interrupted, where,
                "stopped while waiting for the " + what + ", which another process holds", {.retryable = true});
  }
  throw Error(ErrorCode::io, where, "the " + what + " is held by another thread or process for long",
              {.hint = "look for a hanging one and try again", .retryable = true});
}

Turn::Hold::Hold(Turn& turn, const std::string& where, const std::string& what) : turn_(turn) {
  constexpr std::chrono::milliseconds kLook{25};
  std::unique_lock lock(turn_.mutex_);
  const Wait wait;
  while (turn_.taken_) {
    if (const Wait::State state = wait.state(); state != Wait::State::on) throw_waited(state, where, what);
    turn_.freed_.wait_for(lock, kLook);
  }
  turn_.taken_ = true;
}

Turn::Hold::~Hold() {
  const std::lock_guard lock(turn_.mutex_);
  turn_.taken_ = false;
  turn_.freed_.notify_one();
}

}  // namespace react1::store
