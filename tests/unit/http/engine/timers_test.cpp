// SPDX-License-Identifier: Apache-2.0
#include "http/engine/timers.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace react1::http;
using namespace std::chrono_literals;

namespace {

constexpr Timers::Time kStart{};

/// Takes everything that is due, in order.
void run_due(Timers& timers, Timers::Time now) {
  while (const auto function = timers.take_due(now)) function();
}

}  // namespace

TEST_CASE("timers come in the order of their times, and of their adding where those are equal") {
  Timers timers;
  std::string order;
  timers.add(1, kStart + 3s, [&] { order += 'c'; });
  timers.add(2, kStart + 1s, [&] { order += 'a'; });
  timers.add(3, kStart + 3s, [&] { order += 'd'; });
  timers.add(4, kStart + 2s, [&] { order += 'b'; });
  CHECK(timers.next() == kStart + 1s);
  run_due(timers, kStart + 2s);
  CHECK(order == "ab");
  CHECK(timers.next() == kStart + 3s);
  run_due(timers, kStart + 1h);
  CHECK(order == "abcd");
  CHECK_FALSE(timers.next());
}

TEST_CASE("a cancelled timer is gone, also for next()") {
  Timers timers;
  bool called = false;
  timers.add(1, kStart + 1s, [&] { called = true; });
  timers.add(2, kStart + 2s, [] {});
  CHECK(timers.cancel(1));
  CHECK_FALSE(timers.cancel(1));
  CHECK(timers.next() == kStart + 2s);
  run_due(timers, kStart + 1h);
  CHECK_FALSE(called);
  CHECK_FALSE(timers.cancel(2));
}

TEST_CASE("a timer may add and cancel others while it is called") {
  Timers timers;
  std::string order;
  timers.add(1, kStart, [&] {
    order += 'a';
    CHECK(timers.cancel(2));
    timers.add(3, kStart, [&] { order += 'c'; });
  });
  timers.add(2, kStart, [&] { order += 'b'; });
  run_due(timers, kStart);
  CHECK(order == "ac");
}

TEST_CASE("a hundred thousand time-outs that never fire cost no lasting memory, and the right ones remain") {
  Timers timers;
  int fired = 0;
  for (std::uint64_t id = 1; id <= 100'000; ++id) {
    timers.add(id, kStart + std::chrono::milliseconds(200'000 - id), [&] { ++fired; });
    if (id % 100 != 0) CHECK(timers.cancel(id));
  }
  CHECK(timers.size() == 1000);
  CHECK(timers.next() == kStart + std::chrono::milliseconds(100'000));
  run_due(timers, kStart + 1h);
  CHECK(fired == 1000);
}
