// SPDX-License-Identifier: Apache-2.0
// The main job sends the picture while the voice is still being made, the voice once its payment has a name, and
// neither before the budget allows it.
#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstring>
#include <functional>
#include <memory>
#include <react1/pipeline.hpp>
#include <react1/sandbox.hpp>
#include <span>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "core/atomic_file.hpp"
#include "support/paid_service.hpp"
#include "support/paths.hpp"

using namespace react1;

namespace {

struct Bench {
  Bench() {
    FalOptions told;
    told.key = Secret("test-id:test-secret");
    told.queue_url = told.rest_url = sandbox.url();
    told.poll_interval = std::chrono::milliseconds(20);
    client = std::make_unique<FalClient>(told);
    options.clips_directory = (folder.path() / "clips").string();
    options.parameters.emotion = Emotion::happy;
  }
  [[nodiscard]] std::int64_t uploads() const {
    const std::vector<SandboxRequest> seen = sandbox.requests();
    return std::count_if(seen.begin(), seen.end(), [](const auto& request) { return request.route == "upload"; });
  }
  /// Waits for the first upload, for as long as a slow machine may take; false when none comes.
  [[nodiscard]] bool sees_upload(std::chrono::milliseconds patience = std::chrono::seconds(30)) const {
    const auto end = std::chrono::steady_clock::now() + patience;
    while (uploads() == 0 && std::chrono::steady_clock::now() < end) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return uploads() > 0;
  }
  RunRecord run_with(const Source& voice, const RunContext& context) {
    return run(test::fixture("presenter_h264_25fps_6s.mp4"), voice, (folder.path() / "out.mp4").string(), options,
               {.client = *client, .jobs = *jobs}, context);
  }

  TemporaryDirectory folder;
  Sandbox sandbox{{.faults = test::paid_service()}};
  std::unique_ptr<FalClient> client;
  std::unique_ptr<JobStore> jobs = open_job_store((folder.path() / "jobs.sqlite").string());
  PipelineOptions options;
};

std::string voice_file() {
  return test::fixture("voice_mono_48k_5s.wav");
}

/// Acts when a stage begins, on the caller's thread: the one that makes the picture.
class AtStage final : public Observer {
 public:
  AtStage(Stage stage, std::function<void()> act) : stage_(stage), act_(std::move(act)) {}
  void on_stage(Stage stage) override {
    if (stage == stage_) act_();
  }

 private:
  Stage stage_;
  std::function<void()> act_;
};

}  // namespace

TEST_CASE("the voice waits for the job whose token is in its name") {
  Bench bench;
  std::string token;
  AtStage observer(Stage::upload, [&] {
    const std::vector<Job> jobs = bench.jobs->list(std::nullopt, 10);
    REQUIRE(jobs.size() == 1);
    token = jobs[0].token;
    CHECK(bench.uploads() <= 1);  // the picture's
  });
  const RunRecord record = bench.run_with(voice_file(), {.stop = {}, .observer = &observer});
  CHECK(token.size() == 32);  // 128 bits
  CHECK(record.audio_url.find(token) != std::string::npos);
  CHECK(record.video_url.find(token) == std::string::npos);
  CHECK(record.verification.verdict == Verdict::pass);
  CHECK(bench.uploads() == 2);
  CHECK(bench.sandbox.accepted_submits() == 1);
}

TEST_CASE("the picture goes up while the voice is still being read") {
  Bench bench;
  const std::string bytes = read_file(voice_file());
  std::atomic<bool> probed = false;
  bool asked = false, seen = false;
  std::size_t position = 0;
  AtStage observer(Stage::plan, [&] { probed = true; });
  Reader reader;
  reader.size = static_cast<std::int64_t>(bytes.size());
  reader.seek = [&](std::int64_t offset) { position = static_cast<std::size_t>(offset); };
  reader.read = [&](std::span<std::byte> into) {
    if (probed && !asked) {
      asked = true;
      seen = bench.sees_upload();
    }
    const std::size_t count = std::min(into.size(), bytes.size() - position);
    std::memcpy(into.data(), bytes.data() + position, count);
    position += count;
    return count;
  };
  const RunRecord record = bench.run_with(Source::reader(reader, "voice"), {.stop = {}, .observer = &observer});
  CHECK(seen);
  CHECK(record.verification.verdict == Verdict::pass);
  CHECK(bench.uploads() == 2);
  CHECK(bench.sandbox.accepted_submits() == 1);
}

TEST_CASE("where the costliest result is above the budget, no clip goes up before the cost is known") {
  Bench bench;
  bench.options.budget.max_cost_usd = 1;  // 5 s cost 0.83 USD, 15 s 2.50 USD
  bool seen = true;
  AtStage observer(Stage::prepare, [&] { seen = bench.sees_upload(std::chrono::seconds(1)); });
  const RunRecord record = bench.run_with(voice_file(), {.stop = {}, .observer = &observer});
  CHECK_FALSE(seen);
  CHECK(record.verification.verdict == Verdict::pass);
}

TEST_CASE("a picture that has to be fitted to the made voice goes up once, as it was fitted") {
  Bench bench;
  bench.options.prepare.conform = Conform::automatic;
  const RunRecord record = bench.run_with(voice_file(), {});
  CHECK(record.verification.verdict == Verdict::pass);
  CHECK(bench.uploads() == 2);
}
