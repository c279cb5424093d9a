// SPDX-License-Identifier: Apache-2.0
#include "core/log.hpp"

#include <atomic>
#include <chrono>
#include <mutex>
#include <react1/error.hpp>
#include <shared_mutex>
#include <utility>

namespace react1 {
namespace {

constexpr int kNothing = 1000;  ///< above every level

/// Lives to the end of the process: other threads may still log while main returns, or static objects are destroyed.
struct Place {
  std::atomic<int> lowest{kNothing};
  std::shared_mutex mutex;  ///< shared by those who log, so that a sink is never replaced in the middle of a call
  LogSink sink;
};

Place& place() {
  static Place* const only = new Place;
  return *only;
}

thread_local bool t_in_sink = false;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)
thread_local std::string t_job;       // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)
thread_local std::string t_request;   // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)

class InSink {
 public:
  InSink() noexcept { t_in_sink = true; }
  InSink(const InSink&) = delete;
  InSink& operator=(const InSink&) = delete;
  ~InSink() { t_in_sink = false; }
};

}  // namespace
}  // namespace react1

namespace react1::REACT1_ABI {

void set_log_sink(LogSink sink, LogLevel level) {
  if (t_in_sink) throw Error(ErrorCode::usage, "set_log_sink", "a log sink can't replace itself");
  Place& here = place();
  const int lowest = sink ? static_cast<int>(level) : kNothing;
  {
    const std::unique_lock lock(here.mutex);
    std::swap(here.sink, sink);
    here.lowest.store(lowest, std::memory_order_release);
  }
  // The previous sink is destroyed here, outside of the lock: it may log.
}

}  // namespace react1::REACT1_ABI

namespace react1::log {

Scope::Scope(std::string job_id, std::string request_id)
    : previous_job_(std::exchange(t_job, std::move(job_id))),
      previous_request_(std::exchange(t_request, std::move(request_id))) {}

Scope::~Scope() {
  t_job = std::move(previous_job_);
  t_request = std::move(previous_request_);
}

bool is_wanted(Level level) noexcept {
  return !t_in_sink && static_cast<int>(level) >= place().lowest.load(std::memory_order_acquire);
}

void write(Level level, std::string_view component, std::string_view message) noexcept {
  if (!is_wanted(level)) return;
  try {
    Place& here = place();
    const std::shared_lock lock(here.mutex);
    // It may have been replaced since.
    if (!here.sink || static_cast<int>(level) < here.lowest.load(std::memory_order_relaxed)) return;
    const InSink inside;
    here.sink({level, std::chrono::system_clock::now(), component, message, t_job, t_request});
  } catch (...) {
    // A line that can't be written can't be reported either, and must not end a paid job.
  }
}

}  // namespace react1::log
