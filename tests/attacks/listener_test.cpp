// SPDX-License-Identifier: Apache-2.0
// Foreign connections to a run that listens for reports.
#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <algorithm>
#include <chrono>
#include <deque>
#include <fstream>
#include <react1/sandbox.hpp>
#include <string>

#include "core/descriptor.hpp"
#include "e2e/program.hpp"
#include "support/loopback.hpp"
#include "support/paths.hpp"

namespace {

using namespace react1::test;
using react1::Descriptor;
using react1::Sandbox;
using namespace std::chrono_literals;

/// Silent connections. At most as many as this process may have.
std::deque<Descriptor> silent_connections(int port, int count) {
  rlimit limit{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &limit) == 0);
  limit.rlim_cur = limit.rlim_max;
  static_cast<void>(::setrlimit(RLIMIT_NOFILE, &limit));
  std::deque<Descriptor> connections;
  for (int i = 0; i < count; ++i) {
    connections.push_back(connect_to(port));
    REQUIRE(connections.back().is_open());
  }
  return connections;
}

TEST_CASE("1,100 half-open connections leave the run its descriptors, and the report of the end arrives") {
  // Longer than the crowd needs to gather on a busy machine; only the report can end the wait in time.
  const Sandbox sandbox({.inference_time = 6s, .all_ports_reachable = true});
  User user;
  user.with_service(sandbox.url());
  std::ofstream(user.path("recipe.json"))
      << R"({"webhook": {"poll_interval_ms": 3600000, "poll_interval_max_ms": 3600000}})";
  const auto arguments = run_arguments(user, {"--webhook-listen", "0", "--pipeline", user.path("recipe.json"), "-v"});
  Running running = user.start_shell("ulimit -n 256 && exec \"$0\" \"$@\"", arguments);
  running.wait_for_err("accepted request");
  const std::string mark = "listening for reports on 127.0.0.1:";
  const auto at = running.err().find(mark);
  REQUIRE(at != std::string::npos);
  const auto crowd = silent_connections(std::stoi(running.err().substr(at + mark.size())), 1100);
  const auto begin = std::chrono::steady_clock::now();
  const Outcome outcome = running.wait();
  CAPTURE(outcome.err);
  CHECK(outcome.exit == 0);
  CHECK(outcome.out.find("verification: pass") != std::string::npos);
  CHECK(outcome.err.find("the service reported the end") != std::string::npos);
  CHECK(sandbox.accepted_submits() == 1);
  const auto requests = sandbox.requests();
  CHECK(std::count_if(requests.begin(), requests.end(), [](const auto& seen) { return seen.route == "status"; }) == 2);
  MESSAGE("ended ",
          std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begin).count(),
          " ms after the crowd had come");
}

}  // namespace
