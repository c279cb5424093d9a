// SPDX-License-Identifier: Apache-2.0
// What the program does when the service misbehaves, fault by fault: the exit code, what was paid (never more than
// once), the job's state, and that its result can be fetched. The table is the test; docs/sandbox.md explains the
// scripts.
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

/// How a job that did not complete is completed.
enum class Then {
  done,     ///< it ended well
  again,    ///< the same command once more
  resolve,  ///< the service has the request: `jobs resolve --request-id`, then the same command
  pay,      ///< the service has no request: `jobs resolve --pay-again`, then the same command
  kept,     ///< the file that came is kept and judged; the request is over
  over,     ///< the service has refused it: nothing more will come
};

struct Fault {
  const char* name;
  const char* script;  ///< one entry of the list, or several
  int exit;
  std::uint64_t accepted;
  const char* state;
  Then then;
};

/// Short pauses, so that attempts are used up soon.
constexpr const char* kRecipe = R"({"retry": {"attempts": 4, "base_delay_ms": 20, "max_delay_ms": 100},
  "wait": {"stall_timeout_ms": 3000}})";

void play(const Fault& fault) {
  const std::string name = fault.name;
  CAPTURE(name);
  const Sandbox sandbox(SandboxOptions{.faults = std::string(R"({"faults": [)") + fault.script + "]}"});
  User user;
  user.with_service(sandbox.url());
  std::ofstream(user.path("quick.json")) << kRecipe;

  const Outcome first = user.run(run_arguments(user, {"--json", "--pipeline", user.path("quick.json")}));
  CAPTURE(first.err);
  CHECK(first.exit == fault.exit);
  CHECK(sandbox.accepted_submits() == fault.accepted);
  const Json jobs = user.run({"jobs", "list", "--json"}).json();
  REQUIRE(jobs.size() == 1);
  CHECK(jobs[0]["state"] == fault.state);
  if (first.exit != 0 && first.exit != 7) {
    const Json error = first.error();
    CHECK_FALSE(error["message"].get<std::string>().empty());
    // A paid request is always known.
    if (jobs[0]["request_id"].is_string())
      CHECK(first.err.find(jobs[0]["request_id"].get<std::string>()) != std::string::npos);
  }

  const std::string id = jobs[0]["job_id"];
  if (fault.then == Then::resolve) {
    const std::string request = sandbox.submits().at(0).request_id;
    CHECK(user.run({"jobs", "resolve", id, "--request-id", request}).exit == 0);
  }
  if (fault.then == Then::pay) CHECK(user.run({"jobs", "resolve", id, "--pay-again"}).exit == 0);
  if (fault.then == Then::again || fault.then == Then::resolve || fault.then == Then::pay) {
    const Outcome second = user.run(run_arguments(user, {"--json", "--pipeline", user.path("quick.json")}));
    CAPTURE(second.err);
    CHECK(second.exit == 0);
    CHECK(sandbox.accepted_submits() == 1);
  }
  for (const auto& seen : sandbox.requests()) {
    CAPTURE(seen.route);
    const bool is_storage = seen.route == "upload" || seen.route == "part" || seen.route == "file";
    CHECK_FALSE((is_storage && seen.authorization));
  }
}

void play_all(const std::vector<Fault>& faults) {
  for (const Fault& fault : faults) play(fault);
}

}  // namespace

// Both clips are uploaded in parallel and share the faults: of seven, four hit one of them, which are all of its
// attempts.
TEST_CASE("faults: asking where to upload") {
  play_all({
      {"500 once", R"({"route": "initiate", "do": {"status": 500}})", 0, 1, "done", Then::done},
      {"503 twice with Retry-After",
       R"({"route": "initiate", "times": 2, "do": {"status": 503, "headers": {"Retry-After": "0"}}})", 0, 1, "done",
       Then::done},
      {"429", R"({"route": "initiate", "do": {"status": 429, "body": {"detail": "slow down"}}})", 0, 1, "done",
       Then::done},
      {"a page in place of JSON", R"({"route": "initiate", "do": {"body": "<html>hello</html>"}})", 0, 1, "done",
       Then::done},
      {"reset before", R"({"route": "initiate", "do": {"reset": "before"}})", 0, 1, "done", Then::done},
      {"closed after", R"({"route": "initiate", "do": {"close": "after"}})", 0, 1, "done", Then::done},
      {"half an answer", R"({"route": "initiate", "do": {"cut_after": "half"}})", 0, 1, "done", Then::done},
      {"a length that promises more", R"({"route": "initiate", "do": {"content_length_add": 10}})", 0, 1, "done",
       Then::done},
      {"no URL in it", R"({"route": "initiate", "do": {"merge": {"upload_url": null}}})", 0, 1, "done", Then::done},
      {"a number for an URL", R"({"route": "initiate", "do": {"merge": {"file_url": 7}}})", 0, 1, "done", Then::done},
      {"the key is refused",
       R"({"route": "initiate", "do": {"status": 401, "body": {"detail": "No user found for Key ID and Secret"}}})", 5,
       0, "created", Then::again},
      {"no money",
       R"({"route": "initiate", "do": {"status": 403, "body": {"detail": "User is locked. Reason: Exhausted balance."}}})",
       5, 0, "created", Then::again},
      {"500 as long as it is asked", R"({"route": "initiate", "times": 7, "do": {"status": 500}})", 6, 0, "created",
       Then::again},
  });
}

TEST_CASE("faults: uploading") {
  play_all({
      {"500 once", R"({"route": "upload", "do": {"status": 500}})", 0, 1, "done", Then::done},
      {"408", R"({"route": "upload", "do": {"status": 408}})", 0, 1, "done", Then::done},
      {"503 with Retry-After", R"({"route": "upload", "do": {"status": 503, "headers": {"Retry-After": "1"}}})", 0, 1,
       "done", Then::done},
      {"reset before", R"({"route": "upload", "do": {"reset": "before"}})", 0, 1, "done", Then::done},
      {"reset in the middle", R"({"route": "upload", "do": {"reset_upload_after": 20000}})", 0, 1, "done", Then::done},
      {"taken, the answer lost", R"({"route": "upload", "do": {"reset": "after"}})", 0, 1, "done", Then::done},
      {"a slow answer", R"({"route": "upload", "do": {"delay_ms": 700}})", 0, 1, "done", Then::done},
      {"down for good", R"({"route": "upload", "times": 7, "do": {"status": 503}})", 6, 0, "created", Then::again},
  });
}

TEST_CASE("faults: the paid call, refused") {
  play_all({
      {"the key is refused",
       R"({"route": "submit", "do": {"status": 401, "body": {"detail": "Cannot access application"}}})", 5, 0,
       "created", Then::again},
      {"no money",
       R"({"route": "submit", "do": {"status": 403, "body": {"detail": "User is locked. Reason: Exhausted balance."}}})",
       5, 0, "created", Then::again},
      {"no such endpoint", R"({"route": "submit", "do": {"status": 404, "body": {"detail": "Application not found"}}})",
       4, 0, "failed", Then::over},
      {"a field is wrong",
       R"({"route": "submit", "do": {"status": 422, "body": {"detail": [{"loc": ["body", "emotion"], "msg": "unexpected value", "type": "value_error"}]}}})",
       4, 0, "failed", Then::over},
      {"429 once",
       R"({"route": "submit", "do": {"status": 429, "headers": {"Retry-After": "0"}, "body": {"detail": "slow down"}}})",
       0, 1, "done", Then::done},
  });
}

TEST_CASE("faults: the paid call, its outcome unknown") {
  play_all({
      {"reset before it was taken", R"({"route": "submit", "do": {"reset": "before"}})", 8, 0, "outcome_unknown",
       Then::pay},
      {"closed before it was taken", R"({"route": "submit", "do": {"close": "before"}})", 8, 0, "outcome_unknown",
       Then::pay},
      {"reset after it was taken", R"({"route": "submit", "do": {"reset": "after"}})", 8, 1, "outcome_unknown",
       Then::resolve},
      {"closed after it was taken", R"({"route": "submit", "do": {"close": "after"}})", 8, 1, "outcome_unknown",
       Then::resolve},
      {"half an answer", R"({"route": "submit", "do": {"cut_after": "half"}})", 8, 1, "outcome_unknown", Then::resolve},
      {"half an answer, then silence", R"({"route": "submit", "do": {"cut_after": "half", "cut_by": "stall"}})", 8, 1,
       "outcome_unknown", Then::resolve},
      {"a length that promises more", R"({"route": "submit", "do": {"content_length_add": 10}})", 8, 1,
       "outcome_unknown", Then::resolve},
      {"a page in place of JSON", R"({"route": "submit", "do": {"body": "<html>thanks</html>"}})", 8, 1,
       "outcome_unknown", Then::resolve},
      {"no id in it", R"({"route": "submit", "do": {"merge": {"request_id": null}}})", 8, 1, "outcome_unknown",
       Then::resolve},
      {"a gigabyte of blanks", R"({"route": "submit", "do": {"huge": 1000000000}})", 8, 1, "outcome_unknown",
       Then::resolve},
      {"500", R"({"route": "submit", "do": {"status": 500}})", 8, 0, "outcome_unknown", Then::pay},
      {"502", R"({"route": "submit", "do": {"status": 502, "body": "<html>bad gateway</html>"}})", 8, 0,
       "outcome_unknown", Then::pay},
      {"504", R"({"route": "submit", "do": {"status": 504}})", 8, 0, "outcome_unknown", Then::pay},
  });
}

TEST_CASE("faults: the paid call, slow or odd and good") {
  play_all({
      {"a slow answer", R"({"route": "submit", "do": {"delay_ms": 900}})", 0, 1, "done", Then::done},
      {"an answer that drips", R"({"route": "submit", "do": {"drip": {"bytes": 20, "every_ms": 20}}})", 0, 1, "done",
       Then::done},
      {"no URLs in it",
       R"({"route": "submit", "do": {"merge": {"status_url": null, "response_url": null, "cancel_url": null}}})", 0, 1,
       "done", Then::done},
      {"unknown fields", R"({"route": "submit", "do": {"merge": {"gift": {"a": [1, 2]}}}})", 0, 1, "done", Then::done},
  });
}

TEST_CASE("faults: waiting") {
  play_all({
      {"no stream", R"({"route": "stream", "times": "always", "do": {"status": 404}})", 0, 1, "done", Then::done},
      {"a stream that breaks", R"({"route": "stream", "times": "always", "do": {"reset": "before"}})", 0, 1, "done",
       Then::done},
      {"a stream of a page", R"({"route": "stream", "times": "always", "do": {"body": "<html>"}})", 0, 1, "done",
       Then::done},
      {"polls: 500, 503, 429",
       R"({"route": "stream", "times": "always", "do": {"status": 404}}, {"route": "status", "do": {"status": 500}}, {"route": "status", "call": 2, "do": {"status": 503}}, {"route": "status", "call": 3, "do": {"status": 429, "headers": {"Retry-After": "1"}}})",
       0, 1, "done", Then::done},
      {"polls: reset, half, a page",
       R"({"route": "stream", "times": "always", "do": {"status": 404}}, {"route": "status", "do": {"reset": "before"}}, {"route": "status", "call": 2, "do": {"cut_after": "half"}}, {"route": "status", "call": 3, "do": {"body": "<html>"}})",
       0, 1, "done", Then::done},
      {"an unknown word",
       R"({"route": "stream", "times": "always", "do": {"status": 404}}, {"route": "status", "times": 2, "do": {"merge": {"status": "DREAMING"}}})",
       0, 1, "done", Then::done},
      {"no word at all",
       R"({"route": "stream", "times": "always", "do": {"status": 404}}, {"route": "status", "do": {"merge": {"status": null}}})",
       0, 1, "done", Then::done},
      {"logs twice, out of order, lost",
       R"({"route": "stream", "times": "always", "do": {"status": 404}}, {"route": "status", "do": {"logs": "duplicate"}}, {"route": "status", "call": 2, "do": {"logs": "out_of_order"}}, {"route": "status", "call": 3, "do": {"logs": "lose"}})",
       0, 1, "done", Then::done},
      {"back into the queue", R"({"route": "submit", "do": {"requeue_after_ms": 100}})", 0, 1, "done", Then::done},
      {"the key is refused meanwhile",
       R"({"route": "stream", "times": "always", "do": {"status": 401}}, {"route": "status", "do": {"status": 401, "body": {"detail": "Cannot access application"}}})",
       5, 1, "submitted", Then::again},
      {"no money meanwhile",
       R"({"route": "stream", "times": 2, "do": {"status": 403, "body": {"detail": "User is locked. Reason: Exhausted balance."}}}, {"route": "status", "do": {"status": 403, "body": {"detail": "User is locked. Reason: Exhausted balance."}}})",
       5, 1, "submitted", Then::again},
      {"the runner gave up",
       R"({"route": "submit", "do": {"fail": {"status": 500, "type": "internal_error", "message": "the runner disconnected"}}})",
       4, 1, "failed", Then::over},
  });
}

TEST_CASE("faults: the result") {
  play_all({
      {"500 and 503",
       R"({"route": "result", "do": {"status": 500}}, {"route": "result", "call": 2, "do": {"status": 503}})", 0, 1,
       "done", Then::done},
      {"reset", R"({"route": "result", "do": {"reset": "before"}})", 0, 1, "done", Then::done},
      {"half an answer", R"({"route": "result", "do": {"cut_after": "half"}})", 0, 1, "done", Then::done},
      {"a page in place of JSON", R"({"route": "result", "do": {"body": "<html>"}})", 0, 1, "done", Then::done},
      {"a gigabyte of blanks", R"({"route": "result", "times": "always", "do": {"huge": 1000000000}})", 6, 1,
       "submitted", Then::kept},
      {"the model refuses",
       R"({"route": "result", "times": "always", "do": {"status": 422, "body": {"detail": [{"loc": ["body"], "msg": "no face", "type": "no_media_generated"}]}}})",
       4, 1, "failed", Then::over},
      {"only the URL in it",
       R"({"route": "result", "do": {"merge": {"video": {"fps": null, "num_frames": null, "duration": null, "width": null, "height": null}}}})",
       0, 1, "done", Then::done},
  });
}

TEST_CASE("faults: the download") {
  // "output" is in the name of every result of the sandbox.
  play_all({
      {"500", R"({"route": "file", "file": "output", "do": {"status": 500}})", 0, 1, "done", Then::done},
      {"reset", R"({"route": "file", "file": "output", "do": {"reset": "before"}})", 0, 1, "done", Then::done},
      {"half, then closed", R"({"route": "file", "file": "output", "do": {"cut_after": "half", "cut_by": "close"}})", 0,
       1, "done", Then::done},
      {"half, then reset", R"({"route": "file", "file": "output", "do": {"cut_after": "half", "cut_by": "reset"}})", 0,
       1, "done", Then::done},
      {"half, then silence", R"({"route": "file", "file": "output", "do": {"cut_after": "half", "cut_by": "stall"}})",
       0, 1, "done", Then::done},
      {"drips", R"({"route": "file", "file": "output", "do": {"drip": {"bytes": 20000, "every_ms": 10}}})", 0, 1,
       "done", Then::done},
      {"503 as long as it is asked", R"({"route": "file", "file": "output", "times": 4, "do": {"status": 503}})", 6, 1,
       "submitted", Then::again},
      {"five frames more than predicted", R"({"route": "submit", "do": {"render": {"frames_add": 5}}})", 0, 1, "done",
       Then::kept},
      {"ten frames more than predicted", R"({"route": "submit", "do": {"render": {"frames_add": 10}}})", 7, 1, "done",
       Then::kept},
      {"another rate", R"({"route": "submit", "do": {"render": {"fps": 24}}})", 7, 1, "done", Then::kept},
      {"half the file", R"({"route": "file", "file": "output", "times": "always", "do": {"keep": "half"}})", 7, 1,
       "done", Then::kept},
      {"expired", R"({"route": "file", "file": "output", "times": "always", "do": {"expire": true}})", 6, 1,
       "submitted", Then::kept},
  });
}
