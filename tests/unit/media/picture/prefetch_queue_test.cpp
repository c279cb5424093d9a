// SPDX-License-Identifier: Apache-2.0
#include "media/picture/prefetch_queue.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <memory>
#include <optional>
#include <stdexcept>
#include <stop_token>

using react1::Error;
using react1::ErrorCode;
using react1::media::PrefetchQueue;

TEST_CASE("results arrive in order and the end is an end") {
  int made = 0;
  PrefetchQueue<std::unique_ptr<int>> ahead(3, std::stop_source{}, [&]() -> std::optional<std::unique_ptr<int>> {
    if (made == 1000) return std::nullopt;
    return std::make_unique<int>(made++);
  });
  for (int i = 0; i < 1000; ++i) {
    const auto item = ahead.next();
    REQUIRE(item);
    REQUIRE(**item == i);
  }
  CHECK_FALSE(ahead.next());
  CHECK_FALSE(ahead.next());
}

TEST_CASE("what the producer throws comes after the results before it") {
  int made = 0;
  PrefetchQueue<int> ahead(8, std::stop_source{}, [&]() -> std::optional<int> {
    if (made == 2) throw std::runtime_error("broken");
    return made++;
  });
  CHECK(ahead.next() == 0);
  CHECK(ahead.next() == 1);
  CHECK_THROWS_AS((void)ahead.next(), std::runtime_error);
}

TEST_CASE("no more than the capacity is made ahead") {
  std::atomic<int> made = 0;
  std::atomic<int> taken = 0;
  std::atomic<int> most = 0;
  PrefetchQueue<int> ahead(2, std::stop_source{}, [&]() -> std::optional<int> {
    const int lead = made - taken;
    if (lead > most) most = lead;
    if (made == 200) return std::nullopt;
    return made++;
  });
  while (ahead.next()) ++taken;
  // Two ready, one taken but not yet counted, one in the producer's hand.
  CHECK(most <= 4);
}

TEST_CASE("a stop ends both sides at once, also when the producer is waiting for room") {
  std::stop_source stop;
  PrefetchQueue<int> ahead(1, stop, [] { return std::optional<int>(1); });
  CHECK(ahead.next() == 1);
  stop.request_stop();
  try {
    (void)ahead.next();
    FAIL("not thrown");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::interrupted);
  }
}

TEST_CASE("a consumer that ends stops a producer that waits for its source") {
  std::stop_source stop;
  std::atomic<bool> stopped = false;
  {
    PrefetchQueue<int> ahead(1, stop, [&]() -> std::optional<int> {
      while (!stop.get_token().stop_requested()) std::this_thread::yield();
      stopped = true;
      return std::nullopt;
    });
  }
  CHECK(stopped);
}
