// SPDX-License-Identifier: Apache-2.0
// A job on a limited machine: memory, descriptors, no home, no standard input. A local fault is exit 9 or 1 and
// never the media's; what was paid is known, and the same command without the limit brings the job to its end.
#include <doctest/doctest.h>

#include <csignal>
#include <react1/sandbox.hpp>
#include <string>
#include <vector>

#include "e2e/program.hpp"
#include "support/paths.hpp"

namespace {

using namespace react1::test;
using react1::Json;
using react1::Sandbox;
using react1::SandboxOptions;

struct Ends {
  int done = 0, failed = 0;
};

/// Runs the job behind `limits` (shell commands), then without.
void play(const std::string& limits, Ends& ends) {
  CAPTURE(limits);
  const Sandbox sandbox{SandboxOptions{}};
  User user;
  user.with_service(sandbox.url());
  Running limited = user.start_shell(limits + "; exec \"$0\" \"$@\"", run_arguments(user, {"--json"}));
  const Outcome first = limited.wait();
  CAPTURE(first.exit);
  CAPTURE(first.err);
  // The loader and the C library fail in their own ways without memory.
  const bool ended_below_us = first.exit == 127 || (first.exit == 134 && first.err.find("glibc") != std::string::npos);
  const bool is_local_fault = first.exit == 9 || first.exit == 1 || ended_below_us;
  CHECK((first.exit == 0 || is_local_fault));
  CHECK_FALSE(first.dumped_core);
  CHECK(sandbox.accepted_submits() <= 1);
  ++(first.exit == 0 ? ends.done : ends.failed);
  if (first.exit != 0 && sandbox.accepted_submits() == 1) {
    CHECK(first.err.find(sandbox.submits().at(0).request_id) != std::string::npos);
  }
  const Outcome second = user.run(run_arguments(user, {"--json"}));
  CAPTURE(second.err);
  CHECK(second.exit == 0);
  CHECK(sandbox.accepted_submits() == 1);
}

TEST_CASE("little address space ends a job as a local fault, or not at all") {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  MESSAGE("skipped: a sanitizer reserves terabytes of address space itself");
  return;
#endif
  Ends ends;
  for (const int megabytes : {60, 100, 140, 180, 220, 260, 300, 400}) {
    play("ulimit -v " + std::to_string(megabytes * 1000), ends);
  }
  CHECK(ends.failed > 0);
}

TEST_CASE("few descriptors end a job as a local fault, or not at all") {
  Ends ends;
  for (const int descriptors : {4, 6, 8, 10, 11, 12, 13, 14, 16, 20, 24}) {
    play("ulimit -n " + std::to_string(descriptors), ends);
  }
  CHECK(ends.done > 0);
  CHECK(ends.failed > 0);
}

TEST_CASE("a job needs no standard input, no terminal and, with a store named, no home") {
  Ends ends;
  play("exec 0<&-", ends);
  CHECK(ends.done == 1);
  const Sandbox sandbox{SandboxOptions{}};
  User user;
  user.with_service(sandbox.url());
  const auto arguments = run_arguments(user, {"--json", "--store", user.path("jobs.sqlite")});
  const Outcome homeless =
      user.start_shell("unset HOME REACT1_STATE_DIR XDG_STATE_HOME; exec \"$0\" \"$@\"", arguments).wait();
  CAPTURE(homeless.err);
  CHECK(homeless.exit == 0);
  CHECK(sandbox.accepted_submits() == 1);
}

TEST_CASE("a job that is stopped and continued around its paid call is paid once and ends well") {
  for (const char* line : {"submit", "accepted"}) {
    CAPTURE(line);
    const Sandbox sandbox(SandboxOptions{.queue_time = std::chrono::milliseconds(300)});
    User user;
    user.with_service(sandbox.url());
    Running running = user.start(run_arguments(user, {"--json", "-v"}));
    running.wait_for_err(line);
    running.signal(SIGSTOP);
    ::usleep(400'000);  // a suspended machine; the length is what is tested, not a wait for something
    running.signal(SIGCONT);
    const Outcome outcome = running.wait();
    CAPTURE(outcome.err);
    CHECK(outcome.exit == 0);
    CHECK(sandbox.accepted_submits() == 1);
  }
}

}  // namespace
