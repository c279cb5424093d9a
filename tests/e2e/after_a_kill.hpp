// SPDX-License-Identifier: Apache-2.0
// What a user does after the program was killed: runs the same command again until it has the result.
#pragma once

#include <doctest/doctest.h>
#include <react1/sandbox.hpp>

#include "core/json_text.hpp"
#include "e2e/program.hpp"

namespace react1::test {

/// The only job of this user's store.
inline Json only_job(const User& user) {
  const Json jobs = user.run({"jobs", "list", "--json"}).json();
  REQUIRE(jobs.size() == 1);
  return jobs[0];
}

/// Runs the command until it has its result. Returns how often the outcome of a paid call had to be resolved by hand.
inline int bring_home(const User& user, const Sandbox& sandbox) {
  int resolved = 0;
  for (;;) {
    const Outcome outcome = user.run(run_arguments(user, {"--json"}));
    CAPTURE(outcome.err);
    if (outcome.exit == 0) {
      CHECK(outcome.json()["verification"]["verdict"] == "pass");
      return resolved;
    }
    // The call may have left when the process died. Whether it arrived, only the service knows; here that can be seen.
    REQUIRE(outcome.exit == 8);
    REQUIRE(++resolved == 1);
    const Json job = only_job(user);
    CHECK(job["state"] == "outcome_unknown");
    REQUIRE(sandbox.accepted_submits() <= 1);
    if (sandbox.accepted_submits() == 1) return resolved;
    CHECK(user.run({"jobs", "resolve", job["job_id"], "--pay-again"}).exit == 0);
  }
}

}  // namespace react1::test
