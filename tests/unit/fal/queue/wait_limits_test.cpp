// SPDX-License-Identifier: Apache-2.0
#include "fal/queue/wait_limits.hpp"

#include <doctest/doctest.h>

using namespace react1;
using namespace react1::fal;
using namespace std::chrono_literals;
using State = QueueStatus::State;

namespace {

constexpr WaitLimits::Time kStart{};

FalOptions options() {
  FalOptions options;
  options.max_wait = 100s;
  options.max_queue_wait = 10s;
  options.on_max_queue_wait = WaitPolicy::cancel;
  return options;
}

}  // namespace

TEST_CASE("the time in the queue counts from entering it, and begins anew when a request is put back") {
  WaitLimits limits(options(), kStart);
  CHECK(limits.left(kStart) == 100s);
  CHECK(limits.soonest(kStart) == 10s);
  limits.saw(State::in_queue, kStart + 5s);
  limits.saw(State::in_queue, kStart + 9s);
  CHECK(limits.left(kStart + 9s) == 6s);
  limits.saw(State::in_progress, kStart + 14s);
  CHECK_FALSE(limits.reached(kStart + 50s));
  limits.saw(State::in_queue, kStart + 50s);
  CHECK_FALSE(limits.reached(kStart + 59s));
  const auto reached = limits.reached(kStart + 60s);
  REQUIRE(reached);
  CHECK(reached->policy == WaitPolicy::cancel);
  CHECK(reached->text == "still in the queue after 10 s");
}

TEST_CASE("an unknown word neither begins nor ends the time in the queue") {
  WaitLimits limits(options(), kStart);
  limits.saw(State::unknown, kStart);
  CHECK(limits.left(kStart) == 100s);
  limits.saw(State::in_queue, kStart);
  limits.saw(State::unknown, kStart + 5s);
  CHECK(limits.reached(kStart + 10s));
}

TEST_CASE("each limit is told once, and the whole time comes first") {
  WaitLimits limits(options(), kStart);
  limits.saw(State::in_queue, kStart + 95s);
  const auto total = limits.reached(kStart + 200s);
  REQUIRE(total);
  CHECK(total->policy == WaitPolicy::detach);
  CHECK(total->text == "not completed within 100 s");
  CHECK(limits.reached(kStart + 200s));
  CHECK_FALSE(limits.reached(kStart + 900s));
  limits.saw(State::in_queue, kStart + 900s);
  CHECK_FALSE(limits.left(kStart + 900s));
}

TEST_CASE("without a limit on the queue only the whole time counts") {
  FalOptions total_only = options();
  total_only.max_queue_wait.reset();
  WaitLimits limits(total_only, kStart);
  limits.saw(State::in_queue, kStart);
  CHECK(limits.soonest(kStart) == 100s);
  limits.lift();
  CHECK_FALSE(limits.left(kStart));
}
