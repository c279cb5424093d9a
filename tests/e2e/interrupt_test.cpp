// SPDX-License-Identifier: Apache-2.0
// Ctrl-C, SIGTERM and SIGKILL: quick, nothing at the final name, and what was paid is not lost.
#include <doctest/doctest.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <react1/sandbox.hpp>
#include <string>
#include <vector>

#include "e2e/program.hpp"
#include "support/paths.hpp"

namespace {

using namespace react1::test;
using react1::Json;
using react1::Sandbox;
namespace fs = std::filesystem;
using std::chrono::steady_clock;

/// An upper bound only. attacks/signals_test measures the median delay.
constexpr std::chrono::seconds kPrompt{10};

void check_nothing_left(const User& user) {
  CHECK_FALSE(fs::exists(user.path("out.mp4")));
  CHECK_FALSE(fs::exists(user.path("out.mp4.json")));
  CHECK(user.leftovers().empty());
  for (const std::string& name : files_below(user.path(""))) {
    CAPTURE(name);
    CHECK(name.find(".part") == std::string::npos);
  }
}

TEST_CASE("a stop while waiting names the paid request and the command that continues with it, which then works") {
  const Sandbox sandbox({.inference_time = std::chrono::seconds(5)});
  for (const auto& [sent, code] : {std::pair{SIGINT, 130}, std::pair{SIGTERM, 143}}) {
    const int signal = sent;  // clang 14 can't capture a structured binding in CAPTURE's lambda
    CAPTURE(signal);
    User user;
    user.with_service(sandbox.url());
    Running running = user.start(run_arguments(user));
    running.wait_for_err("accepted request");
    const auto asked = steady_clock::now();
    running.signal(signal);
    const Outcome outcome = running.wait();
    CHECK(steady_clock::now() - asked < kPrompt);
    CAPTURE(outcome.err);
    CHECK(outcome.exit == code);
    CHECK(outcome.out.empty());
    check_nothing_left(user);
    const Json jobs = user.run({"jobs", "list", "--json"}).json();
    REQUIRE(jobs.size() == 1);
    const std::string id = jobs[0]["request_id"];
    CHECK(outcome.err.find("react1 result " + id + " -o " + user.path("out.mp4")) != std::string::npos);
    const Outcome fetched = user.run({"result", id, "-o", user.path("out.mp4"), "--json"});
    CAPTURE(fetched.err);
    CHECK(fetched.exit == 0);
    CHECK(fetched.json()["verification"]["verdict"] == "pass");
  }
  CHECK(sandbox.accepted_submits() == 2);
}

TEST_CASE("with --json an interruption is a document that holds the request id") {
  const Sandbox sandbox({.inference_time = std::chrono::minutes(10)});
  User user;
  user.with_service(sandbox.url());
  std::vector<std::string> arguments = run_arguments(user);
  arguments.emplace_back("--json");
  Running running = user.start(arguments);
  running.wait_for_err("accepted request");
  running.signal(SIGINT);
  const Outcome outcome = running.wait();
  CHECK(outcome.exit == 130);
  CHECK(outcome.error()["code"] == "interrupted");
  CHECK(outcome.error()["request_id"].is_string());
}

TEST_CASE("killed while waiting, the paid result still arrives and verifies, and is not paid again") {
  const Sandbox sandbox({.inference_time = std::chrono::seconds(5)});  // longer than a busy machine pauses
  User user;
  user.with_service(sandbox.url());
  Running running = user.start(run_arguments(user));
  running.wait_for_err("accepted request");
  running.signal(SIGKILL);
  CHECK(running.wait().exit == 128 + SIGKILL);
  CHECK_FALSE(fs::exists(user.path("out.mp4")));
  SUBCASE("by result") {
    const Json jobs = user.run({"jobs", "list", "--json"}).json();
    REQUIRE(jobs.size() == 1);
    const Outcome fetched = user.run({"result", jobs[0]["request_id"], "-o", user.path("out.mp4"), "--json"});
    CAPTURE(fetched.err);
    CHECK(fetched.exit == 0);
    CHECK(fetched.json()["verification"]["verdict"] == "pass");
  }
  SUBCASE("by the same command again") {
    const Outcome second = user.run(run_arguments(user));
    CAPTURE(second.err);
    CHECK(second.exit == 0);
    CHECK(fs::exists(user.path("out.mp4")));
  }
  CHECK(sandbox.accepted_submits() == 1);
}

TEST_CASE("a stop while clips are made leaves nothing behind") {
  const User user;
  Running running = user.start({"prepare", fixture("presenter_h264_23976_20s.mp4"), fixture("voice_mono_16k_20s.wav"),
                                "--fps", "recommended", "--video-start", "0.1", "-vv", "-o", user.path("clips")});
  running.wait_for_err("\n");  // it logs, so it is running
  const auto asked = steady_clock::now();
  running.signal(SIGINT);
  const Outcome outcome = running.wait();
  CAPTURE(outcome.err);
  CHECK(steady_clock::now() - asked < kPrompt);
  CHECK(outcome.exit == 130);
  CHECK(files_below(user.path("clips")).empty());
  CHECK(user.leftovers().empty());
}

TEST_CASE("an in-process sandbox has nothing to continue with") {
  const User user;
  std::vector<std::string> arguments = run_arguments(user);
  arguments.emplace_back("--sandbox");
  Running running = user.start(arguments);
  running.wait_for_err("accepted request");
  running.signal(SIGINT);
  const Outcome outcome = running.wait();
  CHECK((outcome.exit == 130 || outcome.exit == 0));  // the sandbox may be quicker than the signal
  CHECK(outcome.err.find("react1 result") == std::string::npos);
}

}  // namespace
