// SPDX-License-Identifier: Apache-2.0
// The built program with its jobs in PostgreSQL: killed, with its server killed, and on two machines at once.
// REACT1_KILLS sets how often (default 6), REACT1_SEED where the instants come from.
#include <doctest/doctest.h>

#include <chrono>
#include <csignal>
#include <random>
#include <react1/sandbox.hpp>
#include <string>
#include <thread>

#include "e2e/after_a_kill.hpp"
#include "e2e/program.hpp"
#include "postgres/server.hpp"
#include "support/environment.hpp"

using namespace react1;
using namespace react1::test;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

TEST_SUITE("PostgreSQL" * doctest::skip(no_postgres_server())) {
  TEST_CASE("killed at any instant, and the server as well, a job reaches its end and is paid at most once") {
    const int kills = number_from("REACT1_KILLS", 6);
    std::mt19937 dice(static_cast<unsigned>(number_from("REACT1_SEED", 1)));
    PostgresServer server(PostgresServer::programs().value());
    milliseconds life{0};
    int unknown = 0;
    for (int i = 0; i <= kills; ++i) {
      CAPTURE(i);
      const Sandbox sandbox({.inference_time = milliseconds(200)});
      User user;
      user.with_service(sandbox.url()).with("REACT1_STORE", server.fresh_database());
      const auto began = steady_clock::now();
      Running running = user.start(run_arguments(user, {"--json"}));
      if (i == 0) {
        REQUIRE(running.wait().exit == 0);
        life = std::chrono::duration_cast<milliseconds>(steady_clock::now() - began);
        continue;
      }
      const auto instant = [&] { return milliseconds(std::uniform_int_distribution<long>(0, life.count())(dice)); };
      std::this_thread::sleep_for(instant());
      if (i % 2 == 0) running.signal(SIGKILL);
      if (i % 3 != 0) {
        server.stop_immediately();
        server.start();
      }
      static_cast<void>(running.wait());
      CHECK(sandbox.accepted_submits() <= 1);
      unknown += bring_home(user, sandbox);
      CHECK(sandbox.accepted_submits() == 1);
    }
    MESSAGE(kills, " kills over ", life.count(), " ms; ", unknown, " outcomes had to be resolved by hand");
  }

  TEST_CASE("two machines with one store and the same clips pay once, and both have the result") {
    PostgresServer server(PostgresServer::programs().value());
    const Sandbox sandbox({.inference_time = milliseconds(500)});
    const std::string address = server.fresh_database();
    User first, second;  // each has a state folder of its own
    first.with_service(sandbox.url()).with("REACT1_STORE", address);
    second.with_service(sandbox.url()).with("REACT1_STORE", address);
    Running one = first.start(run_arguments(first, {"--json"}));
    Running two = second.start(run_arguments(second, {"--json"}));
    const Outcome of_one = one.wait(), of_two = two.wait();
    CAPTURE(of_one.err);
    CAPTURE(of_two.err);
    CHECK(of_one.exit == 0);
    CHECK(of_two.exit == 0);
    CHECK(sandbox.accepted_submits() == 1);
    CHECK(of_one.json()["request_id"] == of_two.json()["request_id"]);
    CHECK(of_one.json()["output"]["sha256"] == of_two.json()["output"]["sha256"]);
    CHECK(first.run({"jobs", "list", "--json"}).json() == second.run({"jobs", "list", "--json"}).json());
  }
}
