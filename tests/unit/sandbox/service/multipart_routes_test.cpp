// SPDX-License-Identifier: Apache-2.0
// Uploads in parts.
#include <doctest/doctest.h>

#include <string>

#include "unit/sandbox/service_fixture.hpp"

using namespace react1;
using test::exchange;
using test::json_of;
using test::SandboxClient;

namespace {

struct Upload {
  std::string base, query, file_url;
  [[nodiscard]] std::string url(const std::string& what) const { return base + "/" + what + query; }
};

Upload initiated(SandboxClient& client) {
  const auto urls = json_of(client.call("POST", "/storage/upload/initiate-multipart?storage_type=fal-cdn-v3",
                                        R"({"content_type":"video/mp4","file_name":"long.mp4"})"));
  const auto url = urls["upload_url"].get<std::string>();
  const auto mark = url.find('?');
  return {url.substr(0, mark), url.substr(mark), urls["file_url"].get<std::string>()};
}

test::HttpResponse put(const Upload& upload, const std::string& number, std::string body) {
  return exchange({.method = "PUT", .url = upload.url(number), .body = std::move(body)});
}

test::HttpResponse complete(const Upload& upload, const Json& parts) {
  return exchange({.method = "POST", .url = upload.url("complete"), .body = Json{{"parts", parts}}.dump()});
}

}  // namespace

TEST_CASE("parts that come in any order, one of them twice, become one file") {
  SandboxClient client;
  const auto upload = initiated(client);
  CHECK(test::get(upload.file_url).status == 404);
  Json parts = Json::array();
  for (const char* number : {"3", "1", "2"}) {
    const auto answer = put(upload, number, std::string(100'000, number[0]));
    REQUIRE(answer.status == 200);
    const auto part = json_of(answer);
    CHECK(std::to_string(part["partNumber"].get<int>()) == number);
    CHECK(answer.header("etag") == part["etag"].get<std::string>());
    CHECK(part["etag"].get<std::string>().front() == '"');
    if (std::string{number} != "2") parts.push_back(part);
  }
  parts.push_back(json_of(put(upload, "2", std::string(100'000, 'x'))));  // the later one counts
  CHECK(test::get(upload.file_url).status == 404);
  CHECK(complete(upload, parts).status == 200);
  const auto file = test::get(upload.file_url);
  CHECK(file.header("content-type") == "video/mp4");
  CHECK(file.body == std::string(100'000, '1') + std::string(100'000, 'x') + std::string(100'000, '3'));
  CHECK(complete(upload, parts).status == 200);  // whose first answer was lost
  CHECK(put(upload, "4", "late").status == 404);
}

TEST_CASE("a completion that does not fit the parts is refused, and can be mended") {
  SandboxClient client;
  const auto upload = initiated(client);
  const auto part = json_of(put(upload, "1", "data"));
  CHECK(complete(upload, Json::array()).status == 400);
  CHECK(complete(upload, Json::array({Json{{"partNumber", 1}, {"etag", "\"wrong\""}}})).status == 400);
  CHECK(complete(upload, Json::array({part, part})).status == 400);
  CHECK(complete(upload, Json::array({part, Json{{"partNumber", 2}, {"etag", "x"}}})).status == 400);
  CHECK(complete(upload, Json::array({1})).status == 400);
  CHECK(exchange({.method = "POST", .url = upload.url("complete"), .body = "{"}).status == 400);
  CHECK(test::get(upload.file_url).status == 404);
  CHECK(complete(upload, Json::array({part})).status == 200);
  CHECK(test::get(upload.file_url).body == "data");
}

TEST_CASE("empty parts, impossible numbers, wrong signatures and leaked keys are refused") {
  SandboxClient client;
  const auto upload = initiated(client);
  CHECK(put(upload, "1", "").status == 400);
  for (const char* number : {"0", "-1", "x", "10001", "99999999999"}) CHECK(put(upload, number, "data").status == 400);
  CHECK(exchange({.method = "PUT", .url = upload.base + "/1?signature=0", .body = "data"}).status == 403);
  CHECK(exchange({.method = "POST", .url = upload.base + "/complete?signature=0", .body = "{}"}).status == 403);
  CHECK(client.call("PUT", upload.url("1"), "data").status == 400);
  CHECK(client.call("POST", upload.url("complete"), "{}").status == 400);
  CHECK(exchange({.method = "GET", .url = upload.url("1")}).status == 405);
  for (const auto& seen : client.sandbox.requests()) {
    if (seen.route == "initiate_multipart") CHECK(seen.authorization);
  }
}

TEST_CASE("an upload with a lifetime is gone after it") {
  SandboxClient client;
  const auto granted = exchange(
      {.method = "POST",
       .url = client.sandbox.url() + "/storage/upload/initiate",
       .headers = {"Authorization: Key " + client.key, R"(X-Fal-Object-Lifecycle: {"expiration_duration_seconds":1})"},
       .body = R"({"content_type":"a/b","file_name":"x.bin"})"});
  const auto urls = json_of(granted);
  CHECK(exchange({.method = "PUT", .url = urls["upload_url"].get<std::string>(), .body = "data"}).status == 200);
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{60};
  while (test::get(urls["file_url"].get<std::string>()).status != 404) {
    REQUIRE(std::chrono::steady_clock::now() < deadline);
  }
}
