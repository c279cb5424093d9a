// SPDX-License-Identifier: Apache-2.0
#include "fal/protocol/wire.hpp"

#include <cmath>

#include "models/registry.hpp"
#include "unit/fal/support.hpp"

using namespace react1;
using namespace react1::fal;
using namespace react1::test;

TEST_CASE("all six fields are sent, temperature as a number") {
  const Json sent = Json::parse(write_submit(models::standard(), {}, "https://x/v.mp4", "https://x/a.mp3"));
  CHECK(sent.size() == 6);
  CHECK(sent["video_url"] == "https://x/v.mp4");
  CHECK(sent["audio_url"] == "https://x/a.mp3");
  CHECK(sent["emotion"] == "neutral");
  CHECK(sent["model_mode"] == "face");
  CHECK(sent["lipsync_mode"] == "bounce");
  CHECK(sent["temperature"].is_number());
  CHECK(sent["temperature"] == 0.5);
  for (const double whole : {0.0, 1.0}) {
    CHECK(Json::parse(write_submit(models::standard(), {.temperature = whole}, "v", "a"))["temperature"] == whole);
  }
}

TEST_CASE("a temperature that is none is refused before anything is sent") {
  for (const double bad : {-0.1, 1.1, std::nan(""), HUGE_VAL}) {
    CHECK(thrown_by([&] {
            static_cast<void>(write_submit(models::standard(), {.temperature = bad}, "v", "a"));
          }).code() == ErrorCode::usage);
  }
}

TEST_CASE("a submit's answer needs a usable request id and nothing else") {
  CHECK(read_submitted(R"({"request_id":"019a"})")->request_id == "019a");
  const auto full = read_submitted(
      R"({"status":"IN_QUEUE","request_id":"r","response_url":"R","status_url":"S","cancel_url":"C","logs":null,"metrics":{},"queue_position":0})");
  REQUIRE(full);
  CHECK(full->status_url == "S");
  CHECK(full->response_url == "R");
  CHECK(full->cancel_url == "C");
  for (const char* bad :
       {"", "{}", "[]", "null", "{\"request_id\":null}", "{\"request_id\":\"\"}", "{\"request_id\":7}",
        "{\"request_id\":\"a b\"}", "{\"request_id\":\"a\\nb\"}", "{\"request_id\":\"..\"}", "{\"request_id\":\"a/b\"}",
        "{\"request_id\":\"`x`\"}", "{\"request_id\":\"a;b\"}", "{\"request_id\":\"\\u001b[2J\"}",
        "{\"request_id\":\"é\"}", "{\"request_id\":\"x", "<html></html>"}) {
    CAPTURE(std::string(bad));
    CHECK_FALSE(read_submitted(bad).has_value());
  }
}

TEST_CASE("a request id has no more than 128 letters") {
  const auto with_id = [](std::size_t length) {
    return read_submitted("{\"request_id\":\"" + std::string(length, 'a') + "\"}").has_value();
  };
  CHECK(with_id(128));
  CHECK_FALSE(with_id(129));
}

TEST_CASE("a status survives with any of its fields missing or of another type") {
  const auto minimal = read_status(R"({"status":"IN_PROGRESS"})");
  REQUIRE(minimal);
  CHECK(minimal->state == QueueStatus::State::in_progress);
  const auto odd =
      read_status(R"({"status":"PAUSED","queue_position":"3","logs":"none","metrics":[],"error":null,"error_type":7})");
  REQUIRE(odd);
  CHECK(odd->state == QueueStatus::State::unknown);
  CHECK(odd->word == "PAUSED");
  CHECK_FALSE(odd->queue_position.has_value());
  CHECK(odd->error.empty());
  CHECK(read_status("{}")->state == QueueStatus::State::unknown);
  CHECK(read_status(R"({"status":null})")->word.empty());
  CHECK_FALSE(read_status("[]").has_value());
  CHECK_FALSE(read_status("oops").has_value());
}

TEST_CASE("a full status is read in full") {
  const auto status = read_status(
      R"({"status":"COMPLETED","queue_position":2,"logs":[{"timestamp":"t","level":"INFO","message":"m","labels":{}},{"message":"bare"},"text",{"level":"x"},7],"metrics":{"inference_time":12.5},"error":"Runner disconnected","error_type":"runner_disconnected"})");
  REQUIRE(status);
  CHECK(status->state == QueueStatus::State::completed);
  CHECK(status->queue_position == 2);
  REQUIRE(status->logs.size() == 3);
  CHECK(status->logs[0].timestamp == "t");
  CHECK(status->logs[0].level == "INFO");
  CHECK(status->logs[0].message == "m");
  CHECK(status->logs[2].message == "text");
  CHECK(status->inference_s == 12.5);
  CHECK(status->error == "Runner disconnected");
  CHECK(status->error_type == "runner_disconnected");
}

TEST_CASE("of a result only the URL is needed, and the rest may be null, absent, fractional or nonsense") {
  const auto minimal = read_result(R"({"video":{"url":"https://x/o.mp4"}})");
  REQUIRE(minimal);
  CHECK(minimal->url == "https://x/o.mp4");
  CHECK_FALSE(minimal->file_size.has_value());
  const auto full = read_result(
      R"({"video":{"url":"u","content_type":"video/mp4","file_name":"output.mp4","file_size":1024.0,"width":1920,"height":1088,"fps":23.976,"duration":7.041667,"num_frames":169.0}})");
  REQUIRE(full);
  CHECK(full->file_size == 1024);
  CHECK(full->width == 1920);
  CHECK(full->height == 1088);
  CHECK(full->fps == 23.976);
  CHECK(full->duration_s == 7.041667);
  CHECK(full->num_frames == 169);
  CHECK(contains(full->raw_json, "23.976"));
  const auto nulls = read_result(
      R"({"video":{"url":"u","content_type":null,"file_size":null,"width":"1920","height":-5,"fps":null,"duration":"7"}})");
  REQUIRE(nulls);
  CHECK_FALSE(nulls->width.has_value());
  CHECK_FALSE(nulls->height.has_value());
  CHECK_FALSE(nulls->fps.has_value());
  CHECK_FALSE(nulls->duration_s.has_value());
  CHECK_FALSE(read_result("{\"video\":null}").has_value());
  CHECK(read_result("{\"video\":\"u\"}")->url == "u");
  CHECK_FALSE(read_result("{\"video\":{\"url\":null}}").has_value());
}

TEST_CASE("a body nested without end is refused, not walked") {
  const std::string deep = "{\"status\":\"COMPLETED\",\"x\":" + std::string(2'000'000, '[');
  CHECK_FALSE(read_status(deep).has_value());
  CHECK_FALSE(read_object(deep + std::string(2'000'000, ']') + "}").has_value());
}

TEST_CASE("an upload needs both of its URLs") {
  const auto target = read_initiated(R"({"upload_url":"https://up/?sig=1","file_url":"https://f/1"})");
  REQUIRE(target);
  CHECK(target->upload_url == "https://up/?sig=1");
  CHECK(target->file_url == "https://f/1");
  CHECK_FALSE(read_initiated(R"({"upload_url":"https://up/"})").has_value());
  CHECK(Json::parse(write_initiate("a\"b.mp4", "video/mp4")) ==
        Json{{"content_type", "video/mp4"}, {"file_name", "a\"b.mp4"}});
  CHECK_NOTHROW(static_cast<void>(write_initiate("bad\xFFutf8.mp4", "video/mp4")));
}
