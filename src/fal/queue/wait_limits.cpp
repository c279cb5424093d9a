// SPDX-License-Identifier: Apache-2.0
#include "fal/queue/wait_limits.hpp"

#include "core/saturate.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace react1::fal {
namespace {

using std::chrono::milliseconds;

std::string seconds(milliseconds time) {
  return time % std::chrono::seconds(1) == milliseconds(0) ? fmt::format("{} s", time.count() / 1000)
                                                           : fmt::format("{} ms", time.count());
}

}  // namespace

WaitLimits::WaitLimits(const FalOptions& options, Time begun)
    : total_{options.max_wait, options.on_max_wait, saturating_add(begun, options.max_wait)},
      queue_{options.max_queue_wait, options.on_max_queue_wait, std::nullopt} {}

void WaitLimits::saw(QueueStatus::State state, Time now) {
  if (!queue_.length) return;
  if (state == QueueStatus::State::in_queue) {
    if (!queue_.due) queue_.due = saturating_add(now, *queue_.length);
  } else if (state == QueueStatus::State::in_progress) {
    queue_.due.reset();
  }
}

std::optional<WaitLimits::Reached> WaitLimits::reached(Time now) {
  const auto take = [now](Limit& limit, const char* words) -> std::optional<Reached> {
    if (!limit.due || now < *limit.due) return std::nullopt;
    const milliseconds length = *limit.length;
    limit.length.reset();
    limit.due.reset();
    return Reached{limit.policy, fmt::format("{} {}", words, seconds(length))};
  };
  if (auto total = take(total_, "not completed within")) return total;
  return take(queue_, "still in the queue after");
}

std::optional<milliseconds> WaitLimits::left(Time now) const {
  std::optional<milliseconds> least;
  for (const Limit* limit : {&total_, &queue_}) {
    if (!limit->due) continue;
    const auto left = std::max(std::chrono::ceil<milliseconds>(*limit->due - now), milliseconds(0));
    if (!least || left < *least) least = left;
  }
  return least;
}

std::optional<milliseconds> WaitLimits::soonest(Time now) const {
  auto least = left(now);
  if (queue_.length && !queue_.due && (!least || *queue_.length < *least)) least = queue_.length;
  return least;
}

void WaitLimits::lift() noexcept {
  total_ = queue_ = {};
}

}  // namespace react1::fal
