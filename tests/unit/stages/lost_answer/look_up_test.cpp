// SPDX-License-Identifier: Apache-2.0
// A paid call whose answer was lost, looked up in histories that are correct, late, broken or wrong.
#include <doctest/doctest.h>

#include <algorithm>

#include <chrono>
#include <memory>
#include <react1/pipeline.hpp>
#include <react1/sandbox.hpp>
#include <react1/webhook.hpp>
#include <string>
#include <thread>
#include <vector>

#include "core/atomic_file.hpp"
#include "fal/protocol/input_digest.hpp"
#include "fal/protocol/wire.hpp"
#include "models/registry.hpp"
#include "stages/lost_answer/look_up.hpp"
#include "support/caught.hpp"
#include "support/paid_service.hpp"
#include "support/paths.hpp"

using namespace react1;
using namespace std::chrono_literals;

namespace {

constexpr const char* kVideoUrl = "http://127.0.0.1:9/v.mp4";
constexpr const char* kAudioUrl = "http://127.0.0.1:9/token-1.mp3";

LostAnswerOptions quick(int attempts = 3) {
  return {.attempts = attempts, .base_delay = 1ms, .max_delay = 5ms, .max_wait = 20s};
}

/// A service, its history, and a store with one job whose call may or may not have arrived.
struct Place {
  /// `submitted`: what happens to how the history lists the call; empty: the call never arrived.
  explicit Place(const std::string& submitted, const std::string& more = {})
      : sandbox({.queue_time = 0ms,
                 .render = false,
                 .faults = test::paid_service(R"({"route": "submit", "do": {"history": {)" + submitted + "}}}" +
                                              (more.empty() ? "" : ", " + more))}) {}

  [[nodiscard]] FalOptions options() const {
    FalOptions result;
    result.key = Secret("test-id:test-secret");
    result.queue_url = result.rest_url = sandbox.url();
    result.platform_url = sandbox.platform_url();
    result.retry = {.attempts = 1};
    return result;
  }
  std::string arrive() {
    FalClient client(options());
    return client.submit({}, kVideoUrl, kAudioUrl, {}).request_id;
  }
  Job lose(const std::string& intent = "intent", const std::string& token = "token-1") {
    Job job;
    job.intent = intent;
    job.endpoint = "fal-ai/sync-lipsync/react-1";
    job.queue_url = sandbox.url();
    job.token = token;
    job.input_sha256 = fal::input_digest(fal::write_submit(models::standard(), {}, kVideoUrl, kAudioUrl));
    job = jobs->open(job, /*again=*/false).job;
    REQUIRE(jobs->move(job, JobState::created, JobState::submitting));
    REQUIRE(jobs->move(job, JobState::submitting, JobState::outcome_unknown));
    return job;
  }
  LookUp look(const Job& job, const LostAnswerOptions& how = quick()) {
    FalClient client(options());
    return look_up_request(job.id, {client, *jobs}, how, {});
  }
  [[nodiscard]] std::size_t questions() const {
    std::size_t count = 0;
    for (const SandboxRequest& seen : sandbox.requests()) count += seen.route == "history" ? 1U : 0U;
    return count;
  }

  TemporaryDirectory folder;
  Sandbox sandbox;
  std::unique_ptr<JobStore> jobs = open_job_store((folder.path() / "jobs.sqlite").string());
};

const std::string k403 =
    R"({"route": "history", "times": "always", "do": {"status": 403, "body": {"error": {"type": "authorization_error", "message": "scope"}}}})";

}  // namespace

TEST_CASE("a call that the history shows is attached, once and for all") {
  Place place("");
  const Job job = place.lose();
  const std::string id = place.arrive();
  const LookUp found = place.look(job);
  CHECK(found.kind == LookUp::Kind::attached);
  CHECK(found.job.state == JobState::submitted);
  CHECK(found.job.request.request_id == id);
  CHECK(place.jobs->find(job.id)->request.request_id == id);
  CHECK(place.look(job).kind == LookUp::Kind::attached);  // and nothing is asked again
  CHECK(place.questions() == 1);
  CHECK(place.sandbox.accepted_submits() == 1);
}

TEST_CASE("whatever a history shows, a call is attached only when it is proved, and else stays unknown") {
  struct Case {
    const char* name;
    const char* submitted;  ///< how the call is listed
    std::string history;    ///< faults of the history
    LookUp::Kind kind;
    std::size_t questions;  ///< that are asked for it
  };
  using Kind = LookUp::Kind;
  const std::string outage = R"({"route": "history", "times": 2, "do": {"reset": "before"}})";
  const std::string down =
      R"({"route": "history", "times": "always", "do": {"status": 503, "body": "<html>down</html>"}})";
  const std::string fault =
      R"({"route": "history", "do": {"status": 500, "body": {"error": {"type": "server_error", "message": "x"}}}})";
  const std::string loop =
      R"({"route": "history", "times": "always", "do": {"merge": {"next_cursor": "0", "has_more": true}}})";
  const std::string no_cursor =
      R"({"route": "history", "times": "always", "do": {"merge": {"next_cursor": null, "has_more": true}}})";
  const std::string portal = R"({"route": "history", "do": {"status": 200, "body": "<html>sign in</html>"}})";
  const std::string empty = R"({"route": "history", "times": "always", "do": {"merge": {"items": []}}})";
  for (const Case& c : {
           Case{"found", "", "", Kind::attached, 1},
           Case{"late by two questions", R"("after_calls": 2)", "", Kind::attached, 3},
           Case{"later than is asked", R"("after_calls": 9)", "", Kind::not_found, 3},
           Case{"listed when ended", R"("when_ended": true)", "", Kind::attached, 0},
           Case{"under an id that the queue does not know", R"("as": "r-ghost")", "", Kind::unreadable, 3},
           Case{"a gap", R"("never": true)", "", Kind::not_found, 3},
           Case{"the entry twice", R"("twice": true)", "", Kind::attached, 1},
           Case{"a twin under another id", R"("twin": true)", "", Kind::undecided, 1},
           Case{"no payload", R"("no_payload": true)", "", Kind::undecided, 3},
           Case{"an extra key", R"("input": {"extra": 1})", "", Kind::undecided, 3},
           Case{"another input", R"("input": {"audio_url": "http://127.0.0.1:9/x.mp3"})", "", Kind::not_found, 3},
           Case{"outside of the time, before", R"("sent_at_add_s": -130)", "", Kind::not_found, 3},
           Case{"outside of the time, after", R"("sent_at_add_s": 130)", "", Kind::not_found, 3},
           Case{"a key that may not", "", k403, Kind::unreadable, 1},
           Case{"one fault", "", fault, Kind::attached, 2},
           Case{"an outage that passes", "", outage, Kind::attached, 3},
           Case{"an outage that stays", "", down, Kind::unreadable, 3},
           Case{"a login page", "", portal, Kind::attached, 2},
           Case{"cursors in a circle", "", loop, Kind::unreadable, 6},
           Case{"more without a cursor", "", no_cursor, Kind::unreadable, 3},
           Case{"empty pages for ever", "", empty, Kind::not_found, 3},
       }) {
    CAPTURE(std::string(c.name));
    Place place(c.submitted, c.history);
    const Job job = place.lose();
    const std::string id = place.arrive();
    const LookUp found = place.look(job, quick(c.questions > 0 ? 3 : 1000));
    CAPTURE(found.saw);
    CHECK(found.kind == c.kind);
    CHECK_FALSE(found.saw.empty());
    if (c.questions > 0) CHECK(place.questions() == c.questions);
    const Job now = *place.jobs->find(job.id);
    CHECK(now.state == (c.kind == Kind::attached ? JobState::submitted : JobState::outcome_unknown));
    CHECK(now.request.request_id == (c.kind == Kind::attached ? id : ""));
    CHECK(found.saw.find("test-secret") == std::string::npos);
    CHECK(place.sandbox.accepted_submits() == 1);
  }
}

TEST_CASE("what was never accepted is not found, and never taken as not accepted") {
  Place place("");
  const Job job = place.lose();
  CHECK(place.look(job).kind == LookUp::Kind::not_found);
  CHECK(place.jobs->find(job.id)->state == JobState::outcome_unknown);
  CHECK(place.questions() == 3);
}

TEST_CASE("how often and how long is asked follows the options, with growing pauses") {
  Place place("");
  const Job job = place.lose();
  static_cast<void>(place.look(job, quick(1)));
  CHECK(place.questions() == 1);
  static_cast<void>(place.look(job, {.attempts = 1000, .base_delay = 1h, .max_delay = 1h, .max_wait = 1min}));
  CHECK(place.questions() == 2);
  static_cast<void>(place.look(job, {.attempts = 1000, .base_delay = 20ms, .max_delay = 10s, .max_wait = 1500ms}));
  CHECK(place.questions() >= 5);  // 20, 40, 80, 160, 320, 640 ms
  CHECK(place.questions() <= 10);
  const LookUp off = place.look(job, {.look_up = false});
  CHECK(off.kind == LookUp::Kind::unreadable);
  CHECK(place.questions() <= 10);
}

TEST_CASE("a stop ends the pause between two questions") {
  Place place("");
  const Job job = place.lose();
  FalClient client(place.options());
  std::stop_source stop;
  std::jthread stopper([&] {
    while (place.questions() == 0) std::this_thread::sleep_for(5ms);
    stop.request_stop();
  });
  const Error error = test::caught_from([&] {
    static_cast<void>(look_up_request(job.id, {client, *place.jobs},
                                      {.attempts = 5, .base_delay = 1h, .max_delay = 1h, .max_wait = 24h},
                                      {stop.get_token()}));
  });
  CHECK(error.code() == ErrorCode::interrupted);
  CHECK(place.jobs->find(job.id)->state == JobState::outcome_unknown);
}

TEST_CASE("a request of another job is not attached to a second one") {
  Place place("");
  const Job first = place.lose("first");
  const Job second = place.lose("second");
  const std::string id = place.arrive();
  CHECK(place.look(first).kind == LookUp::Kind::attached);
  const LookUp found = place.look(second);
  CHECK(found.kind == LookUp::Kind::not_found);
  CHECK(found.saw.find(id) != std::string::npos);
  CHECK(place.jobs->find(second.id)->state == JobState::outcome_unknown);
}

TEST_CASE("an equal input of an older job, before this one's call, is not it") {
  Place place(R"("sent_at_add_s": -4000)");
  const std::string older = place.arrive();
  const Job job = place.lose();
  CHECK(place.look(job).kind == LookUp::Kind::not_found);
  const std::string own = place.arrive();  // the second submit has no fault
  CHECK(place.look(job).job.request.request_id == own);
}

TEST_CASE("all pages count before a match is one: a twin on a later page is seen") {
  Place place(R"("twin": true)");
  const Job job = place.lose();
  static_cast<void>(place.arrive());
  FalClient other(place.options());
  for (int i = 0; i < 120; ++i) {
    static_cast<void>(other.submit({}, "http://127.0.0.1:9/" + std::to_string(i), kAudioUrl + std::to_string(i), {}));
  }
  CHECK(place.look(job).kind == LookUp::Kind::undecided);
  CHECK(place.questions() > 1);
}

TEST_CASE("the history of another service is not asked about this job") {
  Place place(""), elsewhere("");
  const Job job = place.lose();
  static_cast<void>(elsewhere.arrive());
  FalClient client(elsewhere.options());
  const LookUp found = look_up_request(job.id, {client, *place.jobs}, quick(), {});
  CHECK(found.kind == LookUp::Kind::unreadable);
  CHECK(found.saw.find("another service") != std::string::npos);
  CHECK(elsewhere.questions() == 0);
}

TEST_CASE("a job of an older react1 has nothing to compare with: a person decides") {
  Place place("");
  Job job = place.lose();
  static_cast<void>(place.arrive());
  job.input_sha256.clear();
  REQUIRE(place.jobs->update(job));
  CHECK(place.look(job).kind == LookUp::Kind::unreadable);
  CHECK(place.questions() == 0);
}

TEST_CASE("without a platform nothing is asked, and the reason is reported") {
  Place place("");
  const Job job = place.lose();
  static_cast<void>(place.arrive());
  FalOptions options = place.options();
  options.platform_url.clear();
  FalClient client(options);
  const LookUp found = look_up_request(job.id, {client, *place.jobs}, quick(), {});
  CHECK(found.kind == LookUp::Kind::unreadable);
  CHECK(found.saw.find("REACT1_PLATFORM_URL") != std::string::npos);
  CHECK(place.questions() == 0);
}

TEST_CASE("a job that is not unknown is returned unchanged, and a missing one is a usage error") {
  Place place("");
  Job job;
  job.intent = "fresh";
  job = place.jobs->open(job, false).job;
  CHECK(place.look(job).job.state == JobState::created);
  job.id = "missing";
  CHECK(test::caught_from([&] { (void)place.look(job); }).code() == ErrorCode::usage);
}

TEST_CASE("a job that another process resolved meanwhile is not changed") {
  Place place(R"("after_calls": 1)");
  const Job job = place.lose();
  static_cast<void>(place.arrive());
  std::jthread person([&] {
    while (place.questions() == 0) std::this_thread::sleep_for(1ms);
    static_cast<void>(resolve_job(*place.jobs, job.id, {Resolution::Kind::drop, {}}));
  });
  FalClient client(place.options());
  const LookUp found = look_up_request(job.id, {client, *place.jobs},
                                       {.attempts = 3, .base_delay = 1500ms, .max_delay = 2s, .max_wait = 1min}, {});
  CHECK(found.kind == LookUp::Kind::undecided);
  CHECK(place.jobs->find(job.id)->state == JobState::cancelled);
  CHECK(place.jobs->find(job.id)->request.request_id.empty());
}

TEST_CASE("many who look for the same call at once attach it once") {
  Place place("");
  const Job job = place.lose();
  const std::string id = place.arrive();
  std::vector<LookUp> found(6);
  {
    std::vector<std::jthread> threads;
    for (LookUp& each : found) threads.emplace_back([&place, &job, &each] { each = place.look(job); });
  }
  for (const LookUp& each : found) CHECK(each.job.request.request_id == id);
}

TEST_CASE("a report that names the token attaches its request, without any history") {
  Place place(R"("never": true)");
  FalOptions options = place.options();
  options.platform_url.clear();
  WebhookReceiverOptions listen{.path = "/hook"};
  listen.verification.keys_url = webhook_keys_url(place.sandbox.url());
  options.webhook_receiver = std::make_shared<WebhookReceiver>(listen);
  options.webhook_url = "http://127.0.0.1:" + std::to_string(options.webhook_receiver->port()) + "/hook?x=1";
  FalClient client(options);
  const Job job = place.lose();
  const std::string id = client.submit({}, kVideoUrl, kAudioUrl, {}, {.token = "token-1"}).request_id;
  const LookUp found = look_up_request(job.id, {client, *place.jobs},
                                       {.attempts = 2, .base_delay = 30s, .max_delay = 30s, .max_wait = 1min}, {});
  CHECK(found.kind == LookUp::Kind::attached);
  CHECK(found.job.request.request_id == id);
  CHECK(place.questions() == 0);
}

TEST_CASE("a run that listens attaches what is reported for another job, whose answer an earlier run has lost") {
  Place place(R"("never": true)");
  FalOptions options = place.options();
  options.platform_url.clear();
  WebhookReceiverOptions listen;
  listen.verification.keys_url = webhook_keys_url(place.sandbox.url());
  options.webhook_receiver = std::make_shared<WebhookReceiver>(listen);
  options.webhook_url = "http://127.0.0.1:" + std::to_string(options.webhook_receiver->port()) + "/";
  FalClient client(options);
  const Job job = place.lose();
  const std::string id = client.submit({}, kVideoUrl, kAudioUrl, {}, {.token = "token-1"}).request_id;
  REQUIRE(options.webhook_receiver->wait_for_token("token-1", 30s, {}));
  Service service{client, *place.jobs};
  stages::attach_reported(service, {});
  CHECK(place.jobs->find(job.id)->state == JobState::submitted);
  CHECK(place.jobs->find(job.id)->request.request_id == id);
}

TEST_CASE("a report of a request that the queue does not know under this key is not attached") {
  Place place("", R"({"route": "status", "times": "always", "do": {"status": 404, "body": {"status": "NOT_FOUND"}}})");
  const Job job = place.lose();
  static_cast<void>(place.arrive());
  const LookUp found = place.look(job);
  CHECK(found.kind == LookUp::Kind::unreadable);
  CHECK(found.saw.find("does not know") != std::string::npos);
  CHECK(place.jobs->find(job.id)->state == JobState::outcome_unknown);
}
