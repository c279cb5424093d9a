// SPDX-License-Identifier: Apache-2.0
// Killed at any instant, and the answer to the paid call lost as often as not: with a correct history every accepted
// call is found, with a wrong one none is attached wrongly and none paid twice. REACT1_KILLS sets how many rounds
// (default 6; scripts/kill runs more), REACT1_SEED the seed of the instants and the faults.
#include <doctest/doctest.h>

#include <array>
#include <chrono>
#include <csignal>
#include <fstream>
#include <random>
#include <react1/sandbox.hpp>
#include <string>
#include <thread>
#include <vector>

#include "e2e/program.hpp"
#include "support/environment.hpp"

namespace {

using namespace react1::test;
using react1::Json;
using react1::Sandbox;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// Long enough for a history that is late and correct, or short for a wrong one.
std::string recipe(bool is_patient) {
  return R"({"lost_answer": {"attempts": )" + std::string(is_patient ? "400" : "8") +
         R"(, "base_delay_ms": 20, "max_delay_ms": 100, "max_wait_ms": 60000},
         "retry": {"attempts": 2, "base_delay_ms": 20, "max_delay_ms": 50}})";
}

class Dice {
 public:
  explicit Dice(unsigned seed) : engine_(seed) {}
  int from_to(int low, int high) { return std::uniform_int_distribution<int>(low, high)(engine_); }
  bool one_in(int n) { return from_to(1, n) == 1; }
  template <class List>
  auto pick(const List& list) {
    return list[static_cast<std::size_t>(from_to(0, static_cast<int>(list.size()) - 1))];
  }

 private:
  std::mt19937 engine_;
};

/// How the answer to the paid call gets lost, if it does.
std::string loss(Dice& dice) {
  static const std::vector<std::string> ways{R"("reset": "after", )", R"("close": "after", )",
                                             R"("cut_after": "half", )", ""};
  return dice.pick(ways);
}

/// One user, one service, one job.
struct Round {
  Round(bool is_honest, const std::string& submit_fault, const std::string& more)
      : sandbox({.inference_time = milliseconds(200),
                 .faults = R"({"faults": [{"route": "submit", "request": 1, "do": {)" + submit_fault + "}}" +
                           (more.empty() ? "" : ", " + more) + "]}"}) {
    user.with_service(sandbox.url()).with("REACT1_PLATFORM_URL", sandbox.platform_url());
    std::ofstream(user.path("recipe.json")) << recipe(is_honest);
  }
  [[nodiscard]] std::vector<std::string> arguments() const {
    return run_arguments(user, {"--json", "--pipeline", user.path("recipe.json")});
  }
  [[nodiscard]] Json job() const {
    const Json jobs = user.run({"jobs", "list", "--json"}).json();
    REQUIRE(jobs.size() == 1);
    return jobs[0];
  }
  void kill_after(milliseconds time) const {
    Running running = user.start(arguments());
    std::this_thread::sleep_for(time);
    running.signal(SIGKILL);
    (void)running.wait();
  }
  [[nodiscard]] std::string paid_request() const { return sandbox.submits().at(0).request_id; }

  Sandbox sandbox;
  User user;
};

milliseconds life_of_a_job() {
  const Round round(/*is_honest=*/true, "", "");
  const auto began = steady_clock::now();
  REQUIRE(round.user.run(round.arguments()).exit == 0);
  return std::chrono::duration_cast<milliseconds>(steady_clock::now() - began);
}

struct Counts {
  int by_hand_unsent = 0;  ///< nothing had arrived: no history can show that
  int by_hand_sent = 0;    ///< it had, and the history did not prove it
};

/// Runs the command until it has its result. What the history does not prove is resolved by hand, once.
void bring_home(const Round& round, bool is_honest, Counts& counts) {
  for (int tries = 0;; ++tries) {
    REQUIRE(tries < 4);
    const Outcome outcome = round.user.run(round.arguments());
    CAPTURE(outcome.err);
    CAPTURE(outcome.out);
    if (outcome.exit == 0) {
      CHECK(outcome.json()["verification"]["verdict"] == "pass");
      CHECK(outcome.json()["request_id"] == round.paid_request());
      return;
    }
    REQUIRE(outcome.exit == 8);
    const Json job = round.job();
    REQUIRE(job["state"] == "outcome_unknown");
    CHECK(job["request_id"].is_null());
    REQUIRE(round.sandbox.accepted_submits() <= 1);
    if (round.sandbox.accepted_submits() == 0) {
      ++counts.by_hand_unsent;
      REQUIRE(round.user.run({"jobs", "resolve", job["job_id"], "--pay-again"}).exit == 0);
      continue;
    }
    CHECK_FALSE(is_honest);
    ++counts.by_hand_sent;
    REQUIRE(round.user.run({"jobs", "resolve", job["job_id"], "--request-id", round.paid_request()}).exit == 0);
  }
}

/// Half of the rounds are killed, at any instant of the job's life and a little after.
void play(const Round& round, Dice& dice, milliseconds life, bool is_honest, Counts& counts) {
  if (dice.one_in(2)) round.kill_after(milliseconds(dice.from_to(0, static_cast<int>(life.count()) * 5 / 4)));
  CHECK(round.sandbox.accepted_submits() <= 1);
  bring_home(round, is_honest, counts);
  CHECK(round.sandbox.accepted_submits() == 1);
}

}  // namespace

TEST_CASE("lost answers with a correct history: every accepted call is found automatically, and is paid once") {
  const int rounds = number_from("REACT1_KILLS", 6);
  Dice dice(static_cast<unsigned>(number_from("REACT1_SEED", 1)));
  const milliseconds life = life_of_a_job();
  Counts counts;
  for (int i = 0; i < rounds; ++i) {
    CAPTURE(i);
    const std::string listing = R"("history": {"after_calls": )" + std::to_string(dice.from_to(0, 4)) +
                                (dice.one_in(3) ? R"(, "when_ended": true)" : "") + "}";
    const std::string outage = dice.one_in(3) ? R"({"route": "history", "do": {"reset": "before"}})" : "";
    const Round round(/*is_honest=*/true, loss(dice) + listing, outage);
    play(round, dice, life, /*is_honest=*/true, counts);
  }
  CHECK(counts.by_hand_sent == 0);
  MESSAGE(rounds, " rounds over ", life.count(), " ms; by hand: ", counts.by_hand_unsent,
          " calls that never arrived, and ", counts.by_hand_sent, " that had");
}

TEST_CASE("lost answers with a wrong history: none is attached wrongly, and none is paid twice") {
  const int rounds = number_from("REACT1_KILLS", 6);
  Dice dice(static_cast<unsigned>(number_from("REACT1_SEED", 1)));
  const milliseconds life = life_of_a_job();
  static const std::vector<std::string> faulty{R"("never": true)",
                                               R"("twin": true)",
                                               R"("twice": true)",
                                               R"("twice": true, "twin": true)",
                                               R"("no_payload": true)",
                                               R"("input": {"extra": 1})",
                                               R"("input": {"emotion": "sad"})",
                                               R"("sent_at_add_s": -400)",
                                               R"("as": "019aaaaa-0000-7000-8000-000000000000")",
                                               R"("after_calls": 40)"};
  static const std::vector<std::string> faults{
      "",
      "",
      R"({"route": "history", "times": "always", "do": {"merge": {"next_cursor": "0", "has_more": true}}})",
      R"({"route": "history", "times": "always", "do": {"merge": {"next_cursor": null, "has_more": true}}})",
      R"({"route": "history", "times": "always", "do": {"merge": {"items": []}}})",
      R"({"route": "history", "times": 5, "do": {"status": 200, "body": "<html>sign in</html>"}})",
      R"({"route": "history", "times": "always", "do": {"status": 403, "body": {"error": {"type": "authorization_error", "message": "scope"}}}})"};
  Counts counts;
  for (int i = 0; i < rounds; ++i) {
    CAPTURE(i);
    const Round round(/*is_honest=*/false, loss(dice) + R"("history": {)" + dice.pick(faulty) + "}", dice.pick(faults));
    play(round, dice, life, /*is_honest=*/false, counts);
  }
  MESSAGE(rounds, " rounds over ", life.count(), " ms; by hand: ", counts.by_hand_unsent,
          " calls that never arrived, and ", counts.by_hand_sent, " that had");
}
