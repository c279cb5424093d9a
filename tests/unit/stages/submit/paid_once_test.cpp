// SPDX-License-Identifier: Apache-2.0
// One payment per intent, whoever else is at work on it and whatever answers in the service's place.
#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <react1/pipeline.hpp>
#include <react1/sandbox.hpp>
#include <set>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "core/atomic_file.hpp"
#include "support/caught.hpp"
#include "support/eventually.hpp"
#include "support/paid_service.hpp"
#include "support/paths.hpp"

using namespace react1;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

/// A service with faults, and a store and a client as a process of its own would have them.
struct Place {
  explicit Place(std::string faults = test::paid_service(), std::chrono::milliseconds queue_time = 50ms)
      : sandbox({.queue_time = queue_time, .faults = std::move(faults)}) {}

  [[nodiscard]] FalOptions options() const {
    FalOptions result;
    result.key = Secret("test-id:test-secret");
    result.queue_url = result.rest_url = sandbox.url();
    result.poll_interval = 20ms;
    result.retry = {.attempts = 3, .base_delay = 20ms, .max_delay = 100ms};
    return result;
  }
  [[nodiscard]] PipelineOptions happy() const {
    PipelineOptions result;
    result.clips_directory = (folder.path() / "clips").string();
    result.parameters.emotion = Emotion::happy;
    return result;
  }
  [[nodiscard]] std::string out(const std::string& name) const { return (folder.path() / name).string(); }
  [[nodiscard]] std::unique_ptr<JobStore> open() const { return open_job_store(out("jobs.sqlite")); }

  TemporaryDirectory folder;
  Sandbox sandbox;
};

const std::string& video() {
  static const std::string path = test::fixture("presenter_h264_25fps_6s.mp4");
  return path;
}
const std::string& voice() {
  static const std::string path = test::fixture("voice_mono_48k_5s.wav");
  return path;
}

std::string faults(const std::string& list) {
  return test::paid_service(list);
}

/// Does something when a stage begins.
class StopAtStage final : public Observer {
 public:
  StopAtStage(Stage stage, std::function<void()> action) : stage_(stage), action_(std::move(action)) {}
  void on_stage(Stage stage) override {
    if (stage == stage_) action_();
  }

 private:
  Stage stage_;
  std::function<void()> action_;
};

}  // namespace

TEST_CASE("many runs of one intent at once share one payment and its result") {
  constexpr int kRuns = 6;
  for (int round = 0; round < 3; ++round) {
    CAPTURE(round);
    const Place place;
    const auto shared = place.open();
    std::vector<std::string> requests(kRuns);
    std::vector<std::string> problems(kRuns);
    {
      std::vector<std::jthread> threads;
      for (int i = 0; i < kRuns; ++i) {
        threads.emplace_back([&, i] {
          // Half of them as threads of one program, half as programs of their own.
          const auto own = i % 2 == 0 ? nullptr : place.open();
          JobStore& jobs = own ? *own : *shared;
          FalClient client(place.options());
          try {
            const RunRecord record = run(video(), voice(), place.out(std::to_string(i) + ".mp4"), place.happy(),
                                         {.client = client, .jobs = jobs}, {});
            requests[static_cast<std::size_t>(i)] = record.request_id;
          } catch (const std::exception& error) {
            problems[static_cast<std::size_t>(i)] = error.what();
          }
        });
      }
    }
    for (const std::string& problem : problems) CHECK(problem.empty());
    CHECK(std::set<std::string>(requests.begin(), requests.end()).size() == 1);
    CHECK(place.sandbox.accepted_submits() == 1);
    for (int i = 0; i < kRuns; ++i) CHECK(fs::exists(place.out(std::to_string(i) + ".mp4")));
    CHECK(shared->list(std::nullopt, 10).size() == 1);
  }
}

TEST_CASE("a submit that waits for its turn stands in created, and an interruption then has sent nothing") {
  const Place place;
  const auto jobs = place.open();
  FalOptions options = place.options();
  options.host.breaker_failures = 1;
  options.host.breaker_pause = 1h;
  options.host.breaker_pause_max = 1h;
  // Another client's submits have met a service that is down: the breaker holds everybody's.
  const Place down(faults(R"({"route": "submit", "times": "always", "do": {"status": 503}})"));
  options.queue_url = down.sandbox.url();
  FalClient client(options);
  CHECK(test::caught_from([&] { static_cast<void>(client.submit({}, "https://x/v", "https://x/a", {})); }).code() ==
        ErrorCode::outcome_unknown);

  std::stop_source stop;
  std::jthread stopper;
  StopAtStage observer(Stage::submit, [&] {
    stopper = std::jthread([&] {
      CHECK(test::eventually([&] { return !jobs->list(std::nullopt, 1).empty(); }));
      // The pause is an hour: however long it is looked at, the job stays as it is.
      for (int look = 0; look < 20; ++look) {
        for (const Job& job : jobs->list(std::nullopt, 1)) CHECK(job.state == JobState::created);
        CHECK(jobs->spent_usd(0) == 0);
        std::this_thread::sleep_for(10ms);
      }
      stop.request_stop();
    });
  });
  const Error error = test::caught_from([&] {
    static_cast<void>(run(video(), voice(), place.out("o.mp4"), place.happy(), {.client = client, .jobs = *jobs},
                          {stop.get_token(), &observer}));
  });
  CHECK(error.code() == ErrorCode::interrupted);
  const Job job = jobs->list(std::nullopt, 1).at(0);
  CHECK(job.state == JobState::created);
  CHECK(job.paid_ms == 0);
  CHECK(jobs->spent_usd(0) == 0);
}

TEST_CASE("between two attempts the job stands in created: who is killed in the pause has paid nothing") {
  const Place place(faults(
      R"({"route": "submit", "do": {"status": 429, "body": {"detail": "slow"}, "headers": {"Retry-After": "5"}}})"));
  const auto jobs = place.open();
  FalOptions options = place.options();
  options.retry.max_delay = 5s;
  FalClient client(options);
  std::stop_source stop;
  std::jthread looker([&] {
    (void)test::eventually([&] {
      const auto all = jobs->list(std::nullopt, 1);
      return !all.empty() && all[0].epoch != 0 && all[0].state == JobState::created;
    });
    stop.request_stop();  // in the pause
  });
  const Error error = test::caught_from([&] {
    static_cast<void>(run(video(), voice(), place.out("o.mp4"), place.happy(), {.client = client, .jobs = *jobs},
                          {stop.get_token()}));
  });
  CHECK(error.code() == ErrorCode::interrupted);
  CHECK(jobs->list(std::nullopt, 1).at(0).state == JobState::created);
  CHECK(jobs->spent_usd(0) == 0);
  CHECK(place.sandbox.accepted_submits() == 0);
}

TEST_CASE("a paid call is answered by the request of another job: neither is lost, none is mixed up") {
  const Place place;
  const auto jobs = place.open();
  FalClient client(place.options());
  const RunRecord first =
      run(video(), voice(), place.out("a.mp4"), place.happy(), {.client = client, .jobs = *jobs}, {});
  // A cache answers the next submit with the first one's answer.
  const Place cached(faults(R"({"route": "submit", "do": {"body": {"request_id": ")" + first.request_id +
                            R"(", "status": "IN_QUEUE"}, "headers": {"x-fal-request-id": ")" + first.request_id +
                            R"("}}})"));
  FalOptions options = cached.options();
  FalClient other(options);
  PipelineOptions sad = place.happy();
  sad.parameters.emotion = Emotion::sad;
  const Error error = test::caught_from(
      [&] { static_cast<void>(run(video(), voice(), place.out("b.mp4"), sad, {.client = other, .jobs = *jobs}, {})); });
  CHECK(error.code() == ErrorCode::outcome_unknown);
  CHECK(error.hint().find("jobs resolve") != std::string::npos);
  CHECK(jobs->find_by_request(first.request_id)->id == first.job_id);
}

TEST_CASE("whatever answers while a job waits, it stays submitted, and the next run brings it home") {
  struct Case {
    const char* name;
    const char* fault;
  };
  for (const Case& c : {
           Case{"a 404", R"({"status": 404, "body": "<html>not here</html>"})"},
           Case{"a redirect", R"({"status": 302, "headers": {"Location": "https://login.example/"}})"},
           Case{"a 400 page", R"({"status": 400, "body": "<html>bad</html>"})"},
           Case{"a portal", R"({"status": 200, "body": "<html>sign in</html>"})"},
           Case{"the queue's 404", R"({"status": 404, "body": {"status": "NOT_FOUND"}})"},
           Case{"nothing", R"({"status": 200, "body": ""})"},
       }) {
    for (const char* route : {"status", "result"}) {
      CAPTURE(std::string(c.name));
      CAPTURE(std::string(route));
      const Place place(faults(R"({"route": ")" + std::string(route) + R"(", "times": 3, "do": )" + c.fault + "}"));
      const auto jobs = place.open();
      FalOptions options = place.options();
      options.status_stream = false;
      FalClient client(options);
      const Service service{.client = client, .jobs = *jobs};
      const Error error = test::caught_from(
          [&] { static_cast<void>(run(video(), voice(), place.out("o.mp4"), place.happy(), service, {})); });
      CHECK(error.code() == ErrorCode::network);
      CHECK_FALSE(error.request_id().empty());
      CHECK(jobs->find_by_request(error.request_id())->state == JobState::submitted);
      const RunRecord record = run(video(), voice(), place.out("o.mp4"), place.happy(), service, {});
      CHECK(record.request_id == error.request_id());
      CHECK(place.sandbox.accepted_submits() == 1);
    }
  }
}

TEST_CASE("an answer that can't be read is kept in the job") {
  const Place place(faults(
      R"({"route": "result", "times": 3, "do": {"merge": {"video": null, "output": {"url": "https://x/o.mp4"}}}})"));
  const auto jobs = place.open();
  FalClient client(place.options());
  const Service service{.client = client, .jobs = *jobs};
  const Error error = test::caught_from(
      [&] { static_cast<void>(run(video(), voice(), place.out("o.mp4"), place.happy(), service, {})); });
  CHECK(error.code() == ErrorCode::network);
  const auto job = jobs->find_by_request(error.request_id());
  REQUIRE(job);
  CHECK(job->state == JobState::submitted);
  CHECK(job->answer_json.find("https://x/o.mp4") != std::string::npos);
  CHECK(run(video(), voice(), place.out("o.mp4"), place.happy(), service, {}).request_id == error.request_id());
  CHECK(place.sandbox.accepted_submits() == 1);
}

TEST_CASE("a request that was to be cancelled and finished all the same is ours") {
  // The service takes the wish and does nothing about it.
  const Place place(
      faults(R"({"route": "cancel", "do": {"status": 202, "body": {"status": "CANCELLATION_REQUESTED"}}})"), 700ms);
  const auto jobs = place.open();
  FalClient client(place.options());
  const Service service{.client = client, .jobs = *jobs};
  const Job job = submit(video(), voice(), place.happy(), service, {});
  CHECK(cancel_request(job.request, service, 100ms, {}) == Cancelled::asked);
  CHECK(jobs->find(job.id)->state == JobState::submitted);
  CHECK(jobs->find(job.id)->cancel_asked_ms > 0);
  CHECK(run(video(), voice(), place.out("o.mp4"), place.happy(), service, {}).request_id == job.request.request_id);
  CHECK(place.sandbox.accepted_submits() == 1);
  CHECK(jobs->find(job.id)->state == JobState::done);
}

TEST_CASE("a job that an older program called cancelled is done once its result is fetched") {
  const Place place;
  const auto jobs = place.open();
  FalClient client(place.options());
  const Service service{.client = client, .jobs = *jobs};
  Job job = submit(video(), voice(), place.happy(), service, {});
  REQUIRE(jobs->move(job, JobState::submitted, JobState::cancelled));
  static_cast<void>(fetch_result(job.request.request_id, place.out("o.mp4"), service, {}));
  CHECK(jobs->find(job.id)->state == JobState::done);
}

TEST_CASE("a request that the service has cancelled is cancelled, and the next run starts again") {
  const Place place(test::paid_service(), 1min);
  const auto jobs = place.open();
  FalClient client(place.options());
  const Service service{.client = client, .jobs = *jobs};
  const Job job = submit(video(), voice(), place.happy(), service, {});
  CHECK(cancel_request(job.request, service, 5s, {}) == Cancelled::cancelled);
  CHECK(jobs->find(job.id)->state == JobState::cancelled);
  CHECK(submit(video(), voice(), place.happy(), service, {}).id != job.id);
}

TEST_CASE("one context may be used for several jobs") {
  const Place place;
  const auto jobs = place.open();
  FalClient client(place.options());
  const Service service{.client = client, .jobs = *jobs};
  const RunContext context{.job_id = "mine"};
  const RunRecord first = run(video(), voice(), place.out("a.mp4"), place.happy(), service, context);
  PipelineOptions sad = place.happy();
  sad.parameters.emotion = Emotion::sad;
  const RunRecord second = run(video(), voice(), place.out("b.mp4"), sad, service, context);
  CHECK(first.job_id == "mine");
  CHECK(second.job_id != first.job_id);
}

TEST_CASE("a call that a person pays again while it is looked for goes out with a name of its own") {
  const Place place(
      faults(R"({"route": "submit", "request": 1, "do": {"reset": "after", "history": {"never": true}}})"));
  const auto jobs = place.open();
  FalOptions options = place.options();
  options.platform_url = place.sandbox.platform_url();
  FalClient client(options);
  PipelineOptions patient = place.happy();
  patient.lost_answer = {.attempts = 3, .base_delay = 1500ms, .max_delay = 1500ms, .max_wait = 1min};
  std::string lost_token;
  std::jthread person([&] {
    for (;;) {
      const auto all = jobs->list(JobState::outcome_unknown, 1);
      std::this_thread::sleep_for(10ms);
      if (all.empty()) continue;
      lost_token = all[0].token;
      static_cast<void>(resolve_job(*jobs, all[0].id, {Resolution::Kind::pay_again, {}}));
      return;
    }
  });
  const RunRecord record = run(video(), voice(), place.out("o.mp4"), patient, {.client = client, .jobs = *jobs}, {});
  person.join();
  REQUIRE(place.sandbox.accepted_submits() == 2);
  CHECK(record.request_id == place.sandbox.submits()[1].request_id);
  const Job job = *jobs->find_by_request(record.request_id);
  CHECK(job.token.size() == 32);
  CHECK(job.token != lost_token);
  CHECK(record.audio_url.find(job.token) != std::string::npos);
}

TEST_CASE("an interrupted job keeps its token, and uses again what was uploaded under it") {
  const Place place(faults(R"({"route": "submit", "times": 3, "do": {"status": 503, "body": {"detail": "busy"}}})"));
  const auto jobs = place.open();
  FalOptions options = place.options();
  options.upload.memory = place.out("uploads.sqlite");
  FalClient client(options);
  const Service service{.client = client, .jobs = *jobs};
  CHECK(test::caught_from([&] {
          static_cast<void>(run(video(), voice(), place.out("o.mp4"), place.happy(), service, {}));
        }).code() == ErrorCode::network);
  const std::string token = jobs->list(std::nullopt, 1).at(0).token;
  const auto uploads = [&] {
    std::size_t count = 0;
    for (const SandboxRequest& seen : place.sandbox.requests()) count += seen.route == "upload" ? 1U : 0U;
    return count;
  };
  CHECK(uploads() == 2);
  const RunRecord record = run(video(), voice(), place.out("o.mp4"), place.happy(), service, {});
  CHECK(uploads() == 2);
  CHECK(jobs->find(record.job_id)->token == token);
  CHECK(record.audio_url.find(token) != std::string::npos);
  PipelineOptions again = place.happy();
  again.again = true;
  const RunRecord second = run(video(), voice(), place.out("p.mp4"), again, service, {});
  CHECK(uploads() == 3);  // the voice alone
  CHECK(second.video_url == record.video_url);
  CHECK(second.audio_url != record.audio_url);
}
