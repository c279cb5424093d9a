// SPDX-License-Identifier: Apache-2.0
#include "unit/sandbox/service_fixture.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <filesystem>
#include <thread>
#include <utility>

#include "core/atomic_file.hpp"

namespace react1::test {

SandboxClient::SandboxClient(SandboxOptions options) : sandbox(std::move(options)) {}

HttpResponse SandboxClient::call(const std::string& method, const std::string& path_or_url, std::string body) {
  const std::string url = path_or_url.front() == '/' ? sandbox.url() + path_or_url : path_or_url;
  return exchange({.method = method,
                   .url = url,
                   .headers = {"Authorization: Key " + key, "Content-Type: application/json"},
                   .body = std::move(body)});
}

std::string SandboxClient::upload(const std::string& path, const std::string& content_type) {
  const Json wish{{"content_type", content_type}, {"file_name", std::filesystem::path{path}.filename().string()}};
  const auto granted = call("POST", "/storage/upload/initiate?storage_type=fal-cdn-v3", wish.dump());
  REQUIRE(granted.status == 200);
  const Json urls = json_of(granted);
  const auto put = exchange({.method = "PUT",
                             .url = urls["upload_url"].get<std::string>(),
                             .headers = {"Content-Type: " + content_type},
                             .body = read_file(path)});
  REQUIRE(put.status == 200);
  return urls["file_url"].get<std::string>();
}

HttpResponse SandboxClient::submit(const Json& body) {
  return call("POST", "/fal-ai/sync-lipsync/react-1", body.dump());
}

Json SandboxClient::input(const std::string& video_url, const std::string& audio_url, std::string_view mode) {
  return Json{{"video_url", video_url}, {"audio_url", audio_url}, {"emotion", "happy"},
              {"model_mode", "face"},   {"lipsync_mode", mode},   {"temperature", 0.5}};
}

Json SandboxClient::wait(const std::string& status_url) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{120};
  for (;;) {
    const auto answer = call("GET", status_url + "?logs=1");
    const Json status = json_of(answer);
    if (status["status"] == "COMPLETED") {
      CHECK(answer.status == 200);
      return status;
    }
    CHECK(answer.status == 202);
    REQUIRE(std::chrono::steady_clock::now() < deadline);
    std::this_thread::sleep_for(std::chrono::milliseconds{20});
  }
}

HttpResponse SandboxClient::run(const Json& body) {
  const auto accepted = submit(body);
  REQUIRE(accepted.status == 200);
  const Json ids = json_of(accepted);
  (void)wait(ids["status_url"].get<std::string>());
  return call("GET", ids["response_url"].get<std::string>());
}

Json json_of(const HttpResponse& response) {
  const Json document = Json::parse(response.body, nullptr, /*allow_exceptions=*/false);
  REQUIRE_MESSAGE(!document.is_discarded(), "no JSON in: ", response.body);
  return document;
}

Json first_problem(const HttpResponse& response) {
  const Json document = json_of(response);
  REQUIRE(document.contains("detail"));
  REQUIRE(document["detail"].is_array());
  REQUIRE(!document["detail"].empty());
  for (const char* key : {"loc", "msg", "type", "url"}) CHECK(document["detail"][0].contains(key));
  return document["detail"][0];
}

}  // namespace react1::test
