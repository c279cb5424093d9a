// SPDX-License-Identifier: Apache-2.0
// Webhooks: polling becomes the fall-back, no report decides anything, and none is needed.
#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <fstream>
#include <react1/sandbox.hpp>
#include <string>
#include <thread>
#include <vector>

#include "e2e/program.hpp"
#include "support/eventually.hpp"
#include "support/http_client.hpp"
#include "support/paths.hpp"
#include "support/raw_server.hpp"

namespace {

using namespace react1::test;
using react1::Json;
using react1::read_file;
using react1::Sandbox;
using react1::SandboxOptions;
using namespace std::chrono_literals;

/// Long enough for the first poll to come before the end on a busy machine.
constexpr auto kWork = 4s;
/// With it only a report can end a wait in time: the test gives up long before an hour is over.
constexpr const char* kHourly = R"({"webhook": {"poll_interval_ms": 3600000, "poll_interval_max_ms": 3600000}})";
constexpr const char* kOften = R"({"webhook": {"poll_interval_ms": 300, "poll_interval_max_ms": 300}})";

std::int64_t seen(const Sandbox& sandbox, const std::string& route) {
  const auto requests = sandbox.requests();
  return std::count_if(requests.begin(), requests.end(), [&](const auto& request) { return request.route == route; });
}

/// `react1 run` that listens on a port of its own, by `recipe`, and logs its work.
std::vector<std::string> listening_run(const User& user, const char* recipe) {
  std::ofstream(user.path("recipe.json")) << recipe;
  return run_arguments(user, {"--webhook-listen", "0", "--pipeline", user.path("recipe.json"), "-v"});
}

std::string state_of_only_job(const User& user) {
  const Json jobs = user.run({"jobs", "list", "--json"}).json();
  REQUIRE(jobs.size() == 1);
  return jobs[0]["state"];
}

bool says(const Outcome& outcome, const std::string& words) {
  return outcome.err.find(words) != std::string::npos;
}

TEST_CASE("a run that listens asks for the status twice, at the beginning and after the report") {
  const Sandbox sandbox({.inference_time = kWork, .all_ports_reachable = true});
  User user;
  user.with_service(sandbox.url());
  const Outcome outcome = user.run(listening_run(user, kHourly));
  CAPTURE(outcome.err);
  CHECK(outcome.exit == 0);
  CHECK(outcome.out.find("verification: pass") != std::string::npos);
  CHECK(says(outcome, "listening for reports on 127.0.0.1:"));
  CHECK(says(outcome, "the service reported the end"));
  CHECK(seen(sandbox, "status") == 2);
  CHECK(seen(sandbox, "stream") == 0);
  CHECK(seen(sandbox, "result") == 1);
  CHECK(seen(sandbox, "jwks") == 1);
  CHECK(sandbox.accepted_submits() == 1);
  CHECK(state_of_only_job(user) == "done");
}

TEST_CASE("submit --wait listens as well, and so does a run with its own sandbox") {
  SUBCASE("submit --wait") {
    const Sandbox sandbox({.inference_time = kWork, .all_ports_reachable = true});
    User user;
    user.with_service(sandbox.url());
    std::ofstream(user.path("recipe.json")) << kHourly;
    const Outcome outcome =
        user.run({"submit", fixture("presenter_h264_25fps_6s.mp4"), fixture("voice_mono_48k_5s.wav"), "--emotion",
                  "happy", "--wait", "--webhook-listen", "127.0.0.1:0", "--pipeline", user.path("recipe.json")});
    CAPTURE(outcome.err);
    CHECK(outcome.exit == 0);
    CHECK(seen(sandbox, "status") == 2);
    CHECK(seen(sandbox, "stream") == 0);
  }
  SUBCASE("a sandbox of its own") {
    const User user;
    std::vector<std::string> arguments = listening_run(user, kHourly);
    arguments.emplace_back("--sandbox");
    const Outcome outcome = user.run(arguments);
    CAPTURE(outcome.err);
    CHECK(outcome.exit == 0);
    CHECK(says(outcome, "listening for reports on 127.0.0.1:"));
  }
}

TEST_CASE("a recipe can say where to listen, and commands that don't stay leave it") {
  const Sandbox sandbox({.inference_time = kWork, .all_ports_reachable = true});
  User user;
  user.with_service(sandbox.url());
  const RawServer taken;  // an attempt to listen would fail
  const std::string port = taken.url().substr(taken.url().rfind(':') + 1);
  std::ofstream(user.path("recipe.json")) << R"({"webhook": {"listen": ")" + port + R"("}})";
  const Outcome submitted =
      user.run({"submit", fixture("presenter_h264_25fps_6s.mp4"), fixture("voice_mono_48k_5s.wav"), "--emotion",
                "happy", "--pipeline", user.path("recipe.json")});
  CAPTURE(submitted.err);
  REQUIRE(submitted.exit == 0);
  const std::string id = submitted.out.substr(0, submitted.out.find('\n'));
  CHECK(user.run({"status", id, "--pipeline", user.path("recipe.json")}).exit == 0);
  const Outcome run = user.run(run_arguments(user, {"--again", "--pipeline", user.path("recipe.json"), "--json"}));
  CHECK(run.exit == 9);
  CHECK(run.error()["code"] == "io");
  CHECK(sandbox.accepted_submits() == 1);  // it is tried before anything is paid
}

struct Unheard {
  const char* name;
  const char* faults;
};

TEST_CASE("reports that get lost or can't be verified: polling finds the end, and a note reports it") {
  for (const Unheard& unheard : {
           Unheard{"never sent", R"({"route": "webhook", "times": "always", "do": {"skip": true}})"},
           Unheard{"wrongly signed", R"({"route": "webhook", "times": "always", "do": {"wrong_signature": true}})"},
           Unheard{"too old", R"({"route": "webhook", "times": "always", "do": {"timestamp_add_s": -1000}})"},
           Unheard{"no keys", R"({"route": "jwks", "times": "always", "do": {"status": 503}})"},
       }) {
    const std::string name = unheard.name;
    CAPTURE(name);
    const Sandbox sandbox(SandboxOptions{.inference_time = 1500ms,
                                         .faults = std::string(R"({"faults": [)") + unheard.faults + "]}",
                                         .all_ports_reachable = true});
    User user;
    user.with_service(sandbox.url());
    const Outcome outcome = user.run(listening_run(user, kOften));
    CAPTURE(outcome.err);
    CHECK(outcome.exit == 0);
    CHECK(says(outcome, "no report has arrived"));
    CHECK_FALSE(says(outcome, "the service reported the end"));
    CHECK(seen(sandbox, "status") >= 3);
    CHECK(seen(sandbox, "stream") == 0);
    CHECK(sandbox.accepted_submits() == 1);
    CHECK(state_of_only_job(user) == "done");
  }
}

TEST_CASE("a delivery that is refused is made again, and one that is repeated is heard once") {
  const char* faults = "";
  SUBCASE("refused first") {
    faults = R"({"route": "webhook", "do": {"wrong_signature": true}})";
  }
  SUBCASE("repeated") {
    faults = R"({"route": "webhook", "do": {"repeat": true}})";
  }
  const Sandbox sandbox(SandboxOptions{
      .inference_time = kWork, .faults = std::string(R"({"faults": [)") + faults + "]}", .all_ports_reachable = true});
  User user;
  user.with_service(sandbox.url());
  const Outcome outcome = user.run(listening_run(user, kHourly));
  CAPTURE(outcome.err);
  CHECK(outcome.exit == 0);
  CHECK(seen(sandbox, "status") == 2);
  CHECK(sandbox.accepted_submits() == 1);
}

TEST_CASE("a forged report is refused, and nothing is asked or ended for it") {
  const Sandbox sandbox({.inference_time = 2 * kWork, .all_ports_reachable = true});
  User user;
  user.with_service(sandbox.url());
  Running running = user.start(listening_run(user, kHourly));
  running.wait_for_err("note: IN_");  // the first poll has been answered
  const std::string mark = "listening for reports on ";
  const std::string& err = running.err();
  REQUIRE(err.find(mark) != std::string::npos);
  const std::size_t begin = err.find(mark) + mark.size();
  const std::string hook = "http://" + err.substr(begin, err.find_first_not_of("0123456789.:", begin) - begin) + "/";
  const std::string id = sandbox.submits().at(0).request_id;
  const auto now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  HttpRequest forged{.method = "POST", .url = hook};
  forged.headers = {"X-Fal-Webhook-Request-Id: " + id, "X-Fal-Webhook-User-Id: sandbox-user",
                    "X-Fal-Webhook-Timestamp: " + std::to_string(now),
                    "X-Fal-Webhook-Signature: " + std::string(128, 'a')};
  forged.body = R"({"request_id":")" + id + R"(","status":"ERROR","error":"it failed","payload":null})";
  CHECK(exchange(forged).status == 401);
  forged.headers.clear();
  CHECK(exchange(forged).status == 400);
  CHECK(seen(sandbox, "status") == 1);
  const Outcome outcome = running.wait();
  CAPTURE(outcome.err);
  CHECK(outcome.exit == 0);
  CHECK(says(outcome, "refused: wrong_signature"));
  CHECK(seen(sandbox, "status") == 2);
  CHECK(sandbox.accepted_submits() == 1);
}

TEST_CASE("a report of a failure changes no exit code") {
  const Sandbox sandbox(SandboxOptions{.inference_time = kWork,
                                       .faults = R"({"faults": [{"route": "submit", "do":
                 {"fail": {"status": 500, "type": "runner_disconnected", "message": "gone"}}}]})",
                                       .all_ports_reachable = true});
  User user;
  user.with_service(sandbox.url());
  const Outcome outcome = user.run(listening_run(user, kHourly));
  CAPTURE(outcome.err);
  CHECK(outcome.exit == 4);
  CHECK(seen(sandbox, "status") == 2);
  CHECK(sandbox.accepted_submits() == 1);
  CHECK(state_of_only_job(user) == "failed");
}

TEST_CASE("what was interrupted while listening is fetched without a report, by result and by run") {
  const Sandbox sandbox({.inference_time = kWork, .all_ports_reachable = true});
  User user;
  user.with_service(sandbox.url());
  Running running = user.start(listening_run(user, kHourly));
  running.wait_for_err("accepted request");
  running.signal(SIGINT);
  const Outcome interrupted = running.wait();
  CAPTURE(interrupted.err);
  CHECK(interrupted.exit == 130);
  Outcome second;
  SUBCASE("result") {
    second = user.run({"result", sandbox.submits().at(0).request_id, "-o", user.path("out.mp4")});
  }
  SUBCASE("run, which listens for what will not come to it") {
    second = user.run(listening_run(user, kHourly));
  }
  CAPTURE(second.err);
  CHECK(second.exit == 0);
  CHECK(second.out.find("verification: pass") != std::string::npos);
  CHECK(sandbox.accepted_submits() == 1);
}

TEST_CASE("--webhook-url alone has the service report to another program, and its query is shown nowhere") {
  const Sandbox sandbox({.all_ports_reachable = true});
  User user;
  user.with_service(sandbox.url());
  RawServer other;
  other.otherwise([](const SeenRequest&) { return answer(200, ""); });
  const Outcome outcome =
      user.run(run_arguments(user, {"--webhook-url", other.url("/hook?token=very-private"), "-vv"}));
  CHECK(outcome.exit == 0);
  CHECK(seen(sandbox, "stream") == 1);
  REQUIRE(eventually([&] { return !other.requests().empty(); }));
  const std::string target = other.requests().at(0).target;  // the payment's token is added to its path
  CHECK(target.starts_with("/hook/"));
  CHECK(target.ends_with("?token=very-private"));
  CHECK(target.size() == std::string("/hook/?token=very-private").size() + 32);
  CHECK((outcome.out + outcome.err).find("very-private") == std::string::npos);
  for (const std::string& name : files_below(user.path(""))) {
    if (std::filesystem::is_regular_file(user.path(name))) {
      CAPTURE(name);
      CHECK(read_file(user.path(name)).find("very-private") == std::string::npos);
    }
  }
}

}  // namespace
