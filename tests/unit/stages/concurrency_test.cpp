// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <chrono>
#include <react1/error.hpp>
#include <stdexcept>
#include <thread>

#include "stages/common/grace_stop.hpp"
#include "stages/prepare/run_both.hpp"

using namespace react1;
using namespace react1::stages;

namespace {

/// Waits until a stop arrives; fails the test after ten seconds instead of hanging.
void wait_for_stop(const std::stop_token& stop) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!stop.stop_requested()) {
    REQUIRE(std::chrono::steady_clock::now() < deadline);
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

}  // namespace

TEST_CASE("both sides run and both results come back") {
  const auto caller = std::this_thread::get_id();
  const auto [here, there] = run_both(
      RunContext{}, [](const RunContext&) { return std::this_thread::get_id(); },
      [](const RunContext&) { return std::this_thread::get_id(); });
  CHECK(here == caller);
  CHECK(there != caller);
}

TEST_CASE("a failure on one side stops the other and is what is thrown") {
  CHECK_THROWS_WITH_AS(run_both(
                           RunContext{},
                           [](const RunContext& context) {
                             wait_for_stop(context.stop);
                             context.throw_if_stopped();
                             return 1;
                           },
                           [](const RunContext&) -> int { throw std::runtime_error("the other side"); }),
                       "the other side", std::runtime_error);
}

TEST_CASE("a stop of the caller reaches both sides") {
  std::stop_source source;
  source.request_stop();
  CHECK_THROWS_AS(run_both(
                      RunContext{source.get_token()},
                      [](const RunContext& context) {
                        wait_for_stop(context.stop);
                        context.throw_if_stopped();
                        return 1;
                      },
                      [](const RunContext& context) {
                        wait_for_stop(context.stop);
                        context.throw_if_stopped();
                        return 1;
                      }),
                  Error);
}

TEST_CASE("a grace stop follows the outer stop, not before") {
  std::stop_source outer;
  const GraceStop grace(outer.get_token(), std::chrono::milliseconds(1));
  CHECK_FALSE(grace.token().stop_requested());
  outer.request_stop();
  wait_for_stop(grace.token());
  CHECK(grace.token().stop_requested());
}

TEST_CASE("an unused grace stop ends without stopping anything") {
  std::stop_source outer;
  std::stop_token late;
  {
    const GraceStop grace(outer.get_token(), std::chrono::hours(1));
    late = grace.token();
    outer.request_stop();
  }
  CHECK_FALSE(late.stop_requested());
}
