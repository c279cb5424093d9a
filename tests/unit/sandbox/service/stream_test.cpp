// SPDX-License-Identifier: Apache-2.0
// The status stream: events, their logs, and what ends it.
#include <doctest/doctest.h>

#include <chrono>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "sandbox/protocol/status.hpp"
#include "support/paths.hpp"
#include "unit/sandbox/service_fixture.hpp"

using namespace react1;
using test::json_of;
using test::SandboxClient;

namespace {

const std::string nowhere_video = "http://127.0.0.1:9/v.mp4";
const std::string nowhere_audio = "http://127.0.0.1:9/a.wav";

/// The documents of "data:" lines.
std::vector<Json> events_of(const std::string& body) {
  std::vector<Json> events;
  std::istringstream lines(body);
  for (std::string line; std::getline(lines, line);) {
    if (line.rfind("data: ", 0) == 0) events.push_back(Json::parse(line.substr(6)));
  }
  return events;
}

std::string words_of(const std::vector<Json>& events) {
  std::string words;
  std::string before;
  for (const auto& event : events) {
    auto word = event["status"].get<std::string>();
    if (word != before) words += word + " ";
    before = std::move(word);
  }
  return words;
}

sandbox::JobView queued_at(std::int64_t position) {
  sandbox::JobView view;
  view.queue_position = position;
  return view;
}

std::string taken(serve::BodyStream& stream) {
  std::string text(1 << 16, '\0');
  text.resize(stream.take({text.data(), text.size()}).size);
  return text;
}

}  // namespace

TEST_CASE("the stream tells every phase and each log entry once, and ends after COMPLETED") {
  SandboxClient client({.queue_time = std::chrono::milliseconds{200}});
  const auto video = client.upload(test::fixture("presenter_h264_25fps_6s.mp4"), "video/mp4");
  const auto audio = client.upload(test::fixture("voice_mono_48k_5s.wav"), "audio/wav");
  const auto ids = json_of(client.submit(SandboxClient::input(video, audio)));
  const auto answer = client.call("GET", ids["status_url"].get<std::string>() + "/stream?logs=1");
  CHECK(answer.code == 0);
  CHECK(answer.status == 200);
  CHECK(answer.header("content-type").rfind("text/event-stream", 0) == 0);
  CHECK(answer.header("x-fal-request-id") == ids["request_id"].get<std::string>());
  const auto events = events_of(answer.body);
  CHECK(words_of(events) == "IN_QUEUE IN_PROGRESS COMPLETED ");
  std::vector<std::string> messages;
  for (const auto& event : events) {
    for (const char* key : {"request_id", "response_url", "status_url", "cancel_url", "logs", "metrics"}) {
      CHECK(event.contains(key));
    }
    for (const auto& entry : event["logs"]) messages.push_back(entry["message"].get<std::string>());
  }
  const auto polled = json_of(client.call("GET", ids["status_url"].get<std::string>() + "?logs=1"));
  REQUIRE(messages.size() == polled["logs"].size());
  for (std::size_t i = 0; i < messages.size(); ++i) CHECK(polled["logs"][i]["message"] == messages[i]);
  CHECK(events.back()["metrics"]["inference_time"].get<double>() > 0);
}

TEST_CASE("a stream of a job that is over is one event, and of an unknown one it is 404") {
  SandboxClient client;
  const auto ids = json_of(client.submit(SandboxClient::input(nowhere_video, nowhere_audio)));
  static_cast<void>(client.wait(ids["status_url"].get<std::string>()));
  const auto answer = client.call("GET", ids["status_url"].get<std::string>() + "/stream");
  const auto events = events_of(answer.body);
  REQUIRE(events.size() == 1);
  CHECK(events[0]["status"] == "COMPLETED");
  CHECK(events[0]["logs"] == Json::array());  // nobody asked for them
  CHECK(client.call("GET", "/fal-ai/sync-lipsync/requests/none/status/stream").status == 404);
  CHECK(client.call("PUT", ids["status_url"].get<std::string>() + "/stream").status == 405);
}

TEST_CASE("a cancelled job ends its stream with the reason") {
  SandboxClient client({.queue_time = std::chrono::hours{1}});
  const auto ids = json_of(client.submit(SandboxClient::input(nowhere_video, nowhere_audio)));
  test::HttpResponse answer;
  std::jthread listener{[&] { answer = client.call("GET", ids["status_url"].get<std::string>() + "/stream"); }};
  while (client.sandbox.requests().size() < 2) std::this_thread::yield();  // the stream was asked for
  CHECK(client.call("PUT", ids["cancel_url"].get<std::string>()).status == 202);
  listener.join();
  const auto events = events_of(answer.body);
  CHECK(events.back()["error_type"] == "client_cancelled");
}

TEST_CASE("a queue position is told when it changed, and a quiet stream says now and then that it lives") {
  const auto stream = std::make_shared<serve::BodyStream>();
  sandbox::StatusEvents events(stream, Json::object(), /*wants_logs=*/true);
  CHECK(events.send(queued_at(3)));
  CHECK(events_of(taken(*stream)).at(0)["queue_position"] == 3);
  for (int i = 0; i < 2; ++i) CHECK(events.send(queued_at(3)));
  CHECK(taken(*stream).empty());
  CHECK(events.send(queued_at(3)));
  CHECK(taken(*stream) == ": ping\n\n");
  CHECK(events.send(queued_at(2)));
  CHECK(events_of(taken(*stream)).at(0)["queue_position"] == 2);
  stream->detach();
  CHECK_FALSE(events.send(queued_at(1)));
}

TEST_CASE("a thousand requests run at once in one process, and every stream hears of its end") {
  // Two seconds stand for sixty: the time that a model takes costs no thread.
  constexpr int count = 1000;
  SandboxClient client({.queue_time = std::chrono::milliseconds{0},
                        .inference_time = std::chrono::seconds{2},
                        .concurrency = count,
                        .render = false});
  std::vector<Json> jobs;
  for (int i = 0; i < count; ++i) {
    jobs.push_back(json_of(client.submit(SandboxClient::input(nowhere_video, nowhere_audio))));
  }
  CHECK(client.sandbox.accepted_submits() == count);
  const auto last = jobs.back()["status_url"].get<std::string>();
  CHECK(words_of(events_of(client.call("GET", last + "/stream").body)).find("COMPLETED") != std::string::npos);
  for (const auto& job : jobs) static_cast<void>(client.wait(job["status_url"].get<std::string>()));
  const auto result = json_of(client.call("GET", jobs.front()["response_url"].get<std::string>()));
  CHECK(result["video"]["num_frames"] == 25);
  const auto file = test::get(result["video"]["url"].get<std::string>());
  CHECK(file.body.size() == result["video"]["file_size"].get<std::size_t>());
  const auto status = json_of(client.call("GET", last + "?logs=1"));
  CHECK(status["logs"].dump().find("rendering is off") != std::string::npos);
}
