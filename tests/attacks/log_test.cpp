// SPDX-License-Identifier: Apache-2.0
// Each log line of a job names the job, whichever thread wrote it.
#include <doctest/doctest.h>

#include <react1/sandbox.hpp>
#include <sstream>
#include <string>

#include "core/json_text.hpp"
#include "e2e/program.hpp"
#include "support/paths.hpp"

namespace {

using namespace react1::test;
using react1::Json;
using react1::Sandbox;

TEST_CASE("log lines of uploads name their job") {
  // A host that does not say how much it stored is mentioned by the thread of each upload.
  const Sandbox sandbox({.faults = R"({"faults": [{"route": "file", "times": 2, "do": {"status": 500}}]})"});
  User user;
  user.with_service(sandbox.url());
  const Outcome outcome = user.run(run_arguments(user, {"-vv", "--log-format", "json"}));
  CAPTURE(outcome.err);
  CHECK(outcome.exit == 0);
  std::istringstream lines(outcome.err);
  int uploads = 0;
  for (std::string line; std::getline(lines, line);) {
    const auto document = react1::read_json(line);
    if (!document || !document->is_object() || !document->contains("component")) continue;
    const std::string component = (*document)["component"];
    if (component != "fal" && component != "upload" && component != "prepare") continue;
    CAPTURE(line);
    CHECK(document->contains("job_id"));
    const std::string message = (*document)["message"];
    if (message.find("does not say how much it stored") != std::string::npos) ++uploads;
  }
  CHECK(uploads == 2);
}

}  // namespace
