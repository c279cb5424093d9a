// SPDX-License-Identifier: Apache-2.0
// The main job against the loopback service: what is paid, what is kept, what comes back.
#include <doctest/doctest.h>

#include <filesystem>
#include <react1/pipeline.hpp>
#include <react1/sandbox.hpp>
#include <string>
#include <vector>

#include "core/atomic_file.hpp"
#include "core/json_text.hpp"
#include "core/sha256.hpp"
#include "stages/common/intent.hpp"
#include "stages/main_job.hpp"
#include "support/caught.hpp"
#include "support/paid_service.hpp"
#include "support/paths.hpp"
#include "support/sandbox_client.hpp"

using namespace react1;
namespace fs = std::filesystem;

namespace {

/// A service, a client and a store of this test's own.
class Bench {
 public:
  explicit Bench(bool as_sandbox = false, std::chrono::milliseconds queue_time = {})
      : sandbox_({.queue_time = queue_time, .faults = as_sandbox ? std::string() : test::paid_service()}),
        client_(test::client_of(sandbox_)) {}

  /// Does not say that it is a sandbox by default: the job then follows the rules of the paid service.
  [[nodiscard]] Service service() { return {.client = client_, .jobs = *jobs_}; }
  [[nodiscard]] std::uint64_t paid() const { return sandbox_.accepted_submits(); }
  [[nodiscard]] std::string out(const std::string& name) const { return (folder_.path() / name).string(); }
  [[nodiscard]] JobStore& jobs() { return *jobs_; }
  void reopen_store() {
    jobs_.reset();
    jobs_ = open_job_store(store_path());
  }

 private:
  [[nodiscard]] std::string store_path() const { return (folder_.path() / "jobs.sqlite").string(); }
  TemporaryDirectory folder_;
  Sandbox sandbox_;
  FalClient client_;
  std::unique_ptr<JobStore> jobs_ = open_job_store(store_path());
};

PipelineOptions happy() {
  static const TemporaryDirectory clips;
  PipelineOptions options;
  options.clips_directory = clips.path().string();
  options.parameters.emotion = Emotion::happy;
  return options;
}

bool verified(const RunRecord& record) {
  for (const Check& check : record.verification.checks) {
    CAPTURE(check.name);
    CAPTURE(check.message);
    CHECK(check.verdict == Verdict::pass);
  }
  return record.verification.verdict == Verdict::pass;
}

std::string video() {
  return test::fixture("presenter_h264_25fps_6s.mp4");
}
std::string voice_5s() {
  return test::fixture("voice_mono_48k_5s.wav");
}
std::string voice_7s() {
  return test::fixture("voice_stereo_44k_7s.wav");
}

}  // namespace

TEST_CASE("a pair becomes a verified file with its record next to it") {
  Bench bench(/*as_sandbox=*/true);
  const RunRecord record = run(video(), voice_7s(), bench.out("out.mp4"), happy(), bench.service(), RunContext{});
  CHECK(verified(record));
  CHECK(record.output_sha256 == sha256_file(bench.out("out.mp4")));
  CHECK_FALSE(record.request_id.empty());
  CHECK(record.sandbox);
  const Json document = parse_json(read_file(bench.out("out.mp4.json")), "out.mp4.json", ErrorCode::internal);
  CHECK(document.at("verification").at("verdict") == "pass");
  CHECK(document.at("request_id") == record.request_id);
  CHECK(bench.paid() == 1);
  CHECK(bench.jobs().find(record.job_id)->state == JobState::done);
}

TEST_CASE("what was sent is kept, proved and findable from the record") {
  Bench bench;
  const RunRecord record = run(video(), voice_5s(), bench.out("out.mp4"), happy(), bench.service(), RunContext{});
  REQUIRE(record.prepare.has_value());
  CHECK(sha256_file(record.prepare->video.path) == record.prepare->video.sha256);
  CHECK(sha256_file(record.prepare->audio.path) == record.prepare->audio.sha256);
  CHECK(fs::exists(fs::path(record.prepare->video.path).parent_path() / "prepare.json"));
}

TEST_CASE("a file that the sandbox made is marked, whichever service delivered it") {
  Bench bench;
  const RunRecord record = run(video(), voice_5s(), bench.out("out.mp4"), happy(), bench.service(), RunContext{});
  CHECK(record.sandbox);
  CHECK(verify(bench.out("out.mp4"), bench.out("out.mp4.json"), RunContext{}).verdict == Verdict::pass);
}

TEST_CASE("the same intent again returns the first result and pays nothing") {
  Bench bench;
  const RunRecord first = run(video(), voice_5s(), bench.out("a.mp4"), happy(), bench.service(), RunContext{});
  const RunRecord second = run(video(), voice_5s(), bench.out("b.mp4"), happy(), bench.service(), RunContext{});
  CHECK(second.reused);
  CHECK(second.request_id == first.request_id);
  CHECK(sha256_file(bench.out("b.mp4")) == sha256_file(bench.out("a.mp4")));
  CHECK(bench.paid() == 1);

  PipelineOptions other = happy();
  other.parameters.emotion = Emotion::sad;
  CHECK_FALSE(run(video(), voice_5s(), bench.out("c.mp4"), other, bench.service(), RunContext{}).reused);
  CHECK(bench.paid() == 2);
}

TEST_CASE("a first result that is gone from disk is fetched again, not paid again") {
  Bench bench;
  const RunRecord first = run(video(), voice_5s(), bench.out("a.mp4"), happy(), bench.service(), RunContext{});
  fs::remove(bench.out("a.mp4"));
  const RunRecord second = run(video(), voice_5s(), bench.out("b.mp4"), happy(), bench.service(), RunContext{});
  CHECK(second.request_id == first.request_id);
  CHECK(fs::exists(bench.out("b.mp4")));
  CHECK(bench.paid() == 1);
}

TEST_CASE("--again pays a second time, with a new request") {
  Bench bench;
  const RunRecord first = run(video(), voice_5s(), bench.out("a.mp4"), happy(), bench.service(), RunContext{});
  PipelineOptions again = happy();
  again.again = true;
  const RunRecord second = run(video(), voice_5s(), bench.out("a.mp4"), again, bench.service(), RunContext{});
  CHECK(second.request_id != first.request_id);
  CHECK(bench.paid() == 2);
}

TEST_CASE("a request submitted by one process is fetched and verified by another") {
  Bench bench;
  const Job job = submit(video(), voice_7s(), happy(), bench.service(), RunContext{});
  CHECK(job.state == JobState::submitted);
  bench.reopen_store();
  const RunRecord record = fetch_result(job.request.request_id, bench.out("out.mp4"), bench.service(), RunContext{});
  CHECK(verified(record));
  CHECK(record.prepare.has_value());
  CHECK(bench.jobs().find(job.id)->state == JobState::done);
  CHECK(bench.paid() == 1);
}

TEST_CASE("a run after a submit of the same intent continues with its request") {
  Bench bench;
  const Job job = submit(video(), voice_7s(), happy(), bench.service(), RunContext{});
  const RunRecord record = run(video(), voice_7s(), bench.out("out.mp4"), happy(), bench.service(), RunContext{});
  CHECK(record.request_id == job.request.request_id);
  CHECK(bench.paid() == 1);
}

TEST_CASE("a request of another program is fetched and checked by itself") {
  Bench bench;
  const Job job = submit(video(), voice_7s(), happy(), bench.service(), RunContext{});
  const TemporaryDirectory elsewhere;
  const auto other_store = open_job_store((elsewhere.path() / "jobs.sqlite").string());
  Service service{.client = bench.service().client, .jobs = *other_store};
  const RunRecord record = fetch_result(job.request.request_id, bench.out("out.mp4"), service, RunContext{});
  CHECK(verified(record));
  CHECK_FALSE(record.prepare.has_value());
}

TEST_CASE("a silent voice is held before anything is paid") {
  Bench bench;
  try {
    static_cast<void>(
        run(video(), test::fixture("silent_5s.wav"), bench.out("out.mp4"), happy(), bench.service(), RunContext{}));
    FAIL("must hold");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::hold);
  }
  CHECK(bench.paid() == 0);
  CHECK_FALSE(fs::exists(bench.out("out.mp4")));
}

TEST_CASE("an output that is an input, a folder, or in no folder stops before any work") {
  Bench bench;
  const auto code_of = [&](const std::string& output) {
    try {
      static_cast<void>(run(video(), voice_5s(), output, happy(), bench.service(), RunContext{}));
    } catch (const Error& error) {
      return error.code();
    }
    return ErrorCode::internal;
  };
  CHECK(code_of(video()) == ErrorCode::usage);
  CHECK(code_of(fs::path(bench.out("x")).parent_path().string()) == ErrorCode::usage);
  CHECK(code_of("/nonexistent-folder/out.mp4") == ErrorCode::io);
  CHECK(bench.paid() == 0);
}

TEST_CASE("each mode gives exactly the predicted frames, voice longer and shorter than the picture") {
  Bench bench(/*as_sandbox=*/true);
  for (const LipsyncMode mode :
       {LipsyncMode::cut_off, LipsyncMode::loop, LipsyncMode::bounce, LipsyncMode::silence, LipsyncMode::remap}) {
    for (const std::string& voice : {voice_5s(), voice_7s()}) {
      CAPTURE(to_string(mode));
      CAPTURE(voice);
      PipelineOptions options = happy();
      options.output.overwrite = true;
      options.parameters.lipsync_mode = mode;
      const RunRecord record = run(video(), voice, bench.out("out.mp4"), options, bench.service(), RunContext{});
      REQUIRE(record.prepare.has_value());
      CHECK(verified(record));
      for (const Check& check : record.verification.checks) {
        if (check.name == "frames_as_predicted") CHECK(check.actual == check.expected);
      }
    }
  }
}

TEST_CASE("a stop while waiting leaves no file and keeps the paid request") {
  Bench bench;
  std::stop_source stop;
  class StopWhenPaid final : public Observer {
   public:
    explicit StopWhenPaid(std::stop_source& source) : source_(source) {}
    void on_request(std::string_view id) override {
      request_id = id;
      source_.request_stop();
    }
    std::string request_id;

   private:
    std::stop_source& source_;
  } observer(stop);
  try {
    static_cast<void>(run(video(), voice_7s(), bench.out("out.mp4"), happy(), bench.service(),
                          RunContext{stop.get_token(), &observer}));
    FAIL("must stop");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::interrupted);
    CHECK(error.request_id() == observer.request_id);
  }
  CHECK_FALSE(fs::exists(bench.out("out.mp4")));
  const RunRecord record = fetch_result(observer.request_id, bench.out("out.mp4"), bench.service(), RunContext{});
  CHECK(verified(record));
  CHECK(bench.paid() == 1);
}

TEST_CASE("a call above the limit of one, or of the day, is not made: nothing is uploaded, nothing paid") {
  Bench bench;
  PipelineOptions options = happy();
  options.budget.max_cost_usd = Rational(1, 2);
  const auto refused = [&](const std::string& name) {
    try {
      (void)run(video(), voice_5s(), bench.out(name), options, bench.service(), RunContext{});
    } catch (const Error& error) {
      CHECK(error.code() == ErrorCode::balance);
      return error;
    }
    FAIL("not refused");
    return Error(ErrorCode::internal, "", "");
  };
  CHECK(refused("a.mp4").hint().find("--max-cost") != std::string::npos);
  options.budget = {.max_cost_usd = 1, .per_day_usd = 1};  // 5 s cost 0.83 USD
  (void)run(video(), voice_5s(), bench.out("b.mp4"), options, bench.service(), RunContext{});
  CHECK(bench.paid() == 1);
  CHECK(run(video(), voice_5s(), bench.out("c.mp4"), options, bench.service(), RunContext{}).reused);
  options.again = true;
  const Error spent = refused("d.mp4");
  CHECK(spent.retryable());
  CHECK(spent.message().find("0.83 USD of today's 1.00 USD") != std::string::npos);
  CHECK(bench.paid() == 1);
}

TEST_CASE("a rehearsal that an older program took for a call of the paid service is known by its request's URLs") {
  Job job;
  job.queue_url = "https://queue.fal.run";
  CHECK_FALSE(stages::is_misnamed_rehearsal(job));
  job.request.status_url = "https://queue.fal.run/fal-ai/sync-lipsync/requests/r/status";
  CHECK_FALSE(stages::is_misnamed_rehearsal(job));
  job.request.status_url = "http://127.0.0.1:40000/fal-ai/sync-lipsync/requests/r/status";
  CHECK(stages::is_misnamed_rehearsal(job));
  job.queue_url = "http://127.0.0.1:40000";  // a gateway on this machine
  CHECK_FALSE(stages::is_misnamed_rehearsal(job));
}

TEST_CASE("each service has its own intents: a rehearsal is never continued by the paid service, nor the other way") {
  const TemporaryDirectory folder;
  const auto jobs = open_job_store((folder.path() / "jobs.sqlite").string());
  const Sandbox sandbox({.queue_time = {}});
  const Sandbox paid({.queue_time = {}, .faults = test::paid_service()});
  FalClient rehearsing(test::client_of(sandbox)), paying(test::client_of(paid));
  const Job rehearsal = submit(video(), voice_5s(), happy(), {rehearsing, *jobs}, RunContext{});
  CHECK(rehearsal.sandbox == sandbox.instance());
  CHECK(rehearsal.cost_usd == 0);
  const Job real = submit(video(), voice_5s(), happy(), {paying, *jobs}, RunContext{});
  CHECK(real.id != rehearsal.id);
  CHECK(real.sandbox.empty());
  CHECK(real.cost_usd > 0);
  CHECK(jobs->spent_usd(0) == jobs->find(real.id)->cost_usd);  // in millionths, rounded up
  CHECK(submit(video(), voice_5s(), happy(), {rehearsing, *jobs}, RunContext{}).id == rehearsal.id);
  CHECK(submit(video(), voice_5s(), happy(), {paying, *jobs}, RunContext{}).id == real.id);

  // A sandbox takes its requests with it: another run of it starts again.
  const Sandbox next({.queue_time = {}});
  FalClient again(test::client_of(next));
  const Job renewed = submit(video(), voice_5s(), happy(), {again, *jobs}, RunContext{});
  CHECK(renewed.id != rehearsal.id);
  CHECK(jobs->find(rehearsal.id)->state == JobState::failed);
}

TEST_CASE("the sandbox of the process costs nothing") {
  Bench bench(/*as_sandbox=*/true);
  PipelineOptions options = happy();
  options.budget = {.max_cost_usd = 0, .per_day_usd = 0};
  CHECK(verified(run(video(), voice_5s(), bench.out("a.mp4"), options, bench.service(), RunContext{})));
}

TEST_CASE("an interruption that is to cancel asks the service to, and says what that means") {
  class StopAtRequest final : public Observer {
   public:
    explicit StopAtRequest(std::stop_source& stop) : stop_(stop) {}
    void on_note(const Note& note) override {
      if (note.code == "service_state") stop_.request_stop();
      asked_ = asked_ || note.code == "cancelled";
    }
    [[nodiscard]] bool asked() const noexcept { return asked_; }

   private:
    std::stop_source& stop_;
    bool asked_ = false;
  };
  Bench bench(/*as_sandbox=*/false, std::chrono::minutes(5));
  PipelineOptions options = happy();
  options.on_interrupt = OnInterrupt::cancel;
  std::stop_source stop;
  StopAtRequest observer(stop);
  try {
    (void)run(video(), voice_5s(), bench.out("a.mp4"), options, bench.service(), {stop.get_token(), &observer});
    FAIL("not interrupted");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::interrupted);
    CHECK(error.message().find("cancel") != std::string::npos);
    CHECK_FALSE(error.request_id().empty());
    CHECK(bench.jobs().find_by_request(error.request_id())->state == JobState::cancelled);
  }
  CHECK(observer.asked());
}

TEST_CASE(
    "an interrupted wait is what ends a job, and a cancel is sent, where the output's folder has gone meanwhile") {
  for (const OnInterrupt wish : {OnInterrupt::cancel, OnInterrupt::detach}) {
    Bench bench(/*as_sandbox=*/false, /*queue_time=*/std::chrono::milliseconds(60'000));
    const fs::path folder = bench.out("folder");
    fs::create_directory(folder);
    PipelineOptions options = happy();
    options.on_interrupt = wish;
    stages::MainJob job({video(), voice_5s(), (folder / "out.mp4").string(), options, bench.service(), RunContext{}});
    REQUIRE_FALSE(job.start());
    job.begin_wait();
    fs::remove_all(folder);
    stages::Waited waited;
    waited.result.error = Error(ErrorCode::interrupted, "wait", "stopped");
    const Error error = test::caught_from([&] { (void)job.finish(waited); });
    CHECK(error.code() == ErrorCode::interrupted);
    CHECK(error.request_id() == job.request().request_id);
    const JobState state = bench.jobs().find_by_request(error.request_id())->state;
    CHECK(state == (wish == OnInterrupt::cancel ? JobState::cancelled : JobState::submitted));
  }
}
