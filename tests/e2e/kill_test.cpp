// SPDX-License-Identifier: Apache-2.0
// SIGKILL at any instant of a job's life, then the same command again: every job reaches its end, and is paid at most
// once. REACT1_KILLS sets how many (default 6; scripts/kill runs 300), REACT1_SEED where the instants come from.
#include <doctest/doctest.h>

#include <chrono>
#include <csignal>
#include <random>
#include <react1/sandbox.hpp>
#include <string>
#include <thread>
#include <vector>

#include "e2e/after_a_kill.hpp"
#include "e2e/program.hpp"
#include "support/environment.hpp"

namespace {

using namespace react1::test;
using react1::Json;
using react1::Sandbox;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

}  // namespace

TEST_CASE("killed at any instant, a job reaches its end and is paid at most once") {
  const int kills = number_from("REACT1_KILLS", 6);
  std::mt19937 dice(static_cast<unsigned>(number_from("REACT1_SEED", 1)));
  milliseconds life{0};
  {
    const Sandbox sandbox({.inference_time = milliseconds(200)});
    User user;
    user.with_service(sandbox.url());
    const auto began = steady_clock::now();
    REQUIRE(user.run(run_arguments(user, {"--json"})).exit == 0);
    life = std::chrono::duration_cast<milliseconds>(steady_clock::now() - began);
  }
  int unknown = 0;
  for (int i = 0; i < kills; ++i) {
    CAPTURE(i);
    const Sandbox sandbox({.inference_time = milliseconds(200)});
    User user;
    user.with_service(sandbox.url());
    {
      Running running = user.start(run_arguments(user, {"--json"}));
      std::this_thread::sleep_for(
          milliseconds(std::uniform_int_distribution<int>(0, static_cast<int>(life.count()))(dice)));
      running.signal(SIGKILL);
      (void)running.wait();
    }
    CHECK(sandbox.accepted_submits() <= 1);
    unknown += bring_home(user, sandbox);
    CHECK(sandbox.accepted_submits() == 1);
  }
  MESSAGE(kills, " kills over ", life.count(), " ms; ", unknown, " outcomes had to be resolved by hand");
}
