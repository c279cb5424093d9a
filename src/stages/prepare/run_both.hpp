// SPDX-License-Identifier: Apache-2.0
// Runs two functions in parallel, one of them on the caller's thread.
#pragma once

#include <exception>
#include <mutex>
#include <optional>
#include <react1/run_context.hpp>
#include <stop_token>
#include <thread>
#include <type_traits>
#include <utility>
#include <variant>

#include "core/log.hpp"

namespace react1::stages {

/// The result of `work`, or nothing.
template <class Work>
auto outcome_of(Work& work, const RunContext& context) {
  if constexpr (std::is_void_v<decltype(work(context))>) {
    work(context);
    return std::monostate{};
  } else {
    return work(context);
  }
}

/// Runs `here(RunContext)` on the caller's thread, with its observer, and `there(RunContext)` on another, silently.
/// The first failure stops the other side and is rethrown; a stop of `context` reaches both.
template <class Here, class There>
auto run_both(const RunContext& context, Here here, There there) {
  std::stop_source stop;
  const std::stop_callback forward(context.stop, [&stop] { stop.request_stop(); });
  const RunContext context_here{stop.get_token(), context.observer, context.job_id};
  const RunContext context_there{stop.get_token(), &silent_observer(), context.job_id};

  std::optional<decltype(outcome_of(there, context_there))> result_there;
  std::optional<decltype(outcome_of(here, context_here))> result_here;
  std::exception_ptr first_failure;
  std::mutex mutex;
  const auto guarded = [&](auto& result, auto& work, const RunContext& work_context) {
    try {
      result.emplace(outcome_of(work, work_context));
    } catch (...) {  // carried to the caller's thread below
      const std::lock_guard lock(mutex);
      if (!first_failure) first_failure = std::current_exception();
      stop.request_stop();
    }
  };
  {
    const std::jthread other([&] {
      const log::Scope scope(context.job_id);
      guarded(result_there, there, context_there);
    });
    guarded(result_here, here, context_here);
  }
  if (first_failure) std::rethrow_exception(first_failure);
  return std::pair(std::move(*result_here), std::move(*result_there));
}

}  // namespace react1::stages
