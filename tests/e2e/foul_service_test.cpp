// SPDX-License-Identifier: Apache-2.0
// A service that answers wrongly, through the whole program: exit code, message, one paid submit at most, nothing left.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "e2e/program.hpp"
#include "e2e/service.hpp"
#include "support/paths.hpp"

namespace {

using namespace react1::test;
using react1::Json;
namespace fs = std::filesystem;

constexpr const char* kSubmit = "/fal-ai/sync-lipsync/react-1";

/// Runs the main job against `service`, with retries that do not wait; checks the exit code and that nothing is left.
Json check_fails(const ScriptedService& service, int exit, std::size_t submits) {
  User user;
  user.with_service(service.url());
  const std::string recipe = user.path("hasty.json");
  std::ofstream(recipe)
      << R"({"retry":{"attempts":2,"base_delay_ms":1,"max_delay_ms":5},"wait":{"stall_timeout_ms":2000}})";
  const Outcome outcome = user.run({"run", fixture("presenter_h264_25fps_6s.mp4"), fixture("voice_mono_48k_5s.wav"),
                                    "--emotion", "happy", "--pipeline", recipe, "-o", user.path("out.mp4"), "--json"});
  CAPTURE(outcome.out);
  CAPTURE(outcome.err);
  CHECK(outcome.exit == exit);
  CHECK(service.submits() == submits);
  CHECK_FALSE(fs::exists(user.path("out.mp4")));
  CHECK(user.leftovers().empty());
  const Json error = outcome.error();
  CHECK_FALSE(error["message"].get<std::string>().empty());
  return error;
}

TEST_CASE("an account without money or a refused key ends with 5") {
  ScriptedService broke;
  broke.answer("POST", kSubmit, answer(403, R"({"detail":"User is locked. Reason: Exhausted balance."})"));
  CHECK(check_fails(broke, 5, 1)["code"] == "balance");
  ScriptedService refusing;
  refusing.answer("POST", "/initiate", answer(401, R"({"detail":"invalid key credentials"})"));
  CHECK(check_fails(refusing, 5, 0)["code"] == "auth");
}

TEST_CASE("a refusal by the model ends with 4 and carries the service's own problem") {
  ScriptedService service;
  service.answer(
      "GET", "/requests/req-1",
      answer(422, R"({"detail":[{"loc":["body","audio_url"],"msg":"Audio is too long",)"
                  R"("type":"audio_duration_too_long","ctx":{"max_duration":15,"provided_duration":15.05}}]})"));
  service.answer("GET", "/status", answer(200, R"({"status":"COMPLETED","request_id":"req-1","logs":null})"));
  const Json error = check_fails(service, 4, 1);
  CHECK(error["problems"][0]["type"] == "audio_duration_too_long");
  CHECK(error["request_id"] == "req-1");
}

TEST_CASE("a 422 with plain text and a 404 for the model end with 4") {
  ScriptedService text;
  text.answer("POST", kSubmit, answer(422, R"({"detail":"emotion is not a valid enumeration member"})"));
  check_fails(text, 4, 1);
  ScriptedService gone;
  gone.answer("POST", kSubmit, answer(404, R"({"detail":"Application \"react-1\" not found"})"));
  check_fails(gone, 4, 1);
}

TEST_CASE("answers that are no JSON end with 6 and keep the paid id") {
  ScriptedService html;
  html.answer("GET", "/requests/req-1", answer(502, "<html>bad gateway</html>", "text/html"));
  CHECK(check_fails(html, 6, 1)["request_id"] == "req-1");
  ScriptedService broken;
  broken.answer("POST", "/initiate", answer(200, "{\"upload_url\":"));
  check_fails(broken, 6, 0);
}

TEST_CASE("a submit whose answer is lost ends with 8, and the same command again sends nothing") {
  ScriptedService service;
  service.answer("POST", kSubmit,
                 "HTTP/1.1 200 OK\r\nContent-Length: 100\r\nConnection: close\r\n\r\n{\"request_id\":");
  User user;
  user.with_service(service.url());
  for (int attempt = 0; attempt < 2; ++attempt) {
    CAPTURE(attempt);
    const Outcome outcome = user.run({"run", fixture("presenter_h264_25fps_6s.mp4"), fixture("voice_mono_48k_5s.wav"),
                                      "--emotion", "happy", "-o", user.path("out.mp4"), "--json"});
    CAPTURE(outcome.err);
    CHECK(outcome.exit == 8);
    CHECK(outcome.error()["code"] == "outcome_unknown");
    CHECK(service.submits() == 1);
  }
  CHECK(user.run({"jobs", "list", "--state", "outcome_unknown", "--json"}).json().size() == 1);
}

TEST_CASE("a result that is no media, stops half way or has no host leaves no verified file") {
  ScriptedService half;
  half.answer("GET", "/out.mp4", "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\nConnection: close\r\n\r\nshort");
  CHECK(check_fails(half, 6, 1)["request_id"] == "req-1");
  ScriptedService nowhere;
  nowhere.answer("GET", "/requests/req-1", answer(200, R"({"video":{"url":"https://no-such-host.invalid/o.mp4"}})"));
  nowhere.answer("GET", "/status", answer(200, R"({"status":"COMPLETED","request_id":"req-1","logs":null})"));
  check_fails(nowhere, 6, 1);
}

TEST_CASE("an unknown status is tolerated") {
  ScriptedService service;
  service.answer("GET", "/status", answer(200, R"({"status":"THINKING","request_id":"req-1","logs":null})"));
  User user;
  user.with_service(service.url());
  const Outcome outcome = user.run({"status", "req-1", "--json"});
  CHECK(outcome.exit == 0);
  CHECK(outcome.json()["status"] == "THINKING");
  CHECK(outcome.json()["state"].is_null());
}

}  // namespace
