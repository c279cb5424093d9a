// SPDX-License-Identifier: Apache-2.0
// Something between us and the service may answer in its place, at any point of a job's life. Then it is gone, and
// the same command is run again. One payment each, and every result is verified.
// REACT1_ROUNDS sets how many lives (default 16; scripts/hostile-middle runs 500), REACT1_SEED which.
#include "e2e/hostile_middle.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <map>
#include <random>
#include <react1/sandbox.hpp>
#include <string>

#include "e2e/program.hpp"
#include "support/environment.hpp"

namespace {

using namespace react1::test;
using react1::Json;
using react1::Sandbox;
using std::chrono::milliseconds;

/// Short pauses and few attempts, so that attempts are used up soon. A status that is repeated endlessly is a
/// request that still waits, as far as is known: max_wait_ms ends that.
constexpr const char* kMiddleRecipe = R"({"retry": {"attempts": 2, "base_delay_ms": 5, "max_delay_ms": 20},
  "wait": {"stall_timeout_ms": 1500, "max_wait_ms": 15000},
  "lost_answer": {"attempts": 2, "base_delay_ms": 20, "max_delay_ms": 20, "max_wait_ms": 20000}})";

struct Life {
  Life() {
    user.with_service(sandbox.url()).with("REACT1_PLATFORM_URL", sandbox.platform_url());
    std::ofstream(user.path("quick.json")) << kMiddleRecipe;
    for (const char* name : {"http_proxy", "no_proxy", "NO_PROXY", "all_proxy", "ALL_PROXY"}) user.with(name, "");
  }
  Outcome run(const std::string& proxy) {
    user.with("HTTP_PROXY", proxy);
    return user.run(run_arguments(user, {"--json", "--pipeline", user.path("quick.json")}));
  }
  Json job() {
    const Json jobs = user.run({"jobs", "list", "--json"}).json();
    REQUIRE(jobs.size() == 1);
    return jobs[0];
  }

  const Sandbox sandbox{{.queue_time = milliseconds(20)}};
  User user;
};

/// An accepted call is found in the history. Only a person can decide that a call never arrived.
void resolve_by_hand(Life& life, const Outcome& outcome) {
  CHECK(life.sandbox.accepted_submits() == 0);
  const Json job = life.job();
  CHECK(job["state"] == "outcome_unknown");
  CHECK(outcome.error()["hint"].get<std::string>().find("jobs resolve " + job["job_id"].get<std::string>()) !=
        std::string::npos);
  CHECK(life.user.run({"jobs", "resolve", job["job_id"], "--pay-again"}).exit == 0);
}

struct Count {
  int lives = 0, undisturbed = 0, resolved = 0;
  std::map<int, int> exits;
};

void live(const Ambush& ambush, Count& count) {
  Life life;
  {
    const HostileMiddle middle(ambush);
    const Outcome outcome = life.run(middle.url());
    CAPTURE(outcome.err);
    ++count.lives;
    ++count.exits[outcome.exit];
    if (outcome.exit == 0) ++count.undisturbed;
    // An answer to an upload in the service's place may refuse it, or the key; only the service can refuse the paid
    // call.
    const bool is_refused = outcome.exit == 4 || outcome.exit == 5;
    CHECK((outcome.exit == 0 || outcome.exit == 6 || outcome.exit == 8 || is_refused));
    CHECK(life.sandbox.accepted_submits() <= (is_refused ? 0U : 1U));
    // Where another call's id was given in place of ours, the next run finds ours in the history.
    const bool is_foreign = outcome.err.find("request 00000000-0000-4000-8000-000000000000") != std::string::npos;
    if (outcome.exit == 6 && life.sandbox.accepted_submits() == 1 && !is_foreign) {
      CHECK(outcome.err.find(life.sandbox.submits().at(0).request_id) != std::string::npos);
    }
  }
  Outcome outcome = life.run("");
  if (outcome.exit == 8) {
    ++count.resolved;
    resolve_by_hand(life, outcome);
    outcome = life.run("");
  }
  CAPTURE(outcome.err);
  REQUIRE(outcome.exit == 0);
  CHECK(outcome.json()["verification"]["verdict"] == "pass");
  CHECK(life.sandbox.accepted_submits() == 1);
}

}  // namespace

TEST_CASE("whatever answers in the middle of a job, it is paid once and its result is verified") {
  std::size_t requests = 0;
  {
    Life life;
    const HostileMiddle middle;
    const Outcome outcome = life.run(middle.url());
    CAPTURE(outcome.err);
    REQUIRE(outcome.exit == 0);
    requests = middle.requests();
    REQUIRE(requests > 6);
  }
  const int rounds = number_from("REACT1_ROUNDS", 16);
  std::mt19937 dice(static_cast<unsigned>(number_from("REACT1_SEED", 1)));
  const auto below = [&](std::size_t end) { return std::uniform_int_distribution<std::size_t>(0, end - 1)(dice); };
  Count count;
  for (int i = 0; i < rounds; ++i) {
    const Answer& answer = hostile_answers()[below(hostile_answers().size())];
    const Ambush ambush{.first = below(requests),
                        .count = below(2) == 0 ? 1 + below(3) : 1000,
                        .answer = &answer,
                        .reaches_the_service = below(2) == 0};
    CAPTURE(i);
    CAPTURE(std::string(answer.name));
    CAPTURE(ambush.first);
    CAPTURE(ambush.count);
    CAPTURE(ambush.reaches_the_service);
    live(ambush, count);
  }
  std::string exits;
  for (const auto& [exit, times] : count.exits) exits += " " + std::to_string(exit) + ":" + std::to_string(times);
  MESSAGE(count.lives, " lives of ", requests, " requests; first exits", exits, "; resolved by hand: ", count.resolved);
}

TEST_CASE("the acceptance of another call's request, in place of our own, is found out wherever it comes") {
  std::size_t requests = 0;
  {
    Life life;
    const HostileMiddle middle;
    REQUIRE(life.run(middle.url()).exit == 0);
    requests = middle.requests();
  }
  const auto& answers = hostile_answers();
  const auto foreign = std::find_if(answers.begin(), answers.end(), [](const Answer& answer) {
    return std::string(answer.name) == "the acceptance of another request";
  });
  REQUIRE(foreign != answers.end());
  Count count;
  for (std::size_t first = 0; first < requests; ++first) {
    for (const bool reaches : {true, false}) {
      CAPTURE(first);
      CAPTURE(reaches);
      live({.first = first, .count = 2, .answer = &*foreign, .reaches_the_service = reaches}, count);
    }
  }
  CHECK(count.resolved > 0);
}
