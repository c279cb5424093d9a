// SPDX-License-Identifier: Apache-2.0
// Callers of the library have the same protection as users of the program: an existing output is checked before
// anything is uploaded or paid.
#include <doctest/doctest.h>

#include <algorithm>

#include <filesystem>
#include <fstream>
#include <memory>
#include <react1/pipeline.hpp>
#include <react1/sandbox.hpp>
#include <string>

#include "core/atomic_file.hpp"
#include "core/json_text.hpp"
#include "core/sha256.hpp"
#include "support/caught.hpp"
#include "support/paths.hpp"
#include "support/sandbox_client.hpp"

using namespace react1;
namespace fs = std::filesystem;

namespace {

struct Bench {
  [[nodiscard]] Service service(JobStore& store) { return {.client = client, .jobs = store}; }
  /// Requests, less those that ask which service this is.
  [[nodiscard]] std::size_t requests() const {
    const std::vector<SandboxRequest> all = sandbox.requests();
    return static_cast<std::size_t>(
        std::count_if(all.begin(), all.end(), [](const SandboxRequest& seen) { return seen.route != "identity"; }));
  }
  [[nodiscard]] std::string path(const std::string& name) const { return (folder.path() / name).string(); }
  [[nodiscard]] PipelineOptions happy(OutputOptions output = {}) const {
    PipelineOptions options;
    options.clips_directory = path("clips");
    options.parameters.emotion = Emotion::happy;
    options.output = output;
    return options;
  }
  RunRecord run_to(const std::string& output, const PipelineOptions& options) {
    return run(test::fixture("presenter_h264_25fps_6s.mp4"), test::fixture("voice_mono_48k_5s.wav"), output, options,
               service(*jobs), RunContext{});
  }

  TemporaryDirectory folder;
  Sandbox sandbox{SandboxOptions{.queue_time = {}}};
  FalClient client{test::client_of(sandbox)};
  std::unique_ptr<JobStore> jobs = open_job_store(path("jobs.sqlite"));
};

void write(const std::string& path, const std::string& text) {
  std::ofstream(path) << text;
}

}  // namespace

TEST_CASE("run() and fetch_result() refuse a file that is not the result, before anything leaves") {
  Bench bench;
  const std::string out = bench.path("out.mp4");
  write(out, "mine");
  CHECK(test::caught_from([&] { bench.run_to(out, bench.happy()); }).code() == ErrorCode::usage);
  CHECK(bench.sandbox.requests().empty());
  CHECK(bench.jobs->list(std::nullopt, 9).empty());
  const auto fetch = [&](const OutputOptions& options) {
    return fetch_result("00000000-0000-7000-8000-000000000000", out, bench.service(*bench.jobs), RunContext{}, options);
  };
  CHECK(test::caught_from([&] { (void)fetch({}); }).code() == ErrorCode::usage);
  CHECK(bench.sandbox.requests().empty());
  CHECK(read_file(out) == "mine");
  const RunRecord record = bench.run_to(out, bench.happy({.overwrite = true}));
  CHECK(record.output_sha256 == sha256_file(out));
  CHECK(bench.sandbox.accepted_submits() == 1);
}

TEST_CASE("a result in the way of another intent stays, and no clip goes up before that is known") {
  Bench bench;
  const std::string out = bench.path("out.mp4");
  const RunRecord first = bench.run_to(out, bench.happy());
  const std::size_t asked = bench.requests();
  // Clips of another content: only once they are made it shows.
  CHECK(test::caught_from([&] {
          (void)run(test::fixture("presenter_50fps_4s.mp4"), test::fixture("voice_mono_48k_5s.wav"), out, bench.happy(),
                    bench.service(*bench.jobs), RunContext{});
        }).code() == ErrorCode::usage);
  CHECK(bench.requests() == asked);
  CHECK(bench.jobs->list(std::nullopt, 9).size() == 1);
  CHECK(sha256_file(out) == first.output_sha256);
}

TEST_CASE("the same intent again is at its place already: nothing is written, and all that is known is returned") {
  Bench bench;
  const std::string out = bench.path("out.mp4");
  const RunRecord first = bench.run_to(out, bench.happy());
  const std::string record = read_file(out + ".json");
  const std::size_t asked = bench.sandbox.requests().size();
  const RunRecord again = bench.run_to(out, bench.happy());
  CHECK(again.reused);
  CHECK(again.timings.upload_s == first.timings.upload_s);
  CHECK(again.video_url == first.video_url);
  const RunRecord fetched = fetch_result(first.request_id, out, bench.service(*bench.jobs), RunContext{});
  CHECK(fetched.output_sha256 == first.output_sha256);
  CHECK(fetched.prepare.has_value());
  CHECK(read_file(out + ".json") == record);
  CHECK(bench.sandbox.accepted_submits() == 1);
  for (std::size_t i = asked; i < bench.sandbox.requests().size(); ++i)
    CHECK(bench.sandbox.requests()[i].route != "result");
}

TEST_CASE("a store without the result: the record's clips, parameters and kind of service count") {
  Bench bench;
  const std::string out = bench.path("out.mp4");
  (void)bench.run_to(out, bench.happy());
  bench.jobs = open_job_store(bench.path("another.sqlite"));
  PipelineOptions sad = bench.happy();
  sad.parameters.emotion = Emotion::sad;
  CHECK(test::caught_from([&] { bench.run_to(out, sad); }).code() == ErrorCode::usage);
  CHECK_NOTHROW(bench.run_to(out, bench.happy()));
  // A rehearsal is not the result of a service that is no sandbox, and the other way round.
  bench.jobs = open_job_store(bench.path("a third.sqlite"));
  Json record = Json::parse(read_file(out + ".json"));
  record["sandbox"] = false;
  write(out + ".json", record.dump());
  CHECK(test::caught_from([&] { bench.run_to(out, bench.happy()); }).code() == ErrorCode::usage);
}

TEST_CASE("a record of unknown origin proves nothing by itself") {
  Bench bench;
  const std::string out = bench.path("out.mp4");
  const RunRecord first = bench.run_to(out, bench.happy());
  Json record = Json::parse(read_file(out + ".json"));
  write(out, "mine");
  SUBCASE("the file is another one") {}
  SUBCASE("it lacks what it should hold") {
    record.erase("verification");
  }
  SUBCASE("it is of another form") {
    record["output"] = Json::array();
  }
  SUBCASE("it is no JSON") {
    record = "x";
  }
  write(out + ".json", record.dump());
  CHECK(test::caught_from([&] { bench.run_to(out, bench.happy()); }).code() == ErrorCode::usage);
  CHECK(read_file(out) == "mine");
  CHECK(bench.sandbox.accepted_submits() == 1);
}

TEST_CASE("a file that only passes through leaves no record, and its job names no output") {
  Bench bench;
  const std::string out = bench.path("out.mp4");
  const RunRecord record = bench.run_to(out, bench.happy({.passing = true}));
  CHECK(record.output_path.empty());
  CHECK(fs::exists(out));
  CHECK_FALSE(fs::exists(out + ".json"));
  const Job job = bench.jobs->list(std::nullopt, 1).at(0);
  CHECK(job.state == JobState::done);
  CHECK(job.output.empty());
  fs::remove(out);
  CHECK(bench.run_to(bench.path("kept.mp4"), bench.happy()).output_sha256 == record.output_sha256);
  CHECK(bench.sandbox.accepted_submits() == 1);
}
