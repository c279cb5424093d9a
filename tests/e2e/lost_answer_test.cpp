// SPDX-License-Identifier: Apache-2.0
// The answer to the paid call is lost, and the program is run again: what the history proves is fetched, and nothing
// else is ever paid or attached.
#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <react1/sandbox.hpp>
#include <string>
#include <vector>

#include "e2e/program.hpp"
#include "support/paid_service.hpp"
#include "support/raw_server.hpp"

namespace {

using namespace react1::test;
using react1::Json;
using react1::Sandbox;

constexpr const char* kQuick =
    R"({"lost_answer": {"attempts": 3, "base_delay_ms": 20, "max_delay_ms": 50, "max_wait_ms": 20000},
        "retry": {"attempts": 2, "base_delay_ms": 20, "max_delay_ms": 50}})";

/// A user who searches the history as a recipe specifies.
struct Desk {
  explicit Desk(const std::string& faults)
      : sandbox({.queue_time = {}, .faults = R"({"faults": [)" + faults + "]}", .all_ports_reachable = true}) {
    user.with_service(sandbox.url()).with("REACT1_PLATFORM_URL", sandbox.platform_url());
    std::ofstream(user.path("recipe.json")) << kQuick;
  }
  [[nodiscard]] Outcome run(std::vector<std::string> more = {"--json"}) const {
    more.insert(more.end(), {"--pipeline", user.path("recipe.json")});
    return user.run(run_arguments(user, more));
  }
  [[nodiscard]] Outcome resolve(const std::string& id) const {
    return user.run({"jobs", "resolve", id, "--auto", "--json", "--pipeline", user.path("recipe.json")});
  }
  [[nodiscard]] Json job() const {
    const Json jobs = user.run({"jobs", "list", "--json"}).json();
    REQUIRE(jobs.size() == 1);
    return jobs[0];
  }
  [[nodiscard]] std::int64_t seen(const std::string& route) const {
    const auto requests = sandbox.requests();
    return std::count_if(requests.begin(), requests.end(), [&](const auto& request) { return request.route == route; });
  }

  Sandbox sandbox;
  User user;
};

const std::string kLost = R"({"route": "submit", "do": {"reset": "after"}})";

std::string lost(const std::string& history) {
  return R"({"route": "submit", "do": {"reset": "after", "history": {)" + history + "}}}";
}

}  // namespace

TEST_CASE("a run whose answer was lost finds its call in the history and continues") {
  const Desk desk(kLost);
  const Outcome outcome = desk.run();
  CAPTURE(outcome.err);
  CHECK(outcome.exit == 0);
  CHECK(outcome.json()["verification"]["verdict"] == "pass");
  CHECK(outcome.json()["request_id"] == desk.sandbox.submits().at(0).request_id);
  CHECK(desk.sandbox.accepted_submits() == 1);
  CHECK(desk.seen("history") == 1);
}

TEST_CASE("where the history is late, the next run finds it, and meanwhile the job is named, and nothing is paid") {
  const Desk desk(lost(R"("after_calls": 4)"));
  const Outcome first = desk.run();
  CAPTURE(first.err);
  CHECK(first.exit == 8);
  const Json error = first.error();
  const std::string id = desk.job()["job_id"];
  CHECK(error["where"] == id);
  CHECK(error["hint"].get<std::string>().find("jobs resolve " + id) != std::string::npos);
  CHECK(error["detail"].get<std::string>().find("search: ") != std::string::npos);
  CHECK(desk.job()["state"] == "outcome_unknown");
  CHECK(desk.seen("history") == 3);
  const Outcome second = desk.run();
  CAPTURE(second.err);
  CHECK(second.exit == 0);
  CHECK(desk.sandbox.accepted_submits() == 1);
}

TEST_CASE("jobs resolve --auto attaches what is proved, and says what it saw of the rest") {
  SUBCASE("found") {
    const Desk desk(lost(R"("after_calls": 3)"));
    CHECK(desk.run().exit == 8);
    const Outcome resolved = desk.resolve(desk.job()["job_id"]);
    CAPTURE(resolved.err);
    CHECK(resolved.exit == 0);
    CHECK(resolved.json()["state"] == "submitted");
    CHECK(resolved.json()["request_id"] == desk.sandbox.submits().at(0).request_id);
    CHECK(desk.run().exit == 0);
    CHECK(desk.sandbox.accepted_submits() == 1);
  }
  SUBCASE("found, and downloaded") {
    const Desk desk(lost(R"("after_calls": 3)"));
    CHECK(desk.run().exit == 8);
    const Outcome resolved =
        desk.user.run({"jobs", "resolve", desk.job()["job_id"], "--auto", "-o", desk.user.path("home.mp4"), "--json",
                       "--pipeline", desk.user.path("recipe.json")});
    CAPTURE(resolved.err);
    CHECK(resolved.exit == 0);
    CHECK(resolved.json()["verification"]["verdict"] == "pass");
    CHECK(desk.job()["state"] == "done");
    CHECK(desk.sandbox.accepted_submits() == 1);
  }
  struct Case {
    const char* name;
    std::string faults;
    const char* saw;
  };
  for (const Case& c :
       {Case{"never accepted", R"({"route": "submit", "do": {"reset": "before"}})", "none of 0 requests"},
        Case{"a gap", lost(R"("never": true)"), "none of 0 requests"},
        Case{"a twin", lost(R"("twin": true)"), "2 requests have exactly this input"},
        Case{"no payload", lost(R"("no_payload": true)"), "can't be compared"},
        Case{"another key", lost(R"("input": {"extra": 1})"), "can't be compared"},
        Case{"a key that may not",
             kLost + R"(, {"route": "history", "times": "always", "do": {"status": 403, "body": {"error":
                 {"type": "authorization_error", "message": "scope"}}}})",
             "lacks permission"},
        Case{"an outage", kLost + R"(, {"route": "history", "times": "always", "do": {"reset": "before"}})", "history"},
        Case{"an unknown id", lost(R"("as": "019aaaaa-0000-7000-8000-000000000000")"), "does not know"}}) {
    SUBCASE(c.name) {
      const Desk desk(c.faults);
      CHECK(desk.run().exit == 8);
      const std::string id = desk.job()["job_id"];
      const Outcome resolved = desk.resolve(id);
      CAPTURE(resolved.out);
      CHECK(resolved.exit == 8);
      CHECK(resolved.error()["code"] == "outcome_unknown");
      CHECK(resolved.error()["where"] == id);
      CHECK(resolved.error()["detail"].get<std::string>().find(c.saw) != std::string::npos);
      CHECK(desk.job()["state"] == "outcome_unknown");
      CHECK(desk.job()["request_id"].is_null());
      CHECK(desk.run().exit == 8);
      CHECK(desk.sandbox.accepted_submits() <= 1);
    }
  }
}

TEST_CASE("--again and a second payment that was agreed to have names of their own, and are distinguished") {
  const Desk desk(R"({"route": "submit", "times": 2, "do": {"reset": "after", "history": {"after_calls": 3}}})");
  CHECK(desk.run().exit == 8);
  const std::string id = desk.job()["job_id"];
  CHECK(desk.user.run({"jobs", "resolve", id, "--pay-again"}).exit == 0);
  CHECK(desk.run().exit == 8);  // paid once more, and lost once more
  REQUIRE(desk.sandbox.accepted_submits() == 2);
  const Outcome found = desk.run();
  CAPTURE(found.err);
  CHECK(found.exit == 0);
  CHECK(found.json()["request_id"] == desk.sandbox.submits().at(1).request_id);
  CHECK(desk.sandbox.accepted_submits() == 2);
}

TEST_CASE("how long is looked for can be said, and switched off") {
  const Desk desk(lost(R"("never": true)"));
  CHECK(desk.run({"--json", "--look-up-wait", "off"}).exit == 8);
  CHECK(desk.seen("history") == 0);
  CHECK(desk.run({"--json", "--look-up-wait", "0"}).exit == 8);
  CHECK(desk.seen("history") == 1);
  CHECK(desk.run({"--json", "--look-up-attempts", "2"}).exit == 8);
  CHECK(desk.seen("history") == 3);
  CHECK(desk.run({"--json", "--look-up-attempts", "0"}).exit == 2);
  CHECK(desk.run({"--json", "--look-up-wait", "soon"}).exit == 2);
}

TEST_CASE("a queue elsewhere and no platform named: no history is asked, and the key goes to no other host") {
  const Desk desk(kLost);
  User user;
  user.with_service(desk.sandbox.url());
  RawServer proxy;  // requests to a host on the internet would pass here
  user.with("HTTPS_PROXY", proxy.url()).with("ALL_PROXY", proxy.url()).with("NO_PROXY", "127.0.0.1");
  const Outcome outcome = user.run(run_arguments(user, {"--json"}));
  CAPTURE(outcome.err);
  CHECK(outcome.exit == 8);
  const std::string id = user.run({"jobs", "list", "--json"}).json()[0]["job_id"];
  const Outcome resolved = user.run({"jobs", "resolve", id, "--auto", "--json"});
  CHECK(resolved.exit == 8);
  CHECK(resolved.error()["detail"].get<std::string>().find("REACT1_PLATFORM_URL") != std::string::npos);
  CHECK(proxy.connections() == 0);
  CHECK(desk.seen("history") == 0);
}

TEST_CASE("a report to a listener brings a lost call home without any history") {
  const Desk desk(R"({"route": "submit", "do": {"reset": "after", "history": {"never": true}}})");
  User user;
  user.with_service(desk.sandbox.url());
  std::ofstream(user.path("recipe.json")) << R"({"lost_answer": {"max_wait_ms": 60000}})";
  const Outcome outcome =
      user.run(run_arguments(user, {"--json", "--webhook-listen", "0", "--pipeline", user.path("recipe.json")}));
  CAPTURE(outcome.err);
  CHECK(outcome.exit == 0);
  CHECK(outcome.json()["request_id"] == desk.sandbox.submits().at(0).request_id);
  CHECK(desk.sandbox.accepted_submits() == 1);
}

TEST_CASE("a rehearsal is marked, costs nothing, and is not the result of the paid service at the same address") {
  User user;
  std::uint16_t port = 0;
  {
    const Sandbox sandbox(react1::SandboxOptions{});
    port = sandbox.port();
    user.with_service(sandbox.url());
    std::ofstream(user.path("poor.json")) << R"({"budget": {"max_cost_usd": 0, "per_day_usd": 0}})";
    const Outcome outcome = user.run(run_arguments(user, {"--json", "--pipeline", user.path("poor.json")}));
    CAPTURE(outcome.err);
    REQUIRE(outcome.exit == 0);
    CHECK(outcome.json()["sandbox"] == true);
  }
  const Json jobs = user.run({"jobs", "list", "--json"}).json();
  CHECK(jobs[0]["sandbox"] == true);
  CHECK(jobs[0]["cost_usd"] == 0);
  CHECK(user.run({"jobs", "list"}).out.find("sandbox") != std::string::npos);
  CHECK(user.run({"jobs", "show", jobs[0]["job_id"]}).out.find("a rehearsal") != std::string::npos);

  const Sandbox paid({.port = port, .faults = paid_service()});
  // A rehearsal's file is not replaced silently either.
  CHECK(user.run(run_arguments(user, {"--json"})).exit == 2);
  CHECK(paid.accepted_submits() == 0);
  const Outcome real = user.run(run_arguments(user, {"--json", "--overwrite"}));
  CAPTURE(real.err);
  REQUIRE(real.exit == 0);
  CHECK(real.json()["reused"] == false);
  CHECK(paid.accepted_submits() == 1);
  const Json both = user.run({"jobs", "list", "--json"}).json();
  REQUIRE(both.size() == 2);
  CHECK(both[0]["sandbox"] == false);
  CHECK(both[0]["cost_usd"] != 0);
}

TEST_CASE("a proxy's page in place of the service's identity stops the run before anything is paid") {
  const Desk desk(R"({"route": "identity", "times": 2, "do": {"status": 200, "body": "<html>sign in</html>"}})");
  const Outcome outcome = desk.run();
  CHECK(outcome.exit == 6);
  CHECK(desk.sandbox.accepted_submits() == 0);
  CHECK(desk.run().exit == 0);
  CHECK(desk.sandbox.accepted_submits() == 1);
}

TEST_CASE("a rest host that has no address while the queue works: nothing is paid, and the next run continues") {
  const Desk desk("");
  User user;
  user.with_service(desk.sandbox.url()).with("REACT1_REST_URL", "https://rest.invalid");
  std::ofstream(user.path("recipe.json")) << kQuick;
  const auto arguments = run_arguments(user, {"--json", "--pipeline", user.path("recipe.json")});
  const Outcome without = user.run(arguments);
  CAPTURE(without.err);
  CHECK(without.exit == 6);
  CHECK(desk.sandbox.accepted_submits() == 0);
  CHECK(user.run({"jobs", "list", "--json"}).json()[0]["state"] == "created");
  user.with("REACT1_REST_URL", desk.sandbox.url());
  CHECK(user.run(arguments).exit == 0);
  CHECK(desk.sandbox.accepted_submits() == 1);
}

TEST_CASE("inputs that the runners can't fetch end the job with the service's error, and are paid once") {
  const Desk desk(R"({"route": "submit", "do": {"fail": {"status": 422, "type": "file_download_error",
                     "message": "Failed to download the file"}}})");
  const Outcome outcome = desk.run();
  CAPTURE(outcome.err);
  CHECK(outcome.exit == 4);
  CHECK(desk.job()["state"] == "failed");
  CHECK(desk.sandbox.accepted_submits() == 1);
}

TEST_CASE("a queue that can't be connected to was sent nothing: the job is not paid and not unknown") {
  const Desk desk("");
  User user;
  user.with_service(desk.sandbox.url()).with("REACT1_QUEUE_URL", "https://queue.invalid");
  user.with("REACT1_PLATFORM_URL", desk.sandbox.platform_url());
  std::ofstream(user.path("recipe.json")) << kQuick;
  const Outcome outcome = user.run(run_arguments(user, {"--json", "--pipeline", user.path("recipe.json")}));
  CAPTURE(outcome.err);
  CHECK(outcome.exit == 6);
  CHECK(user.run({"jobs", "list", "--json"}).json()[0]["state"] == "created");
  CHECK(desk.seen("history") == 0);
}
