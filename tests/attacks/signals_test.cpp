// SPDX-License-Identifier: Apache-2.0
// Signals that come twice, as timeout(1) sends them, and the delay of a stop.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <react1/sandbox.hpp>
#include <sstream>
#include <string>
#include <thread>

#include "e2e/program.hpp"
#include "support/eventually.hpp"
#include "support/paths.hpp"

namespace {

using namespace react1::test;
using namespace std::chrono_literals;
using react1::Json;
using react1::Sandbox;
using react1::SandboxOptions;
using std::chrono::steady_clock;

/// The answer to the paid call comes this late.
SandboxOptions late_acceptance(const char* delay_ms) {
  return {.inference_time = std::chrono::minutes(10),
          .faults = std::string(R"({"faults": [{"route": "submit", "do": {"delay_ms": )") + delay_ms + "}}]}"};
}

void wait_for_submit(const Sandbox& sandbox, std::uint64_t before = 0) {
  REQUIRE(eventually([&] { return sandbox.accepted_submits() > before; }));
}

/// Whether the process has taken every signal that was sent to it: while one is pending, another of its number is lost.
bool has_taken_signals(pid_t pid) {
  std::istringstream status(react1::read_file("/proc/" + std::to_string(pid) + "/status"));
  for (std::string line; std::getline(status, line);) {
    const bool lists_pending = line.starts_with("SigPnd:") || line.starts_with("ShdPnd:");
    if (lists_pending && line.find_first_not_of("0 \t", line.find(':') + 1) != std::string::npos) return false;
  }
  return true;
}

TEST_CASE("TERM twice within a second is one request: a paid call keeps its grace, and its outcome is reported") {
  const Sandbox sandbox(late_acceptance("1500"));
  User user;
  user.with_service(sandbox.url());
  Running running = user.start(run_arguments(user));
  wait_for_submit(sandbox);  // the call is under way, its answer is not there yet
  running.signal(SIGTERM);
  REQUIRE(eventually([&] { return has_taken_signals(running.pid()); }));
  running.signal(SIGTERM);
  const Outcome outcome = running.wait();
  CAPTURE(outcome.err);
  CHECK(outcome.exit == 128 + SIGTERM);
  // An immediate end prints nothing, and leaves the job in the middle of its call.
  CHECK((outcome.err.find("react1 jobs resolve ") != std::string::npos ||
         outcome.err.find("react1 result ") != std::string::npos));
  const Json jobs = user.run({"jobs", "list", "--json"}).json();
  REQUIRE(jobs.size() == 1);
  CHECK((jobs[0]["state"] == "outcome_unknown" || jobs[0]["state"] == "submitted"));
}

TEST_CASE("timeout(1) ends a run as one TERM does") {
  const Sandbox sandbox({.inference_time = std::chrono::minutes(10)});
  User user;
  user.with_service(sandbox.url());
  const Outcome outcome = user.start_shell("exec timeout 6 \"$0\" \"$@\"", run_arguments(user)).wait();
  CAPTURE(outcome.err);
  CHECK((outcome.exit == 124 || outcome.exit == 128 + SIGTERM));
  if (sandbox.accepted_submits() == 1) CHECK(outcome.err.find("react1 result ") != std::string::npos);
}

TEST_CASE("a third signal, and a late second one, end the program at once") {
  const Sandbox sandbox(late_acceptance("60000"));
  const auto ended_by = [&](const std::vector<std::chrono::milliseconds>& pauses) {
    User user;
    user.with_service(sandbox.url());
    const auto before = sandbox.accepted_submits();
    Running running = user.start(run_arguments(user));
    wait_for_submit(sandbox, before);
    running.signal(SIGTERM);
    for (const auto pause : pauses) {
      std::this_thread::sleep_for(pause);  // the length is what is tested: within a second it is one request
      REQUIRE(eventually([&] { return has_taken_signals(running.pid()); }));
      running.signal(SIGTERM);
    }
    return running.wait().exit;
  };
  const auto begin = steady_clock::now();
  CHECK(ended_by({0ms, 0ms}) == 128 + SIGTERM);
  CHECK(ended_by({1200ms}) == 128 + SIGTERM);
  CHECK(steady_clock::now() - begin < 50s);  // the answer takes a minute
}

/// The contract says 200 ms. The median of several runs is not moved by one that the machine was too busy for; a debug
/// build on a shared machine gets five times as much, under a sanitizer twenty times.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr auto kPrompt = 4000ms;
#else
constexpr auto kPrompt = 1000ms;
#endif

TEST_CASE("an interrupted wait, and interrupted work, end within the promised time in the median") {
  const Sandbox sandbox({.inference_time = std::chrono::minutes(10)});
  const auto median_of = [&](const auto& start, const char* mark) {
    std::array<std::chrono::milliseconds, 5> took{};
    for (auto& each : took) {
      User user;
      user.with_service(sandbox.url());
      Running running = start(user);
      running.wait_for_err(mark);
      const auto asked = steady_clock::now();
      running.signal(SIGINT);
      CHECK(running.wait().exit == 130);
      each = std::chrono::duration_cast<std::chrono::milliseconds>(steady_clock::now() - asked);
    }
    std::sort(took.begin(), took.end());
    MESSAGE("ended after ", took[0].count(), " to ", took[4].count(), " ms, ", took[2].count(), " in the median");
    return took[2];
  };
  CHECK(median_of([](const User& user) { return user.start(run_arguments(user)); }, "accepted request") < kPrompt);
  CHECK(median_of(
            [](const User& user) {
              return user.start({"prepare", fixture("presenter_h264_23976_20s.mp4"), fixture("voice_mono_16k_20s.wav"),
                                 "--fps", "recommended", "--video-start", "0.1", "-vv", "-o", user.path("clips")});
            },
            "\n") < kPrompt);
}

}  // namespace
