// SPDX-License-Identifier: Apache-2.0
#include "fal/protocol/errors.hpp"

#include "fal/protocol/hints.hpp"
#include "fal/protocol/scrub.hpp"
#include "unit/fal/support.hpp"

using namespace react1;
using namespace react1::fal;
using namespace react1::test;

namespace {

const Secret kSecret{std::string(kKey)};

http::Response answered_with(int status, std::string body, http::Headers headers = {}) {
  http::Response response;
  response.status = status;
  response.body = std::move(body);
  response.headers = std::move(headers);
  return response;
}

Error error_of(int status, std::string body, http::Headers headers = {}) {
  return thrown_by([&] {
    throw refusal(answered_with(status, std::move(body), std::move(headers)), {"https://h/x", "asking", "id-1"},
                  kSecret);
  });
}

}  // namespace

TEST_CASE("the model's error list is kept as it came, with a hint from its context") {
  const Error error = error_of(
      422,
      R"({"detail":[{"loc":["body","audio_url"],"msg":"Audio too long","type":"audio_duration_too_long","url":"https://docs.fal.ai/errors#x","ctx":{"max_duration":15,"provided_duration":15.05},"input":"https://v3.fal.media/a.mp3?sig=secret"}]})");
  CHECK(error.code() == ErrorCode::refused);
  CHECK_FALSE(error.retryable());
  CHECK(error.request_id() == "id-1");
  REQUIRE(error.problems().size() == 1);
  const ServiceProblem& problem = error.problems()[0];
  CHECK(problem.type == "audio_duration_too_long");
  CHECK(problem.location == "body.audio_url");
  CHECK(problem.message == "Audio too long");
  CHECK(contains(problem.context, "15.05"));
  CHECK(contains(error.hint(), "the service measures your audio as 15.05 s; the limit is 15 s"));
  CHECK(contains(error.what(), "audio_duration_too_long"));
}

TEST_CASE("every shape of a failing body becomes one typed error") {
  struct Shape {
    int status;
    const char* body;
    ErrorCode code;
    const char* says;
  };
  const Shape shapes[] = {
      {422, R"({"detail":"plain text"})", ErrorCode::refused, "plain text"},
      {422, R"({"detail":[{"type":"missing"}]})", ErrorCode::refused, "missing"},
      {422, R"({"detail":[{"msg":"only a message"}]})", ErrorCode::refused, "only a message"},
      {422, R"({"detail":["just","words"]})", ErrorCode::refused, "just"},
      {422, R"({"detail":[{"loc":["body",0,"x"],"type":"t","msg":"m"}]})", ErrorCode::refused, "body.0.x"},
      {422, R"({"detail":[null,7,{}]})", ErrorCode::refused, "422"},
      {422, R"({"detail":{"weird":1}})", ErrorCode::refused, "422"},
      {400, R"({"detail":"bad","error_type":"bad_request"})", ErrorCode::refused, "bad_request"},
      {404, R"({"status":"NOT_FOUND"})", ErrorCode::refused, "NOT_FOUND"},
      {404, R"({"detail":"Application \"x\" not found"})", ErrorCode::refused, "not found"},
      {405, "", ErrorCode::refused, "405"},
      {413, "", ErrorCode::refused, "413"},
      {418, "\x01\x02", ErrorCode::refused, "418"},
      {401, R"({"detail":"invalid key credentials"})", ErrorCode::auth, "invalid key credentials"},
      {403, R"({"detail":"User is locked. Reason: Exhausted balance. Top up at ..."})", ErrorCode::balance, "locked"},
      {403, R"({"detail":"User is locked. Reason: TOP_UP."})", ErrorCode::balance, "TOP_UP"},
      {403, R"({"detail":"Cannot access application"})", ErrorCode::auth, "Cannot access"},
      {402, "", ErrorCode::balance, "402"},
      {429, R"({"detail":"slow down"})", ErrorCode::network, "slow down"},
      {500, R"({"detail":"boom"})", ErrorCode::network, "boom"},
      {502, "<html><head><title>502 Bad Gateway</title></head></html>", ErrorCode::network, "502 Bad Gateway"},
      {503, "<!doctype html>", ErrorCode::network, "a web page"},
      {504, R"({"detail":"t","error_type":"request_timeout"})", ErrorCode::network, "request_timeout"},
      {500, R"({"detail": "half)", ErrorCode::network, "500"},
      {307, "", ErrorCode::refused, "307"},
  };
  for (const Shape& shape : shapes) {
    CAPTURE(shape.status);
    CAPTURE(std::string(shape.body));
    const Error error = error_of(shape.status, shape.body);
    CHECK(to_string(error.code()) == to_string(shape.code));
    CHECK(contains(error.what(), shape.says));
    CHECK(error.retryable() == (shape.code == ErrorCode::network));
    CHECK(error.request_id() == "id-1");
  }
}

TEST_CASE("the infrastructure's type is taken from the header when the body has none") {
  const Error error = error_of(503, R"({"detail":"gone"})", {{"X-Fal-Error-Type", "runner_disconnected"}});
  REQUIRE(error.problems().size() == 1);
  CHECK(error.problems()[0].type == "runner_disconnected");
  CHECK_FALSE(error.hint().empty());
}

TEST_CASE("a service that echoes the key or a signed URL does not make us show it") {
  const Error error = error_of(
      400,
      R"({"detail":[{"type":"x","msg":"bad header Key test-key-id:test-key-secret\nfor https://u:p@h.example/f?sig=abc. and test-key-secret","ctx":{"k":"test-key-secret","u":"https://h.example/f?sig=abc"}}]})");
  CHECK(contains(error.what(), "https://h.example/f?"));
  CHECK_FALSE(contains(error.what(), "u:p@"));
  REQUIRE(error.problems().size() == 1);
  CHECK_FALSE(contains(error.problems()[0].context, "abc"));
}

TEST_CASE("a flood of problems or of text is cut") {
  std::string list;
  for (int i = 0; i < 1000; ++i) list += std::string(i == 0 ? "" : ",") + R"({"type":"t","msg":"m"})";
  CHECK(error_of(422, "{\"detail\":[" + list + "]}").problems().size() == 20);
  const Error error = error_of(422, R"({"detail":")" + std::string(1'000'000, 'x') + "\"}");
  CHECK(std::string(error.what()).size() < 1000);
}

TEST_CASE("scrubbed text is cut between characters") {
  CHECK(scrub("äääää", Secret{}, 3) == "ä…");
  CHECK(scrub("a\tb\r\nc", Secret{}) == "a b  c");
}

TEST_CASE("hints come from type and context") {
  const auto hint = [](const char* type, const char* context, const char* location = "body.temperature") {
    return hint_for({type, location, "", context});
  };
  CHECK(contains(hint("video_duration_too_long", R"({"max_duration":15,"provided_duration":60})"),
                 "measures your video as 60 s; the limit is 15 s"));
  CHECK(contains(hint("audio_duration_too_short", R"({"min_duration":1})"), "limit for the audio is 1 s"));
  CHECK(contains(hint("audio_duration_too_long", ""), "too long"));
  CHECK(contains(hint("less_than_equal", R"({"le":1.0})"), "temperature must be at most 1"));
  CHECK(contains(hint("one_of", R"({"expected":["a","b"]})"), "one of: a, b"));
  CHECK(contains(hint("literal_error", R"({"expected":"'lips', 'face' or 'head'"})", "body.model_mode"),
                 "model_mode must be one of: 'lips', 'face' or 'head'"));
  CHECK(contains(hint("unsupported_video_format", R"({"supported_formats":["mp4","mov"]})"), "mp4, mov"));
  CHECK(contains(hint("image_too_small", R"({"min_width":64,"min_height":32})"), "64x32"));
  CHECK(contains(hint("file_too_large", R"({"max_size":104857600})"), "104857600 bytes"));
  CHECK(contains(hint("face_detection_error", ""), "face"));
  CHECK(hint("something_new", R"({"a":1})").empty());
  CHECK(hint("less_than_equal", "not json").empty());
}

TEST_CASE("failures without an answer keep local and remote causes apart") {
  using Kind = http::TransportFailure::Kind;
  const auto error_for = [](Kind kind) {
    http::TransportFailure failed;
    failed.kind = kind;
    return failure(failed, {"https://h/x", "asking", "id-1"});
  };
  CHECK(error_for(Kind::local_write).code() == ErrorCode::io);
  CHECK(error_for(Kind::interrupted).code() == ErrorCode::interrupted);
  CHECK(error_for(Kind::resolve).code() == ErrorCode::network);
  CHECK(error_for(Kind::resolve).retryable());
  CHECK_FALSE(error_for(Kind::certificate).retryable());
  CHECK(error_for(Kind::stalled).request_id() == "id-1");
}
