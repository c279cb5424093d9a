// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <fstream>
#include <functional>

#include "core/atomic_file.hpp"
#include "models/registry.hpp"
#include "sandbox/protocol/model_input.hpp"
#include "serve/http_server.hpp"
#include "support/paths.hpp"
#include "unit/sandbox/service_fixture.hpp"

using namespace react1;
using test::first_problem;
using test::json_of;
using test::SandboxClient;

namespace {

const std::string some_url = "http://127.0.0.1:9/x";

Json good() {
  return SandboxClient::input(some_url, some_url);
}

/// The problems of `good()` after a change.
std::vector<sandbox::Problem> problems_after(const std::function<void(Json&)>& change) {
  Json body = good();
  change(body);
  auto parsed = sandbox::parse_model_input(models::standard(), body.dump());
  const auto* problems = std::get_if<std::vector<sandbox::Problem>>(&parsed);
  return problems != nullptr ? *problems : std::vector<sandbox::Problem>{};
}

void check_problem(const char* field, const char* type, const Json& context, const std::function<void(Json&)>& change) {
  CAPTURE(field);
  CAPTURE(type);
  const auto problems = problems_after(change);
  REQUIRE(problems.size() == 1);
  CHECK(problems[0].location == std::vector<std::string>{"body", field});
  CHECK(problems[0].type == type);
  CHECK(problems[0].context == context);
}

/// 16-bit mono PCM: a tone, or silence.
void write_wav(const std::filesystem::path& path, int rate, int samples, int amplitude) {
  std::string data;
  const auto number = [&data](std::uint32_t value, int bytes) {
    for (int i = 0; i < bytes; ++i) data += static_cast<char>((value >> (8 * i)) & 0xFFU);
  };
  const auto bytes = static_cast<std::uint32_t>(samples) * 2;
  data += "RIFF";
  number(36 + bytes, 4);
  data += "WAVEfmt ";
  number(16, 4);
  number(1, 2);
  number(1, 2);
  number(static_cast<std::uint32_t>(rate), 4);
  number(static_cast<std::uint32_t>(rate) * 2, 4);
  number(2, 2);
  number(16, 2);
  data += "data";
  number(bytes, 4);
  for (int i = 0; i < samples; ++i) number(static_cast<std::uint32_t>(i / 50 % 2 == 0 ? amplitude : -amplitude), 2);
  write_file_atomically(path, data);
}

}  // namespace

TEST_CASE("a complete input is taken, with defaults for what may be left out") {
  Json body = good();
  for (const char* name : {"model_mode", "lipsync_mode", "temperature"}) body.erase(name);
  const auto parsed = sandbox::parse_model_input(models::standard(), body.dump());
  const auto* input = std::get_if<sandbox::ModelInput>(&parsed);
  REQUIRE(input != nullptr);
  CHECK(input->parameters["model_mode"] == "face");
  CHECK(input->lipsync_mode == LipsyncMode::bounce);
  CHECK(input->parameters["lipsync_mode"] == "bounce");
  CHECK(input->parameters["temperature"] == 0.5);
  CHECK(problems_after([](Json& b) { b["temperature"] = 0; }).empty());
  CHECK(problems_after([](Json& b) { b["temperature"] = 1; }).empty());
  CHECK(problems_after([](Json& b) { b["unknown_field"] = true; }).empty());
}

TEST_CASE("each schema error has its place, type and context") {
  for (const char* name : {"video_url", "audio_url", "emotion"}) {
    check_problem(name, "missing", nullptr, [&](Json& body) { body.erase(name); });
  }
  check_problem("video_url", "string_type", nullptr, [](Json& body) { body["video_url"] = 7; });
  check_problem("audio_url", "url_parsing", Json{{"error", "relative URL without a base"}},
                [](Json& body) { body["audio_url"] = "voice.mp3"; });
  check_problem("audio_url", "url_scheme", Json{{"expected_schemes", "'http' or 'https'"}},
                [](Json& body) { body["audio_url"] = "ftp://host/voice.mp3"; });
  check_problem("emotion", "literal_error",
                Json{{"expected", "'happy', 'sad', 'angry', 'disgusted', 'surprised' or 'neutral'"}},
                [](Json& body) { body["emotion"] = "hapy"; });
  check_problem("model_mode", "literal_error", Json{{"expected", "'lips', 'face' or 'head'"}},
                [](Json& body) { body["model_mode"] = "Face"; });
  check_problem("lipsync_mode", "literal_error",
                Json{{"expected", "'cut_off', 'loop', 'bounce', 'silence' or 'remap'"}},
                [](Json& body) { body["lipsync_mode"] = nullptr; });
  check_problem("temperature", "less_than_equal", Json{{"le", 1.0}}, [](Json& body) { body["temperature"] = 1.01; });
  check_problem("temperature", "greater_than_equal", Json{{"ge", 0.0}},
                [](Json& body) { body["temperature"] = -0.01; });
  check_problem("temperature", "float_type", nullptr, [](Json& body) { body["temperature"] = "warm"; });
}

TEST_CASE("all schema errors are told at once, at submit, and nothing is accepted") {
  SandboxClient client;
  const auto answer = client.submit(Json::object());
  CHECK(answer.status == 422);
  CHECK(json_of(answer)["detail"].size() == 3);
  CHECK(answer.header("x-fal-retryable") == "false");
  CHECK(client.call("POST", "/fal-ai/sync-lipsync/react-1", "{\"video_url\":").status == 422);
  CHECK(client.call("POST", "/fal-ai/sync-lipsync/react-1", "[1]").status == 422);
  CHECK(client.call("POST", "/fal-ai/sync-lipsync/react-1", "").status == 422);
  CHECK(client.sandbox.accepted_submits() == 0);
}

TEST_CASE("a job that the model refuses completes without an error, and its result is the 422") {
  SandboxClient client;
  const auto video = client.upload(test::fixture("presenter_h264_23976_20s.mp4"), "video/mp4");
  const auto audio = client.upload(test::fixture("voice_mono_48k_5s.wav"), "audio/wav");
  const auto ids = json_of(client.submit(SandboxClient::input(video, audio)));
  const auto status = client.wait(ids["status_url"].get<std::string>());
  CHECK_FALSE(status.contains("error"));
  const auto answer = client.call("GET", ids["response_url"].get<std::string>());
  CHECK(answer.status == 422);
  const auto problem = first_problem(answer);
  CHECK(problem["type"] == "video_duration_too_long");
  CHECK(problem["loc"] == Json::array({"body", "video_url"}));
  CHECK(problem["input"] == video);
  CHECK(problem["ctx"]["max_duration"] == 15.0);
  CHECK(problem["ctx"]["provided_duration"].get<double>() > 19.5);
}

TEST_CASE("media that the model can't use is named by type, each in its own field") {
  SandboxClient client;
  const auto video = client.upload(test::fixture("presenter_h264_25fps_6s.mp4"), "video/mp4");
  const auto audio = client.upload(test::fixture("voice_mono_48k_5s.wav"), "audio/wav");
  const auto type_for = [&](const std::string& video_url, const std::string& audio_url) {
    const auto answer = client.run(SandboxClient::input(video_url, audio_url));
    CHECK(answer.status == 422);
    return first_problem(answer)["type"].get<std::string>();
  };
  const auto put = [&](const char* name) { return client.upload(test::fixture(name), "application/octet-stream"); };
  CHECK(type_for(put("audio_only.m4a"), audio) == "unsupported_video_format");
  CHECK(type_for(put("text_named.mp4"), audio) == "unsupported_video_format");
  CHECK(type_for(put("still_image.png"), audio) == "unsupported_video_format");
  CHECK(type_for(video, video) == "unsupported_audio_format");
  CHECK(type_for(video, put("voice_mono_16k_20s.wav")) == "audio_duration_too_long");
  CHECK(type_for(video, put("silent_5s.wav")) == "no_media_generated");
  CHECK(type_for(client.sandbox.url() + "/files/b/00000000/none.mp4", audio) == "file_download_error");
  CHECK(type_for("http://127.0.0.1:9/none.mp4", audio) == "file_download_error");
  CHECK(type_for("https://example.invalid/none.mp4", audio) == "file_download_error");
  const auto both = client.run(SandboxClient::input(put("still_image.png"), put("silent_5s.wav")));
  CHECK(json_of(both)["detail"].size() == 2);
}

TEST_CASE("the limit of 15 s is exact: the last sample that fits is taken, one more is not") {
  SandboxClient client;
  const TemporaryDirectory folder;
  const auto video = client.upload(test::fixture("presenter_h264_25fps_6s.mp4"), "video/mp4");
  const auto path = (folder.path() / "tone.wav").string();
  write_wav(path, 8000, 15 * 8000, 8000);
  CHECK(client.run(SandboxClient::input(video, client.upload(path, "audio/wav"))).status == 200);
  write_wav(path, 8000, 15 * 8000 + 1, 8000);
  const auto refused = client.run(SandboxClient::input(video, client.upload(path, "audio/wav")));
  CHECK(refused.status == 422);
  CHECK(first_problem(refused)["type"] == "audio_duration_too_long");
}

TEST_CASE("clips that are too short are refused with the bound") {
  SandboxClient client;
  const TemporaryDirectory folder;
  const auto video = client.upload(test::fixture("presenter_h264_25fps_6s.mp4"), "video/mp4");
  const auto path = (folder.path() / "click.wav").string();
  write_wav(path, 8000, 2000, 8000);
  const auto refused = client.run(SandboxClient::input(video, client.upload(path, "audio/wav")));
  CHECK(refused.status == 422);
  CHECK(first_problem(refused)["type"] == "audio_duration_too_short");
  CHECK(first_problem(refused)["ctx"]["provided_duration"] == 0.25);
}

TEST_CASE("inputs may lie on a loopback server that is named, but a redirect is not followed") {
  const serve::HttpServer files{{}, nullptr, [](const serve::Request& request, const serve::Reply& reply) {
                                  if (request.path == "/moved") {
                                    reply.send({.status = 302, .headers = {{"Location", "/voice"}}});
                                  } else {
                                    reply.send({.body = serve::FileBody{test::fixture("voice_mono_48k_5s.wav")}});
                                  }
                                }};
  SandboxClient client({.reachable_ports = {files.port()}});
  const auto video = client.upload(test::fixture("presenter_h264_25fps_6s.mp4"), "video/mp4");
  CHECK(client.run(SandboxClient::input(video, files.url() + "/voice")).status == 200);
  const auto moved = client.run(SandboxClient::input(video, files.url() + "/moved"));
  CHECK(moved.status == 422);
  CHECK(first_problem(moved)["type"] == "file_download_error");
}
