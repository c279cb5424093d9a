// SPDX-License-Identifier: Apache-2.0
// The documents' names and forms, as scripts rely on them.
#include "record/documents.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <react1/json.hpp>
#include <string>
#include <vector>

#include "unit/record/samples.hpp"

namespace {

using namespace react1;

std::vector<std::string> keys(const Json& object) {
  std::vector<std::string> names;
  for (const auto& [key, value] : object.items()) names.push_back(key);
  return names;
}

void check_has(const Json& object, const std::vector<std::string>& wanted) {
  for (const std::string& key : wanted) {
    CAPTURE(key);
    CHECK(object.contains(key));
  }
}

TEST_CASE("a media document has the contract's fields and says null for what is unknown") {
  const Json document = Json::parse(to_json(test::sample_media_info()));
  check_has(document, {"path", "format", "size_bytes", "duration_s", "video", "audio", "streams", "warnings"});
  const Json& video = document["video"];
  check_has(video,
            {"index", "codec", "profile", "width", "height", "display_width", "display_height", "rotation_deg", "sar",
             "pix_fmt", "bit_depth", "color", "hdr", "interlaced", "fps", "vfr", "frames", "start_s", "duration_s"});
  CHECK(keys(video["color"]) == std::vector<std::string>{"range", "space", "transfer", "primaries"});
  CHECK(video["color"]["primaries"].is_null());
  CHECK(video["fps"] == Json{{"num", 24000}, {"den", 1001}});
  CHECK(video["sar"] == Json{{"num", 16}, {"den", 11}});
  CHECK(video["rotation_deg"] == 90);
  CHECK(video["hdr"] == "hlg");
  CHECK(video["header_duration_s"].is_null());
  check_has(document["audio"],
            {"index", "codec", "sample_rate", "channels", "layout", "samples", "start_s", "duration_s"});
  CHECK(document["size_bytes"] == 5'000'000'000);
  CHECK(document["streams"].size() == 2);
  CHECK(document["warnings"][0] == Json{{"code", "vfr"}, {"message", "intervals differ"}});
}

TEST_CASE("a file of which nothing is known has nulls and empty lists, never 0 or an empty text") {
  MediaInfo bare;
  bare.path = "x";
  const Json document = Json::parse(to_json(bare));
  for (const char* key : {"format", "size_bytes", "duration_s", "video", "audio"}) {
    CAPTURE(key);
    CHECK(document[key].is_null());
  }
  CHECK(document["streams"] == Json::array());
  MediaInfo sdr = test::sample_media_info();
  sdr.video->hdr.clear();
  sdr.video->fps = 0;
  CHECK(Json::parse(to_json(sdr))["video"]["hdr"].is_null());
  CHECK(Json::parse(to_json(sdr))["video"]["fps"].is_null());
}

TEST_CASE("several files give an array, one file its own document") {
  CHECK(Json::parse(to_json(std::vector{test::sample_media_info(), MediaInfo{}})).size() == 2);
  CHECK(Json::parse(to_json(std::vector<MediaInfo>{})) == Json::array());
}

TEST_CASE("seconds are written with at least six decimals") {
  const std::string text = to_json(test::sample_media_info());
  CHECK(text.find("\"duration_s\": 15.000000") != std::string::npos);
  CHECK(text.find("\"duration_s\": 14.973291667") != std::string::npos);
  CHECK(text.find("\"start_s\": 0.033333333") != std::string::npos);
}

TEST_CASE("a preparation has the contract's fields") {
  const Json document = Json::parse(to_json(test::sample_preparation()));
  check_has(document, {"video", "audio", "mismatch", "advice", "prediction", "warnings"});
  check_has(document["video"],
            {"path", "action", "reasons", "duration_s", "bytes", "sha256", "source_window", "video"});
  CHECK(keys(document["video"]["source_window"]) == std::vector<std::string>{"start_s", "end_s"});
  CHECK(document["video"]["action"] == "cut");
  CHECK_FALSE(document["video"].contains("audio"));
  CHECK_FALSE(document["audio"].contains("video"));
  CHECK(keys(document["audio"]["audio"]) == std::vector<std::string>{"samples", "sample_rate", "channels", "codec"});
  CHECK(keys(document["mismatch"]) == std::vector<std::string>{"video_s", "audio_s", "delta_s", "ratio"});
  check_has(document["advice"], {"lipsync_mode", "rule", "reasons", "hold", "alternatives"});
  check_has(document["advice"]["alternatives"][0], {"lipsync_mode", "duration_s", "frames", "cost_usd"});
  CHECK(document["advice"]["seams_s"].size() == 2);
  check_has(document["prediction"], {"lipsync_mode", "duration_s", "frames", "fps", "cost_usd"});
  CHECK(document["prediction"]["cost_usd"] == doctest::Approx(0.378));
}

TEST_CASE("a preparation says where it holds speech, and null where there is none") {
  Preparation preparation = test::sample_preparation();
  Json speech = Json::parse(to_json(preparation)).at("speech");
  CHECK(speech.at("found") == true);
  CHECK(speech.at("start_s") == 0.25);
  CHECK(speech.at("end_s") == 2.25);
  CHECK(speech.at("share") == 0.875);
  REQUIRE(speech.at("segments").size() == 2);
  CHECK(speech.at("segments").at(1).at("start_s") == 1.2);
  preparation.speech = Speech{};
  speech = Json::parse(to_json(preparation)).at("speech");
  CHECK(speech.at("found") == false);
  CHECK(speech.at("start_s").is_null());
  CHECK(speech.at("end_s").is_null());
  CHECK(speech.at("share") == 0);
  CHECK(speech.at("segments") == Json::array());
}

TEST_CASE("a clip that is only planned has no path, size or hash") {
  Preparation planned = test::sample_preparation();
  planned.video.path.clear();
  planned.video.bytes = 0;
  planned.video.sha256.clear();
  const Json document = record::document(planned.video);
  CHECK(document["path"].is_null());
  CHECK(document["bytes"].is_null());
  CHECK(document["sha256"].is_null());
}

TEST_CASE("a run document has the contract's fields and the answer as it came") {
  const Json document = Json::parse(to_json(test::sample_record()));
  check_has(document,
            {"job_id", "request_id", "prepare", "parameters", "response", "output", "verification", "timings"});
  CHECK(keys(document["parameters"]) ==
        std::vector<std::string>{"video_url", "audio_url", "emotion", "model_mode", "lipsync_mode", "temperature"});
  CHECK(document["parameters"]["temperature"] == 0.1);
  CHECK(document["parameters"]["audio_url"].is_null());
  CHECK(document["response"]["video"]["duration"] == 14.97);
  CHECK(keys(document["output"]) == std::vector<std::string>{"path", "bytes", "sha256"});
  CHECK(document["verification"]["verdict"] == "warn");
  const Json& checks = document["verification"]["checks"];
  CHECK(keys(checks[0]) == std::vector<std::string>{"name", "verdict", "expected", "actual", "tolerance", "message"});
  CHECK(checks[0]["expected"] == 54);
  CHECK(checks[1]["expected"] == doctest::Approx(1.0 / 3));
  CHECK(checks[1]["tolerance"].is_null());
  CHECK(checks[2]["expected"] == "a voice");
  CHECK(keys(document["timings"]) == std::vector<std::string>{"prepare_s", "upload_s", "queue_s", "inference_s",
                                                              "download_s", "verify_s", "total_s"});
  CHECK(document["timings"]["prepare_s"] == 1.5);
  CHECK(document["timings"]["upload_s"].is_null());
  CHECK(document["timings"]["total_s"] == 0);
}

TEST_CASE("a run that another program submitted has no preparation and no parameters") {
  RunRecord record = test::sample_record();
  record.prepare.reset();
  record.parameters.reset();
  record.job_id.clear();
  record.response_json = "<html>";
  const Json document = record::document(record);
  CHECK(document["prepare"].is_null());
  CHECK(document["parameters"].is_null());
  CHECK(document["job_id"].is_null());
  CHECK(document["response"] == "<html>");
}

TEST_CASE("an error document names code, place, cause and remedy") {
  const Error error(
      ErrorCode::refused, "audio.mp3", "is too long",
      {.detail = "15.05 s",
       .retryable = false,
       .request_id = "req",
       .problems = {{"audio_duration_too_long", "body.audio_url", "too long", R"({"max_duration":15})"}}});
  const Json document = Json::parse(to_json(error));
  CHECK(keys(document) == std::vector<std::string>{"schema", "error"});
  const Json& body = document["error"];
  check_has(body, {"code", "where", "message", "detail", "retryable", "hint"});
  CHECK(body["code"] == "refused");
  CHECK(body["hint"].is_null());
  CHECK(body["retryable"] == false);
  CHECK(body["problems"][0]["context"]["max_duration"] == 15);
}

TEST_CASE("a job document embeds what the row holds") {
  Job job;
  job.id = "j";
  job.state = JobState::submitted;
  job.request.request_id = "r";
  job.parameters_json = R"({"emotion":"sad"})";
  job.created_ms = 1'700'000'000'123;
  const Json document = Json::parse(to_json(job));
  CHECK(document["state"] == "submitted");
  CHECK(document["request_id"] == "r");
  CHECK(document["parameters"]["emotion"] == "sad");
  CHECK(document["record"].is_null());
  CHECK(document["created"] == "2023-11-14T22:13:20.123Z");
  CHECK(document["updated"].is_null());
}

TEST_CASE("a queue status keeps the service's own text, also a new one") {
  QueueStatus status;
  status.word = "THINKING";
  CHECK(record::document(status)["state"].is_null());
  CHECK(record::document(status)["status"] == "THINKING");
  status.state = QueueStatus::State::in_queue;
  status.queue_position = 0;
  status.logs = {{"", "INFO", "hello"}};
  CHECK(record::document(status)["state"] == "in_queue");
  CHECK(record::document(status)["queue_position"] == 0);
  CHECK(record::document(status)["logs"][0]["timestamp"].is_null());
}

TEST_CASE("an event starts with the five common fields") {
  record::Event event;
  event.event = "stage";
  event.job_id = "j";
  event.more = {{"stage", "upload"}};
  const Json document = record::document(event);
  CHECK(keys(document) == std::vector<std::string>{"ts", "event", "job_id", "request_id", "state", "stage"});
  CHECK(document["request_id"].is_null());
  CHECK(document["stage"] == "upload");
}

}  // namespace
