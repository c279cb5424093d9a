// SPDX-License-Identifier: Apache-2.0
// Something between us and the service may answer in its place: proxies, portals, gateways, caches, filters. Each
// of their answers is given at each step of a job for as long as the program asks; then they are gone and the same
// command is run again. One payment each, the id is never lost, and the result is verified.
#include <doctest/doctest.h>

#include <cstdint>
#include <fstream>
#include <react1/sandbox.hpp>
#include <string>
#include <vector>

#include "e2e/program.hpp"

namespace {

using namespace react1::test;
using react1::Json;
using react1::Sandbox;
using react1::SandboxOptions;

struct Stranger {
  const char* name;
  const char* answer;  ///< the `do` of a fault
};

constexpr Stranger kStrangers[] = {
    {"a login portal",
     R"({"status": 200, "body": "<html><title>Sign in to WiFi</title></html>", "headers": {"Content-Type": "text/html"}})"},
    {"an empty 200", R"({"status": 200, "body": ""})"},
    {"another API's JSON", R"({"status": 200, "body": {"ok": true, "error": "unauthorized"}})"},
    {"a 204", R"({"status": 204, "body": ""})"},
    {"a redirect to a login page", R"({"status": 302, "headers": {"Location": "https://login.example/?next=x"}})"},
    {"a permanent redirect", R"({"status": 301, "headers": {"Location": "https://elsewhere.example/"}})"},
    {"a proxy's 400", R"({"status": 400, "body": "<html><title>400 Bad Request</title></html>"})"},
    {"a proxy's 401", R"({"status": 401, "body": "<html><title>401 Authorization Required</title></html>"})"},
    {"a filter's 403", R"({"status": 403, "body": "<html>blocked by your organisation</html>"})"},
    {"a 404 page", R"({"status": 404, "body": "<html><title>404 Not Found</title></html>"})"},
    {"an empty 404", R"({"status": 404, "body": ""})"},
    {"a proxy's 407", R"({"status": 407, "body": "<html>Proxy Authentication Required</html>"})"},
    {"a 410", R"({"status": 410, "body": "Gone"})"},
    {"a 413", R"({"status": 413, "body": "<html>Request Entity Too Large</html>"})"},
    {"a filter's 451", R"({"status": 451, "body": "<html>legal</html>"})"},
    {"a 502 page", R"({"status": 502, "body": "<html><title>502 Bad Gateway</title></html>"})"},
    {"a 511", R"({"status": 511, "body": "<html>Network Authentication Required</html>"})"},
};

/// Short pauses and few attempts, so that they are used up soon.
constexpr const char* kStrangerRecipe = R"({"retry": {"attempts": 2, "base_delay_ms": 5, "max_delay_ms": 20},
  "wait": {"stall_timeout_ms": 3000}})";

/// A user whose service has these faults, and who runs the same command again and again.
struct StrangerPlace {
  explicit StrangerPlace(const std::string& faults)
      : sandbox(SandboxOptions{.faults = R"({"faults": [)" + faults + "]}"}) {
    user.with_service(sandbox.url());
    std::ofstream(user.path("quick.json")) << kStrangerRecipe;
  }
  Outcome run() { return user.run(run_arguments(user, {"--json", "--pipeline", user.path("quick.json")})); }
  Json job() { return user.run({"jobs", "list", "--json"}).json().at(0); }

  const Sandbox sandbox;
  User user;
};

/// Runs one job with a stranger on `routes`; the outcomes with and then without the stranger.
void meet(const Stranger& stranger, const std::vector<const char*>& routes, int exit, const char* state) {
  CAPTURE(std::string(stranger.name));
  std::string list;
  for (const char* route : routes) {
    // "output" is in the name of every result of the sandbox.
    const bool is_file = std::string(route) == "file";
    list += (list.empty() ? "" : ", ") + std::string(R"({"route": ")") + route + R"(", )" +
            (is_file ? R"("file": "output", )" : "") + R"("times": )" +
            (std::string(route) == "stream" ? R"("always")" : "2") + R"(, "do": )" + stranger.answer + "}";
  }
  StrangerPlace place(list);
  const Sandbox& sandbox = place.sandbox;
  const Outcome first = place.run();
  CAPTURE(first.err);
  CHECK(first.exit == exit);
  CHECK(sandbox.accepted_submits() == 1);
  CHECK(place.job()["state"] == state);
  const std::string request = sandbox.submits().at(0).request_id;
  CHECK(first.err.find(request) != std::string::npos);

  const Outcome second = place.run();
  CAPTURE(second.err);
  CHECK(second.exit == 0);
  CHECK(second.json()["request_id"] == request);
  CHECK(second.json()["verification"]["verdict"] == "pass");
  CHECK(sandbox.accepted_submits() == 1);
}

}  // namespace

TEST_CASE("strangers answer while a job waits") {
  for (const Stranger& stranger : kStrangers) meet(stranger, {"stream", "status"}, 6, "submitted");
}

TEST_CASE("strangers answer when the result is asked for") {
  for (const Stranger& stranger : kStrangers) meet(stranger, {"result"}, 6, "submitted");
}

TEST_CASE("strangers answer in place of the file") {
  for (const Stranger& stranger : kStrangers) meet(stranger, {"file"}, 6, "submitted");
}

TEST_CASE("strangers answer before anything is paid: no error about the key or the clips, and the next run continues") {
  for (const Stranger& stranger : kStrangers) {
    for (const char* route : {"initiate", "upload"}) {
      const std::string answer = stranger.answer;
      const bool is_a_hosts = std::string(route) == "upload" && answer.find("html") == std::string::npos;
      if (is_a_hosts) continue;  // an upload that a storage host answers or refuses briefly
      CAPTURE(std::string(stranger.name));
      CAPTURE(std::string(route));
      // Two attempts for each of two clips, which are uploaded at the same time: all of the first run meet the
      // stranger.
      constexpr int kTimes = 4;
      StrangerPlace place(std::string(R"({"route": ")") + route + R"(", "times": )" + std::to_string(kTimes) +
                          R"(, "do": )" + answer + "}");
      const Outcome first = place.run();
      CAPTURE(first.err);
      CHECK(first.exit == 6);
      CHECK(place.sandbox.accepted_submits() == 0);
      Outcome next = place.run();
      // What is not retried, or stops the other clip, meets the stranger at least once a run.
      for (int run = 3; run <= kTimes + 1 && next.exit == 6; ++run) next = place.run();
      CAPTURE(next.err);
      CHECK(next.exit == 0);
      CHECK(place.sandbox.accepted_submits() == 1);
    }
  }
}

TEST_CASE("an answer that was paid for and can't be read is shown, and nothing of it acts on a terminal") {
  StrangerPlace place(
      R"({"route": "result", "times": 2, "do": {"merge": {"video": null, "clip": "https://x/\u001b[31mo.mp4"}}})");
  CHECK(place.run().exit == 6);
  const Json job = place.job();
  CHECK(job["state"] == "submitted");
  CHECK(job["answer"]["clip"].is_string());
  const Outcome shown = place.user.run({"jobs", "show", job["job_id"]});
  CHECK(shown.out.find("https://x/") != std::string::npos);
  CHECK(shown.out.find('\x1b') == std::string::npos);
  CHECK(place.run().exit == 0);
  CHECK(place.sandbox.accepted_submits() == 1);
}

TEST_CASE("strangers answer the paid call: it may have been forwarded, so nothing is sent again") {
  for (const Stranger& stranger : kStrangers) {
    CAPTURE(std::string(stranger.name));
    StrangerPlace place(std::string(R"({"route": "submit", "do": )") + stranger.answer + "}");
    const Outcome first = place.run();
    CAPTURE(first.err);
    CHECK(first.exit == 8);
    const Json job = place.job();
    CHECK(job["state"] == "outcome_unknown");
    CHECK(first.err.find("jobs resolve " + job["job_id"].get<std::string>()) != std::string::npos);
    CHECK(place.run().exit == 8);
    CHECK(place.sandbox.accepted_submits() == 0);
    CHECK(place.user.run({"jobs", "resolve", job["job_id"], "--pay-again"}).exit == 0);
    CHECK(place.run().exit == 0);
    CHECK(place.sandbox.accepted_submits() == 1);
  }
}
