// SPDX-License-Identifier: Apache-2.0
// What is read and written in a process whose locale writes "6,85": the same as everywhere.
#include <doctest/doctest.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <sstream>
#include <string>

#include <react1/fal.hpp>
#include <react1/json.hpp>
#include <react1/pipeline.hpp>
#include <react1/sandbox.hpp>

#include "core/atomic_file.hpp"
#include "core/json_text.hpp"
#include "core/number.hpp"
#include "http/policy/retry.hpp"
#include "support/german_locale.hpp"
#include "support/paths.hpp"

using namespace react1;  // NOLINT(google-build-using-namespace): a test of the library's own names
using test::fixture;

namespace {

constexpr const char* kRecipe = R"({
  "window": {"video": {"start_s": 0.25}},
  "preprocess": {"loudness_lufs": -16.5, "max_duration_s": 4.75},
  "parameters": {"emotion": "happy", "temperature": 0.35},
  "advice": {"static_motion": 0.015}
})";

PipelineOptions options_in(const std::filesystem::path& folder) {
  const std::string path = (folder / "recipe.json").string();
  write_file_atomically(path, kRecipe);
  return load_recipe(path);
}

/// Everything that is text or came from text, of one job.
std::string job(const char* video, const char* voice) {
  const TemporaryDirectory folder;
  const PipelineOptions options = options_in(folder.path());
  const std::string out = (folder.path() / "out").string();
  const Preparation made = prepare(fixture(video), fixture(voice), out, options, RunContext{});
  std::string text = to_json(made);
  for (auto at = text.find(out); at != std::string::npos; at = text.find(out)) text.replace(at, out.size(), "OUT");
  return text + std::to_string(std::lround(options.parameters.temperature * 1000)) +
         std::to_string(std::lround(options.advice.static_motion * 1000));
}

/// Fields, rates and colours that are converted: FFmpeg gets its options as text.
std::string jobs() {
  return job("interlaced_tff_unflagged.mp4", "voice_24bit_16k_2s.wav") +
         job("hdr_pq_1s.mp4", "voice_96k_24bit_1s.flac") + job("presenter_vfr_8s.mp4", "voice_5_1_2s.m4a");
}

}  // namespace

TEST_CASE("a job reads and writes the same numbers in a German process") {
  const std::string plain = jobs();
  CHECK(plain.find("-16.5") != std::string::npos);
  const test::GermanLocale german;
  if (!test::GermanLocale::c_writes_commas()) MESSAGE("no German locale here: only C++ streams write commas");
  std::ostringstream stream;
  stream << 1234.5;
  REQUIRE(stream.str() == "1.234,5");
  CHECK(jobs() == plain);
}

TEST_CASE("texts become numbers by their points in a German process") {
  const test::GermanLocale german;
  CHECK(read_number<double>("6.85") == 6.85);
  CHECK_FALSE(read_number<double>("6,85"));
  CHECK_FALSE(read_number<int>("7 "));
  CHECK(json_seconds(Seconds(137, 20)).dump() == "6.85");
  CHECK(Json::parse("6.85").get<double>() == 6.85);
  CHECK(http::parse_retry_after("7", std::chrono::system_clock::now()) == std::chrono::seconds(7));
  const auto date =
      http::parse_retry_after("Thu, 01 Jan 2026 00:00:05 GMT", std::chrono::system_clock::from_time_t(1'767'225'600));
  CHECK(date == std::chrono::seconds(5));
  CHECK(Rational::parse("6.85") == Rational(137, 20));
}

TEST_CASE("a paid job ends well in a German process") {
  const test::GermanLocale german;
  const TemporaryDirectory folder;
  const Sandbox sandbox(SandboxOptions{.queue_time = std::chrono::milliseconds(10)});
  FalOptions service;
  service.key = Secret("sandbox:sandbox");
  service.queue_url = service.rest_url = sandbox.url();
  FalClient client(service);
  const auto store = open_job_store((folder.path() / "jobs.sqlite").string());
  PipelineOptions options = options_in(folder.path());
  options.clips_directory = (folder.path() / "clips").string();
  const RunRecord record = run(fixture("presenter_h264_25fps_6s.mp4"), fixture("voice_mono_48k_5s.wav"),
                               (folder.path() / "out.mp4").string(), options, Service{client, *store}, RunContext{});
  CHECK(record.verification.verdict != Verdict::fail);
  CHECK(sandbox.accepted_submits() == 1);
  CHECK(Json::parse(to_json(record))["parameters"]["temperature"] == 0.35);
}
