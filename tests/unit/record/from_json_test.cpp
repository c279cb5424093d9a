// SPDX-License-Identifier: Apache-2.0
// from_json() is to_json() backwards, for every leaf of every document: each is changed, read, written and compared.
#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <react1/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "core/json_text.hpp"
#include "support/caught.hpp"
#include "unit/record/samples.hpp"

using namespace react1;

namespace {

/// One document and how it goes through its type.
struct RoundTrip {
  std::string name, text;
  std::function<std::string(const std::string&)> again;  ///< read, then written
  std::vector<std::string> embedded{};                   ///< pointers of JSON of others: anything may be there
};

template <class Record>
RoundTrip round_trip(std::string name, const Record& record, std::vector<std::string> embedded = {}) {
  return {std::move(name), to_json(record),
          [](const std::string& text) { return to_json(from_json<Record>(text, "sample")); }, std::move(embedded)};
}

MediaInfo full_media_info() {
  MediaInfo info = test::sample_media_info();
  info.video->header_duration_s = Rational(15);
  info.video->sizes = {{0, 1920, 1080}, {Rational(7, 3), 1280, 720}};
  info.video->color.primaries = "bt2020";
  info.audio->header_duration_s = Rational(15015, 1000);
  info.audio->pieces = {{0, 0, 1}, {4800, Rational(1, 3), Rational(10001, 10000)}};
  Mp3Facts mp3;
  mp3.frames = 417;
  mp3.skipped_bytes = 3;
  mp3.tag_frames = 416;
  mp3.flaws = {"the tag counts one frame less"};
  info.audio->mp3 = mp3;
  info.streams.front().title = "room microphone";
  return info;
}

Preparation full_preparation() {
  Preparation preparation = test::sample_preparation();
  preparation.audio.levels->clipped_samples = 4;
  preparation.audio.measures = {{"mp3_frames", Rational(23, 10)}};
  preparation.price = {Rational(39, 4), "2026-11-22T07:49:25.000Z"};
  return preparation;
}

RunRecord full_record() {
  RunRecord record = test::sample_record();
  record.prepare = full_preparation();
  record.audio_url = "https://files.example/a.mp3";
  record.timings = {1.5, 0.25, 3.5, 7.75, 0.5, 0.125, 13.0};
  record.reused = true;
  return record;
}

Job full_job() {
  Job job;
  job.id = "0193-job";
  job.intent = "1f";
  job.state = JobState::submitted;
  job.endpoint = "fal-ai/sync-lipsync/react-1";
  job.queue_url = "https://queue.fal.run";
  job.sandbox = "unnamed";
  job.request = {"req", "https://q/status", "https://q/response", "https://q/cancel", false};
  job.video = "/v.mp4";
  job.audio = "/a.wav";
  job.output = "/o.mp4";
  job.parameters_json = R"({"emotion":"happy","temperature":0.5})";
  job.prepare_json = to_json(full_preparation());
  job.record_json = to_json(full_record());
  job.answer_json = "<html>not JSON</html>";
  job.error = "the service is down";
  job.cost_usd = Rational(5, 6);
  job.created_ms = 1'764'000'000'123;
  job.updated_ms = 1'764'000'001'000;
  job.paid_ms = 1'764'000'000'500;
  job.cancel_asked_ms = 1'764'000'000'900;
  return job;
}

Error full_error() {
  return {ErrorCode::refused,
          "request req",
          "the service refused it",
          {.detail = "422",
           .hint = "change the clip",
           .retryable = true,
           .request_id = "req",
           .problems = {{"audio_duration_too_long", "body.audio_url", "too long", R"({"max":15})"}},
           .answer = "not part of the document"}};
}

std::vector<RoundTrip> round_trips() {
  return {round_trip("media", full_media_info()),
          round_trip("list of media", std::vector<MediaInfo>{full_media_info(), full_media_info()}),
          round_trip("preparation", full_preparation()),
          round_trip("record", full_record(), {"/response"}),
          round_trip("verification", full_record().verification),
          round_trip("job", full_job(), {"/answer", "/parameters", "/prepare", "/record"}),
          round_trip("error", full_error(), {"/error/problems/0/context"})};
}

Json parsed_sample(const std::string& text) {
  return parse_json(text, "sample", ErrorCode::internal);
}

void add_leaves(const Json& node, const std::string& path, std::vector<std::string>& leaves) {
  if (node.is_structured() && !node.empty()) {
    for (const auto& [key, value] : node.items()) add_leaves(value, path + "/" + key, leaves);
  } else {
    leaves.push_back(path);
  }
}

std::vector<std::string> leaves_of(const Json& document) {
  std::vector<std::string> leaves;
  add_leaves(document, "", leaves);
  return leaves;
}

/// Computed from other fields when a document is written.
bool is_derived(const std::string& path) {
  static const std::set<std::string> ends{"/speech/found",   "/speech/start_s", "/speech/end_s",
                                          "/price/currency", "/price/source",   "/error/exit_code"};
  return std::any_of(ends.begin(), ends.end(), [&](const std::string& end) { return path.ends_with(end); });
}

/// Others are computed from these.
bool decides_others(const std::string& path) {
  return path.ends_with("/speech/segments/0/start_s") || path.ends_with("/speech/segments/1/end_s");
}

bool is_within(const std::string& path, const std::vector<std::string>& prefixes) {
  return std::any_of(prefixes.begin(), prefixes.end(),
                     [&](const std::string& prefix) { return path.starts_with(prefix); });
}

/// Another value of the same type, one that has a short decimal.
Json changed(const Json& leaf) {
  if (leaf.is_boolean()) return !leaf.get<bool>();
  if (leaf.is_number_integer()) return leaf.get<std::int64_t>() + 1;
  if (leaf.is_number_float()) return leaf.get<double>() == 1.25 ? 2.5 : 1.25;
  return leaf.get<std::string>() + "x";
}

void add_strangers(Json& node) {
  for (auto& [key, value] : node.items()) {
    if (value.is_structured()) add_strangers(value);
  }
  if (node.is_object()) node["a key of a later release"] = {{"with", 1}};
}

}  // namespace

TEST_CASE("what to_json() writes, from_json() reads, and to_json() writes again to the byte") {
  for (const RoundTrip& trip : round_trips()) {
    CAPTURE(trip.name);
    CHECK(trip.again(trip.text) == trip.text);
  }
}

TEST_CASE("the samples leave no field of a document empty, so that a forgotten one shows") {
  for (const RoundTrip& trip : round_trips()) {
    const Json document = parsed_sample(trip.text);
    for (const std::string& path : leaves_of(document)) {
      const Json& leaf = document.at(Json::json_pointer(path));
      if (is_within(path, trip.embedded) || path.find("/checks/") != std::string::npos) continue;
      CAPTURE(trip.name);
      CAPTURE(path);
      const bool of_a_second_item = path.find("/streams/1/") != std::string::npos;
      CHECK((of_a_second_item || (!leaf.is_null() && !leaf.empty() && leaf != "")));
    }
  }
}

TEST_CASE("every leaf of a document is read: another value comes out as that value") {
  for (const RoundTrip& trip : round_trips()) {
    const Json document = parsed_sample(trip.text);
    int read = 0;
    for (const std::string& path : leaves_of(document)) {
      const Json::json_pointer pointer(path);
      const Json& leaf = document.at(pointer);
      if (leaf.is_null() || leaf.is_structured() || is_derived(path) || decides_others(path)) continue;
      if (path.ends_with("/den")) continue;  // another fraction may be a reduced one
      Json other = document;
      other[pointer] = changed(leaf);
      const std::string text = json_text(other);
      CAPTURE(trip.name);
      CAPTURE(path);
      std::string again;
      try {
        again = trip.again(text);
      } catch (const Error& error) {  // a name of a fixed set, a time, or the version of a later release
        CHECK((leaf.is_string() || path.ends_with("/schema")));
        CHECK(error.code() == ErrorCode::usage);
        CHECK(error.message().find(path) != std::string::npos);
        continue;
      }
      CHECK(again == text);
      ++read;
    }
    CHECK(read >= 6);
  }
}

TEST_CASE("a leaf of a wrong type is an Error that names the document and the place") {
  for (const RoundTrip& trip : round_trips()) {
    const Json document = parsed_sample(trip.text);
    for (const std::string& path : leaves_of(document)) {
      if (is_derived(path) || is_within(path, trip.embedded)) continue;
      Json other = document;
      other[Json::json_pointer(path)] = Json::object();
      CAPTURE(trip.name);
      CAPTURE(path);
      const Error error = test::caught_from([&] { (void)trip.again(json_text(other)); });
      CHECK(error.code() == ErrorCode::usage);
      CHECK(error.where() == "sample");
      CHECK(error.message().find(path) != std::string::npos);
    }
  }
}

TEST_CASE("keys that are not known are ignored, at every level") {
  for (const RoundTrip& trip : round_trips()) {
    if (!trip.embedded.empty() && trip.name == "job") continue;  // what it embeds is not ours to change
    Json document = parsed_sample(trip.text);
    add_strangers(document);
    CAPTURE(trip.name);
    const std::string again = trip.again(json_text(document));
    if (trip.embedded.empty()) CHECK(again == trip.text);
    CHECK(trip.again(again) == again);
  }
}

TEST_CASE("an answer that is no JSON, and one that is a JSON string, come back as they were") {
  for (const char* text : {"<html>", "plain", R"("a string")", R"("17")", "17", "[1,2]", "null", "\"\""}) {
    CAPTURE(text);
    Job job = full_job();
    job.answer_json = text;
    const std::string first = to_json(job);
    CHECK(to_json(from_json<Job>(first)) == first);
  }
}

TEST_CASE("empty records survive as well") {
  const auto survives = [](const auto& record) {
    const std::string first = to_json(record);
    CHECK(to_json(from_json<std::decay_t<decltype(record)>>(first)) == first);
  };
  survives(MediaInfo{});
  survives(std::vector<MediaInfo>{});
  survives(RunRecord{});
  survives(Verification{});
  survives(Job{});
  survives(Error(ErrorCode::internal, "", ""));
}

TEST_CASE("text that is no JSON, or another document, is an Error") {
  for (const char* text : {"", "{", "[]", "{}", "3", "\"x\""}) {
    CAPTURE(text);
    CHECK(test::caught_from([&] { (void)from_json<RunRecord>(text); }).code() == ErrorCode::usage);
    CHECK(test::caught_from([&] { (void)from_json<Job>(text); }).code() == ErrorCode::usage);
    CHECK(test::caught_from([&] { (void)from_json<Error>(text); }).code() == ErrorCode::usage);
  }
  CHECK(test::caught_from([&] { (void)from_json<Verification>(to_json(full_job()), "job.json"); }).where() ==
        "job.json");
}
