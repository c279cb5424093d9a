// SPDX-License-Identifier: Apache-2.0
#include "core/saturate.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <climits>
#include <cstdint>

#include "core/clock.hpp"

using namespace react1;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

TEST_CASE("sums and products end at the largest and the smallest number") {
  CHECK(saturating_add(INT64_MAX, 1) == INT64_MAX);
  CHECK(saturating_add(INT64_MIN, -1) == INT64_MIN);
  CHECK(saturating_add(INT64_MAX, INT64_MIN) == -1);
  CHECK(saturating_multiply(INT64_MAX, 2) == INT64_MAX);
  CHECK(saturating_multiply(INT64_MIN, 2) == INT64_MIN);
  CHECK(saturating_multiply(INT64_MIN, -1) == INT64_MAX);
  CHECK(saturating_multiply(-3, 4) == -12);
}

TEST_CASE("an instant and any length give an instant that is not before it") {
  for (const auto now : {steady_clock::now(), steady_clock::time_point(), steady_clock::time_point::max()}) {
    CHECK(saturating_add(now, milliseconds::max()) == steady_clock::time_point::max());
    CHECK(saturating_add(now, hours::max()) == steady_clock::time_point::max());
    CHECK(saturating_add(now, milliseconds(0)) == now);
  }
  const auto begin = std::chrono::system_clock::time_point(hours(1));
  CHECK(saturating_add(begin, milliseconds(1)) == begin + milliseconds(1));
  CHECK(saturating_add(-begin.time_since_epoch() + std::chrono::system_clock::time_point(), milliseconds::min()) ==
        std::chrono::system_clock::time_point::min());
  CHECK(saturating_add(begin, milliseconds(LLONG_MAX)) > std::chrono::system_clock::now() + kForever);
}

TEST_CASE("a length is cut to the maximum, and a short one stays") {
  CHECK(at_most_forever(milliseconds(5)) == milliseconds(5));
  CHECK(at_most_forever(milliseconds::max()) == kForever);
  CHECK(at_most_forever(seconds::max()) == kForever);
}

TEST_CASE("an endless sleep ends with the stop") {
  std::stop_source stop;
  stop.request_stop();
  CHECK_FALSE(react1::system_clock().sleep_for(milliseconds::max(), stop.get_token()));
}
