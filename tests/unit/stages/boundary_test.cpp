// SPDX-License-Identifier: Apache-2.0
// Nothing but Error leaves the library, whatever goes wrong and wherever; and a payment is not lost with it.
#include <doctest/doctest.h>

#include <filesystem>
#include <functional>
#include <new>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

#include <react1/fal.hpp>
#include <react1/json.hpp>
#include <react1/pipeline.hpp>
#include <react1/sandbox.hpp>
#include <react1/webhook.hpp>

#include "core/atomic_file.hpp"
#include "support/caught.hpp"
#include "support/environment.hpp"
#include "support/paths.hpp"
#include "support/sandbox_client.hpp"

using namespace react1;  // NOLINT(google-build-using-namespace): a test of the library's own names
using test::caught_from;
using test::fixture;

namespace {

using Throw = std::function<void()>;

/// One of each kind that was seen to leave, and an unexpected one.
const std::vector<Throw>& kinds() {
  static const std::vector<Throw> all{
      [] { throw std::bad_alloc{}; },
      [] { throw std::length_error("vector"); },
      [] { throw std::filesystem::filesystem_error("there", "/there", std::make_error_code(std::errc::io_error)); },
      [] { throw std::system_error(EAGAIN, std::system_category()); },
      [] { [[maybe_unused]] const auto none = nlohmann::json::parse("{"); },
      [] { throw std::overflow_error("rational"); },
      [] { throw std::out_of_range("at"); },
      [] { throw 42; },
      // Our own, which matter to the waiter for the paid call's answer.
      [] { throw Error(ErrorCode::io, "there", "is full"); },
      [] { throw Error(ErrorCode::network, "there", "is away", {.retryable = true}); },
      [] { throw Error(ErrorCode::refused, "there", "was refused"); },
  };
  return all;
}

/// Throws at its n-th call, whichever that is.
class Thrower final : public Observer {
 public:
  Thrower(int at, Throw what) : left_(at), what_(std::move(what)) {}
  void on_stage(Stage) override { count(); }
  void on_progress(const Progress&) override { count(); }
  void on_note(const Note&) override { count(); }
  void on_request(std::string_view) override { count(); }
  [[nodiscard]] bool threw() const noexcept { return left_ <= 0; }

 private:
  void count() {
    if (--left_ == 0) what_();
  }
  int left_;
  Throw what_;
};

/// A foreign store that fails.
class BrokenStore final : public JobStore {
 public:
  explicit BrokenStore(Throw what) : what_(std::move(what)) {}
  [[nodiscard]] Opened open(const Job&, bool) override { return fail<Opened>(); }
  [[nodiscard]] bool move(Job&, JobState, JobState) override { return fail<bool>(); }
  [[nodiscard]] Reserved reserve(Job&, const Rational&, std::int64_t) override { return fail<Reserved>(); }
  [[nodiscard]] Rational spent_usd(std::int64_t) const override { return fail<Rational>(); }
  [[nodiscard]] bool renew(Job&) override { return fail<bool>(); }
  [[nodiscard]] bool update(const Job&) override { return fail<bool>(); }
  [[nodiscard]] std::optional<Job> find(std::string_view) const override { return fail<std::optional<Job>>(); }
  [[nodiscard]] std::optional<Job> find_by_request(std::string_view) const override {
    return fail<std::optional<Job>>();
  }
  [[nodiscard]] std::optional<Job> find_by_token(std::string_view) const override { return fail<std::optional<Job>>(); }
  [[nodiscard]] bool claim_holds(const Job&) const override { return fail<bool>(); }
  [[nodiscard]] std::vector<Job> list(std::optional<JobState>, std::size_t) const override {
    return fail<std::vector<Job>>();
  }

 private:
  template <class Result>
  Result fail() const {
    what_();
    return {};
  }
  Throw what_;
};

/// Runs; true when it ended well. What is thrown must be an Error, or the test ends here.
bool ended_well(const std::function<void()>& work) {
  try {
    work();
    return true;
  } catch (const Error& error) {
    CHECK_FALSE(std::string(error.what()).empty());
    return false;
  }
}

const std::string& clip_of_video() {
  static const std::string path = fixture("moov_last_1s.mp4");
  return path;
}
const std::string& clip_of_voice() {
  static const std::string path = fixture("voice_mono_48k_5s.wav");
  return path;
}

PipelineOptions happy(const TemporaryDirectory& folder) {
  PipelineOptions options;
  options.parameters.emotion = Emotion::happy;
  options.parameters.lipsync_mode = LipsyncMode::cut_off;
  options.clips_directory = (folder.path() / "clips").string();
  return options;
}

}  // namespace

TEST_CASE("an observer that throws anything, at any moment of a job, costs one payment at most and no result") {
  for (std::size_t kind = 0; kind < kinds().size(); ++kind) {
    const Sandbox sandbox(SandboxOptions{.queue_time = std::chrono::milliseconds(0), .render = false});
    FalClient client(test::client_of(sandbox));
    const TemporaryDirectory folder;
    const std::string out = (folder.path() / "out.mp4").string();
    bool done = false;
    for (int at = 1; at < 200 && !done; ++at) {
      CAPTURE(kind);
      CAPTURE(at);
      const auto jobs = open_job_store((folder.path() / "jobs.sqlite").string());  // as the next process would
      const Service service{.client = client, .jobs = *jobs};
      Thrower thrower(at, kinds()[kind]);
      done = ended_well([&] {
        static_cast<void>(run(clip_of_video(), clip_of_voice(), out, happy(folder), service, RunContext{{}, &thrower}));
      });
      CHECK(sandbox.accepted_submits() <= 1);
    }
    CHECK(done);
    CHECK(sandbox.accepted_submits() == 1);
  }
}

TEST_CASE("whatever an observer throws comes out of every other function as an Error") {
  const Sandbox sandbox(SandboxOptions{.queue_time = std::chrono::milliseconds(0)});
  FalClient client(test::client_of(sandbox));
  const TemporaryDirectory folder;
  const auto jobs = open_job_store((folder.path() / "jobs.sqlite").string());
  const Service service{.client = client, .jobs = *jobs};
  const RunRecord record =
      run(clip_of_video(), clip_of_voice(), (folder.path() / "out.mp4").string(), happy(folder), service, RunContext{});
  const std::string result = record.output_path;
  int thrown = 0;
  for (const Throw& kind : kinds()) {
    const auto play = [&](const std::function<void(const RunContext&)>& work) {
      Thrower thrower(1, kind);
      static_cast<void>(ended_well([&] { work(RunContext{{}, &thrower}); }));
      thrown += thrower.threw() ? 1 : 0;
    };
    play([&](const RunContext& context) { static_cast<void>(probe(clip_of_video(), SourceOptions{}, context)); });
    play([&](const RunContext& context) {
      static_cast<void>(plan(clip_of_video(), clip_of_voice(), happy(folder), context));
    });
    play([&](const RunContext& context) {
      static_cast<void>(
          prepare(clip_of_video(), clip_of_voice(), (folder.path() / "made").string(), happy(folder), context));
    });
    play([&](const RunContext& context) {
      static_cast<void>(submit(clip_of_video(), clip_of_voice(), happy(folder), service, context));
    });
    play([&](const RunContext& context) {
      static_cast<void>(fetch_result(record.request_id, (folder.path() / "again.mp4").string(), service, context));
    });
    play([&](const RunContext& context) { static_cast<void>(verify(result, std::nullopt, context)); });
    play([&](const RunContext& context) {
      static_cast<void>(preview(clip_of_video(), clip_of_voice(), LipsyncMode::cut_off,
                                (folder.path() / "preview.mp4").string(), context));
    });
    play([&](const RunContext& context) { static_cast<void>(client.upload(clip_of_voice(), "audio/wav", context)); });
    play([&](const RunContext& context) {
      static_cast<void>(client.status(RequestRef{.request_id = record.request_id}, context));
    });
    play([&](const RunContext& context) {
      static_cast<void>(client.wait(RequestRef{.request_id = record.request_id}, context));
    });
  }
  CHECK(thrown >= 5 * static_cast<int>(kinds().size()));
  CHECK(sandbox.accepted_submits() == 1);
}

TEST_CASE("a store of the caller's that throws anything is an Error of every function that uses one") {
  const Sandbox sandbox(SandboxOptions{.queue_time = std::chrono::milliseconds(0), .render = false});
  FalClient client(test::client_of(sandbox));
  const TemporaryDirectory folder;
  for (const Throw& kind : kinds()) {
    BrokenStore jobs(kind);
    const Service service{.client = client, .jobs = jobs};
    const RequestRef request{.request_id = "00000000-0000-0000-0000-000000000000"};
    CHECK_FALSE(ended_well([&] {
      static_cast<void>(run(clip_of_video(), clip_of_voice(), (folder.path() / "out.mp4").string(), happy(folder),
                            service, RunContext{}));
    }));
    CHECK_FALSE(ended_well(
        [&] { static_cast<void>(submit(clip_of_video(), clip_of_voice(), happy(folder), service, RunContext{})); }));
    CHECK_FALSE(ended_well([&] {
      static_cast<void>(fetch_result(request.request_id, (folder.path() / "o.mp4").string(), service, RunContext{}));
    }));
    CHECK_FALSE(ended_well([&] { static_cast<void>(resolve_job(jobs, "id", Resolution{})); }));
    static_cast<void>(ended_well(
        [&] { static_cast<void>(cancel_request(request, service, std::chrono::milliseconds(1), RunContext{})); }));
  }
  CHECK(sandbox.accepted_submits() == 0);
}

TEST_CASE("inputs beyond all reason are an Error of every function that computes") {
  const Rational huge(INT64_MAX - 1, 1);
  const Rational tiny(1, INT64_MAX);
  ClipFacts facts;
  facts.video_s = huge;
  facts.audio_s = tiny;
  facts.fps = Rational(INT64_MAX - 2, 3);
  Price price;
  price.usd_per_minute = huge;
  const std::string long_name(6000, 'x');
  const std::vector<std::function<void()>> calls{
      [&] { static_cast<void>(measure_mismatch(huge, tiny)); },
      [&] { static_cast<void>(predict(facts, LipsyncMode::silence, price)); },
      [&] { static_cast<void>(advise(facts, ModelMode::face, AdviceOptions{}, price)); },
      [&] { static_cast<void>(advice_needs_motion(facts, AdviceOptions{})); },
      [&] { static_cast<void>(load_recipe("/" + long_name)); },
      [&] { static_cast<void>(open_job_store("/" + long_name + "/jobs.sqlite")); },
      [&] { static_cast<void>(probe("/" + long_name)); },
      [&] { static_cast<void>(verify("/" + long_name, std::nullopt, RunContext{})); },
      [&] { static_cast<void>(plan("/" + long_name, clip_of_voice(), PipelineOptions{}, RunContext{})); },
      [&] {
        static_cast<void>(
            prepare(clip_of_video(), clip_of_voice(), "/proc/" + long_name, PipelineOptions{}, RunContext{}));
      },
      [&] { static_cast<void>(Sandbox(SandboxOptions{.directory = "/proc/" + long_name})); },
      [&] {
        static_cast<void>(
            preview(clip_of_video(), clip_of_voice(), LipsyncMode::loop, "/proc/" + long_name, RunContext{}));
      },
      [&] {
        const test::ScopedVariable state("REACT1_STATE_DIR", "/proc/" + long_name);
        static_cast<void>(state_directory());
      },
      [&] { static_cast<void>(parse_webhook_keys(std::string(100'000, '['))); },
  };
  int failed = 0;
  for (const auto& call : calls) failed += ended_well(call) ? 0 : 1;
  CHECK(failed >= 10);
}
