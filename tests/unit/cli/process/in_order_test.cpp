// SPDX-License-Identifier: Apache-2.0
#include "cli/process/in_order.hpp"

#include <doctest/doctest.h>

#include <stdexcept>
#include <vector>

namespace react1::cli {
namespace {

TEST_CASE("results come in the order of the things") {
  std::vector<std::size_t> taken;
  in_order(
      200, {}, [](std::size_t i, const std::stop_token&) { return i * i; },
      [&](std::size_t result) { taken.push_back(result); });
  REQUIRE(taken.size() == 200);
  for (std::size_t i = 0; i < taken.size(); ++i) CHECK(taken[i] == i * i);
}

TEST_CASE("a failure is thrown behind the results before it, and stops the rest") {
  std::vector<std::size_t> taken;
  const auto work = [](std::size_t i, const std::stop_token&) {
    if (i == 3) throw std::runtime_error("three");
    return i;
  };
  CHECK_THROWS_AS(in_order(100, {}, work, [&](std::size_t result) { taken.push_back(result); }), std::runtime_error);
  CHECK(taken == std::vector<std::size_t>{0, 1, 2});
}

TEST_CASE("nothing to do is done at once, and a stop reaches the work") {
  in_order(
      0, {}, [](std::size_t i, const std::stop_token&) { return i; }, [](std::size_t) { FAIL("nothing was given"); });
  std::stop_source stop;
  stop.request_stop();
  bool stopped = false;
  in_order(
      1, stop.get_token(), [](std::size_t, const std::stop_token& token) { return token.stop_requested(); },
      [&](bool result) { stopped = result; });
  CHECK(stopped);
}

}  // namespace
}  // namespace react1::cli
