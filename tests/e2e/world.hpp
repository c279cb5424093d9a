// SPDX-License-Identifier: Apache-2.0
// A user, the sandbox, and its requests.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <react1/sandbox.hpp>
#include <string>
#include <utility>
#include <vector>

#include "e2e/program.hpp"

namespace react1::test {

/// A user with a service; the output is user.path("out.mp4") unless a row says otherwise.
struct World {
  explicit World(SandboxOptions options = {}) : sandbox(std::move(options)) { user.with_service(sandbox.url()); }

  [[nodiscard]] std::string out() const { return user.path("out.mp4"); }
  [[nodiscard]] Outcome run(const std::vector<std::string>& more = {}) const {
    return user.run(run_arguments(user, more));
  }
  [[nodiscard]] Outcome run_to(const std::string& output, const std::vector<std::string>& more = {}) const {
    std::vector<std::string> arguments = run_arguments(user, {"-o", output});
    arguments.insert(arguments.end(), more.begin(), more.end());
    return user.run(arguments);
  }
  [[nodiscard]] Json jobs() const { return user.run({"jobs", "list", "--json"}).json(); }
  [[nodiscard]] std::uint64_t paid() const { return sandbox.accepted_submits(); }
  /// Requests, without the identity challenge.
  [[nodiscard]] std::size_t requests() const {
    const auto all = sandbox.requests();
    return static_cast<std::size_t>(
        std::count_if(all.begin(), all.end(), [](const auto& seen) { return seen.route != "identity"; }));
  }
  /// No request was sent to the service.
  [[nodiscard]] bool is_untouched() const { return sandbox.requests().empty(); }

  const Sandbox sandbox;
  User user;
};

/// A mistake: a usage error before anything was sent, and no job in the store.
inline void check_refused(const World& world, const Outcome& outcome, int exit = 2) {
  CAPTURE(outcome.err);
  CHECK(outcome.exit == exit);
  CHECK(world.is_untouched());
  CHECK(outcome.err.find("react1: ") == 0);
  CHECK(outcome.err.find("--help") == std::string::npos);  // not because the line was wrong
}

}  // namespace react1::test
