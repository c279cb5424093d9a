// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/atomic_file.hpp"
#include "sandbox/clips/clip_length.hpp"
#include "support/paths.hpp"
#include "unit/sandbox/service_fixture.hpp"

using namespace react1;
using test::json_of;
using test::SandboxClient;

namespace {

const std::string endpoint = "/fal-ai/sync-lipsync/react-1";
const std::string requests = "/fal-ai/sync-lipsync/requests/";

/// A job that waits in the queue for as long as the test needs.
struct Waiting : SandboxClient {
  Waiting() : SandboxClient({.queue_time = std::chrono::hours{1}}) {}
  Json submitted() {
    const auto answer = submit(input("http://127.0.0.1:9/v.mp4", "http://127.0.0.1:9/a.wav"));
    REQUIRE(answer.status == 200);
    return json_of(answer);
  }
};

}  // namespace

TEST_CASE("the whole way: upload, submit, poll, result, download, all of it true") {
  SandboxClient client;
  const auto video = client.upload(test::fixture("presenter_h264_25fps_6s.mp4"), "video/mp4");
  const auto audio = client.upload(test::fixture("voice_mono_48k_5s.wav"), "audio/wav");
  const auto accepted = client.submit(SandboxClient::input(video, audio, "silence"));
  REQUIRE(accepted.status == 200);
  CHECK(client.sandbox.accepted_submits() == 1);
  const auto ids = json_of(accepted);
  const auto id = ids["request_id"].get<std::string>();

  const auto status = client.wait(ids["status_url"].get<std::string>());
  CHECK(status["request_id"] == id);
  CHECK(status["metrics"]["inference_time"].get<double>() > 0);
  CHECK_FALSE(status.contains("error"));
  bool told = false;
  for (const auto& entry : status["logs"]) {
    told = told || entry["message"] == "sandbox: timing only, no lip-sync";
    CHECK(entry["timestamp"].get<std::string>().size() == 26);
  }
  CHECK(told);

  const auto answer = client.call("GET", ids["response_url"].get<std::string>());
  REQUIRE(answer.status == 200);
  CHECK(answer.header("x-fal-request-id") == id);
  CHECK(client.call("GET", ids["response_url"].get<std::string>() + "/response").body == answer.body);
  const auto reported = json_of(answer)["video"];
  CHECK(reported["content_type"] == "video/mp4");
  CHECK(reported["file_name"] == "output.mp4");
  CHECK(reported["num_frames"] == 150);
  CHECK(reported["fps"] == 25.0);
  CHECK(reported["duration"] == 6.0);
  CHECK(reported["width"] == 640);
  CHECK(reported["height"] == 360);

  const auto file = test::get(reported["url"].get<std::string>());
  REQUIRE(file.status == 200);
  CHECK(reported["file_size"] == file.body.size());
  const TemporaryDirectory folder;
  const auto path = folder.path() / "out.mp4";
  write_file_atomically(path, file.body);
  const auto decoded = sandbox::decode_video_facts(path.string(), RunContext{});
  CHECK(decoded.frames == 150);
  CHECK(decoded.grid.fps == 25);
}

TEST_CASE("a submit's answer carries every key, with URLs of owner and alias only") {
  Waiting client;
  const auto ids = client.submitted();
  const auto id = ids["request_id"].get<std::string>();
  CHECK(id.size() == 36);
  CHECK(ids["status"] == "IN_QUEUE");
  CHECK(ids["response_url"] == client.sandbox.url() + requests + id);
  CHECK(ids["status_url"] == client.sandbox.url() + requests + id + "/status");
  CHECK(ids["cancel_url"] == client.sandbox.url() + requests + id + "/cancel");
  CHECK(ids["logs"].is_null());
  CHECK(ids["metrics"] == Json::object());
  CHECK(ids["queue_position"] == 0);
  CHECK(client.submitted()["queue_position"] == 1);
}

TEST_CASE("a waiting job: status 202 in every spelling, result 400, cancel 202 and then 400") {
  Waiting client;
  const auto ids = client.submitted();
  const auto url = ids["status_url"].get<std::string>();
  for (const char* tail : {"", "/", "?logs=1", "?logs=0", "/?logs=true", "?logs=false"}) {
    CAPTURE(tail);
    const auto answer = client.call("GET", url + tail);
    CHECK(answer.status == 202);
    CHECK(answer.header("x-fal-request-id") == ids["request_id"].get<std::string>());
    const auto status = json_of(answer);
    CHECK(status["status"] == "IN_QUEUE");
    CHECK(status["queue_position"] == 0);
    for (const char* key : {"request_id", "response_url", "status_url", "cancel_url", "logs", "metrics"}) {
      CHECK(status.contains(key));
    }
    const bool asked = std::string{tail}.find("logs=1") != std::string::npos ||
                       std::string{tail}.find("logs=true") != std::string::npos;
    CHECK(status["logs"].is_array() == asked);
  }
  const auto early = client.call("GET", ids["response_url"].get<std::string>());
  CHECK(early.status == 400);
  CHECK(json_of(early)["detail"] == "Request is still in progress");
  CHECK(json_of(early)["status_url"] == ids["status_url"]);

  const auto cancelled = client.call("PUT", ids["cancel_url"].get<std::string>());
  CHECK(cancelled.status == 202);
  CHECK(json_of(cancelled)["status"] == "CANCELLATION_REQUESTED");
  const auto again = client.call("PUT", ids["cancel_url"].get<std::string>());
  CHECK(again.status == 400);
  CHECK(json_of(again)["status"] == "ALREADY_COMPLETED");
  const auto status = json_of(client.call("GET", url));
  CHECK(status["status"] == "COMPLETED");
  CHECK(status["error_type"] == "client_cancelled");
  const auto result = client.call("GET", ids["response_url"].get<std::string>());
  CHECK(result.status == 499);
  CHECK(result.header("x-fal-error-type") == "client_cancelled");
}

TEST_CASE("a cancelled job leaves its place in the queue to the next") {
  Waiting client;
  const auto first = client.submitted();
  const auto second = client.submitted();
  CHECK(json_of(client.call("GET", second["status_url"].get<std::string>()))["queue_position"] == 1);
  CHECK(client.call("PUT", first["cancel_url"].get<std::string>()).status == 202);
  CHECK(json_of(client.call("GET", second["status_url"].get<std::string>()))["queue_position"] == 0);
}

TEST_CASE("an unknown request is not found by status, result and cancel") {
  SandboxClient client;
  for (const char* path : {"no-such-id/status", "no-such-id", "no-such-id/response"}) {
    const auto answer = client.call("GET", requests + path);
    CHECK(answer.status == 404);
    CHECK(answer.body == R"({"status":"NOT_FOUND"})");
  }
  CHECK(client.call("PUT", requests + "no-such-id/cancel").status == 404);
}

TEST_CASE("asking with the full sub-path is answered with 405 and nothing else") {
  SandboxClient client;
  for (const auto& path : {endpoint + "/requests/x/status", endpoint + "/requests/x", endpoint}) {
    const auto answer = client.call("GET", path);
    CHECK(answer.status == 405);
    CHECK(answer.body.empty());
  }
  CHECK(client.call("POST", requests + "x/status").status == 405);
}

TEST_CASE("other applications and paths do not exist") {
  SandboxClient client;
  const auto app = client.call("POST", "/fal-ai/other", "{}");
  CHECK(app.status == 404);
  CHECK(json_of(app)["detail"] == "Application \"fal-ai/other\" not found");
  const auto path = client.call("POST", "/fal-ai/sync-lipsync/v9", "{}");
  CHECK(path.status == 404);
  CHECK(json_of(path)["detail"] == "Path /v9 not found");
  CHECK(client.call("GET", "/").status == 404);
}

TEST_CASE("every call of the queue wants the key, and nothing is accepted without it") {
  SandboxClient client({.key = "id:right", .queue_time = std::chrono::milliseconds{0}});
  const auto status_of = [&](const std::string& method, const std::string& path, std::vector<std::string> headers) {
    return test::exchange(
        {.method = method, .url = client.sandbox.url() + path, .headers = std::move(headers), .body = "{}"});
  };
  const std::vector<std::pair<std::string, std::string>> calls{
      {"POST", endpoint}, {"GET", requests + "x/status"}, {"GET", requests + "x"}, {"PUT", requests + "x/cancel"}};
  for (const auto& call : calls) {
    const std::string& method = call.first;
    const std::string& path = call.second;
    CAPTURE(path);
    CHECK(status_of(method, path, {}).status == 401);
    CHECK(status_of(method, path, {"Authorization: Key id:wrong"}).body == R"({"detail":"invalid key credentials"})");
    CHECK(status_of(method, path, {"Authorization: id:right"}).status == 401);
    CHECK(status_of(method, path, {"Authorization: Bearer id:right"}).status == 401);
    CHECK(status_of(method, path, {"authorization: Key id:right"}).status != 401);
  }
  CHECK(client.sandbox.accepted_submits() == 0);
}

TEST_CASE("jobs run two at a time and the rest wait their turn") {
  SandboxClient client({.queue_time = std::chrono::milliseconds{0}, .inference_time = std::chrono::hours{1}});
  std::vector<Json> jobs;
  for (int i = 0; i < 4; ++i) {
    const auto answer = client.submit(SandboxClient::input("http://127.0.0.1:9/v", "http://127.0.0.1:9/a"));
    REQUIRE(answer.status == 200);
    jobs.push_back(json_of(answer));
  }
  CHECK(client.sandbox.accepted_submits() == 4);
  const auto states = [&] {
    std::string words;
    for (const auto& job : jobs) {
      words += json_of(client.call("GET", job["status_url"].get<std::string>()))["status"].get<std::string>() + " ";
    }
    return words;
  };
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{30};
  while (states() != "IN_PROGRESS IN_PROGRESS IN_QUEUE IN_QUEUE " && std::chrono::steady_clock::now() < deadline) {
  }
  CHECK(states() == "IN_PROGRESS IN_PROGRESS IN_QUEUE IN_QUEUE ");
  CHECK(client.call("PUT", jobs[0]["cancel_url"].get<std::string>()).status == 202);
  CHECK(client.wait(jobs[0]["status_url"].get<std::string>())["error_type"] == "client_cancelled");
  while (states() != "COMPLETED IN_PROGRESS IN_PROGRESS IN_QUEUE " && std::chrono::steady_clock::now() < deadline) {
  }
  CHECK(states() == "COMPLETED IN_PROGRESS IN_PROGRESS IN_QUEUE ");
}

TEST_CASE("ids differ, and a hundred submits are a hundred in the ledger") {
  Waiting client;
  std::set<std::string> ids;
  for (int i = 0; i < 100; ++i) ids.insert(client.submitted()["request_id"].get<std::string>());
  CHECK(ids.size() == 100);
  CHECK(client.sandbox.accepted_submits() == 100);
}
