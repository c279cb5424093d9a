// SPDX-License-Identifier: Apache-2.0
// react1 doctor against the sandbox, and against other services in its place.
#include <doctest/doctest.h>

#include <react1/sandbox.hpp>
#include <string>

#include "e2e/program.hpp"
#include "e2e/service.hpp"

namespace {

using namespace react1::test;
using react1::Json;
using react1::Sandbox;

/// What the check of that name found.
Json finding(const Json& document, const std::string& check) {
  for (const Json& each : document["findings"]) {
    if (each["check"] == check) return each;
  }
  FAIL("no check ", check);
  return {};
}

}  // namespace

TEST_CASE("doctor on a good machine and service finds no fault, and pays nothing") {
  const Sandbox sandbox({});
  User user;
  user.with_service(sandbox.url()).with("REACT1_PLATFORM_URL", sandbox.platform_url());
  const Outcome outcome = user.run({"doctor", "--json"});
  CAPTURE(outcome.out);
  CHECK(outcome.exit == 0);
  const Json document = outcome.json();
  CHECK(document["ok"] == true);
  for (const char* check : {"libraries", "encoders", "decoders", "state_folder", "locks", "queue", "key", "clock",
                            "upload_host", "history", "price", "schema"}) {
    CAPTURE(std::string(check));
    CHECK(finding(document, check)["health"] == "good");
  }
  CHECK(sandbox.submits().empty());
  const Outcome text = user.run({"doctor"});
  CHECK(text.exit == 0);
  CHECK(text.out.find("key-secret") == std::string::npos);
}

TEST_CASE("doctor names a key that is missing, malformed or refused: exit 5, with the cure") {
  User user;
  const Outcome none = user.run({"doctor", "--json"});
  CHECK(none.exit == 5);
  CHECK(finding(none.json(), "key")["health"] == "failed");
  CHECK(finding(none.json(), "key")["cure"].is_string());
  const Sandbox sandbox({.key = "good:key"});
  user.with_service(sandbox.url()).with("REACT1_PLATFORM_URL", sandbox.platform_url());
  const Outcome refused = user.run({"doctor", "--json"});
  CHECK(refused.exit == 5);
  CHECK(finding(refused.json(), "queue")["health"] == "good");
  CHECK(finding(refused.json(), "key")["health"] == "failed");
  CHECK(finding(refused.json(), "history")["health"] == "failed");
  CHECK((refused.out + refused.err).find("key-secret") == std::string::npos);
  user.with("FAL_KEY", "no colon\n");
  CHECK(user.run({"doctor"}).exit == 5);
}

TEST_CASE("doctor reports when something else answers in the service's place, and when nothing does: exit 6") {
  ScriptedService portal;
  portal.answer("GET", "/", answer(200, "<html><title>Sign in to WiFi</title></html>", "text/html"));
  User user;
  user.with_service(portal.url());
  const Outcome outcome = user.run({"doctor", "--json"});
  CHECK(outcome.exit == 6);
  CHECK(finding(outcome.json(), "queue")["health"] == "failed");
  CHECK(finding(outcome.json(), "queue")["message"].get<std::string>().find("Sign in") != std::string::npos);
  CHECK(finding(outcome.json(), "key")["health"] == "skipped");
  CHECK(finding(outcome.json(), "price")["health"] == "skipped");
  user.with_service("http://127.0.0.1:9");
  const Outcome silent = user.run({"doctor", "--json"});
  CHECK(silent.exit == 6);
  CHECK(finding(silent.json(), "queue")["health"] == "failed");
  CHECK(finding(silent.json(), "upload_host")["health"] == "failed");
}

TEST_CASE("doctor sees a clock that is off and an account that pays another price") {
  ScriptedService service;
  service.answer(
      "GET", "/requests/",
      answer(404, R"({"detail": "Request not found"})", "application/json", "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"));
  service.answer("GET", "/models/pricing",
                 answer(200, R"({"prices": [{"endpoint_id": "fal-ai/sync-lipsync/react-1", "unit_price": 7.25,
                                 "unit": "minutes", "currency": "USD"}]})"));
  User user;
  user.with_service(service.url()).with("REACT1_PLATFORM_URL", service.url());
  const Json document = user.run({"doctor", "--json"}).json();
  CHECK(finding(document, "clock")["health"] == "failed");
  CHECK(finding(document, "price")["health"] == "warning");
  CHECK(finding(document, "price")["message"].get<std::string>().find("7.25") != std::string::npos);
}
