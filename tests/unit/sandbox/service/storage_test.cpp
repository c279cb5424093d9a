// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "core/atomic_file.hpp"
#include "support/paths.hpp"
#include "unit/sandbox/service_fixture.hpp"

using namespace react1;
using test::exchange;
using test::json_of;
using test::SandboxClient;

namespace {

const std::string initiate = "/storage/upload/initiate?storage_type=fal-cdn-v3";

}  // namespace

TEST_CASE("an upload goes through a signed URL and is served at its file URL, also in part") {
  SandboxClient client;
  const TemporaryDirectory folder;
  const auto path = folder.path() / "my clip (1).mp4";
  write_file_atomically(path, "0123456789");
  const auto url = client.upload(path.string(), "video/mp4");
  CHECK(url.rfind(client.sandbox.url() + "/files/b/", 0) == 0);

  const auto whole = test::get(url);
  CHECK(whole.status == 200);
  CHECK(whole.body == "0123456789");
  CHECK(whole.header("content-type") == "video/mp4");
  const auto part = test::get(url, {"Range: bytes=3-5"});
  CHECK(part.status == 206);
  CHECK(part.body == "345");
  const auto head = exchange({.method = "HEAD", .url = url});
  CHECK(head.status == 200);
  CHECK(head.header("content-length") == "10");
  CHECK(exchange({.method = "DELETE", .url = url}).status == 405);
}

TEST_CASE("a file is not there before its upload") {
  SandboxClient client;
  const auto urls = json_of(client.call("POST", initiate, R"({"content_type":"a/b","file_name":"x.bin"})"));
  CHECK(test::get(urls["file_url"].get<std::string>()).status == 404);
  CHECK(test::get(client.sandbox.url() + "/files/b/00000000/x.bin").status == 404);
  CHECK(test::get(client.sandbox.url() + "/files/b/..%2F..%2Fetc%2Fpasswd").status == 404);
}

TEST_CASE("a key sent to the signed URL is told as a leak, and nothing is stored") {
  SandboxClient client;
  const auto urls = json_of(client.call("POST", initiate, R"({"content_type":"a/b","file_name":"x.bin"})"));
  const auto put = client.call("PUT", urls["upload_url"].get<std::string>(), "data");
  CHECK(put.status == 400);
  CHECK(test::get(urls["file_url"].get<std::string>()).status == 404);
}

TEST_CASE("an upload with a wrong signature, no signature, an empty or an oversized body is refused") {
  SandboxClient client;
  const auto urls = json_of(client.call("POST", initiate, R"({"content_type":"a/b","file_name":"x.bin"})"));
  const auto signed_url = urls["upload_url"].get<std::string>();
  const auto bare = signed_url.substr(0, signed_url.find('?'));
  CHECK(exchange({.method = "PUT", .url = bare, .body = "data"}).status == 403);
  CHECK(exchange({.method = "PUT", .url = bare + "?signature=0", .body = "data"}).status == 403);
  CHECK(exchange({.method = "PUT", .url = client.sandbox.url() + "/upload/b/none/x", .body = "data"}).status == 404);
  CHECK(exchange({.method = "PUT", .url = signed_url, .body = ""}).status == 400);
  CHECK(exchange({.method = "PUT", .url = signed_url, .body = std::string((100U << 20U) + 1, 'x')}).status == 413);
  CHECK(test::get(urls["file_url"].get<std::string>()).status == 404);
  CHECK(exchange({.method = "PUT", .url = signed_url, .body = "data"}).status == 200);
}

TEST_CASE("initiate wants a key and both of its fields") {
  SandboxClient client;
  const std::string body = R"({"content_type":"a/b","file_name":"x.bin"})";
  CHECK(exchange({.method = "POST", .url = client.sandbox.url() + initiate, .body = body}).status == 401);
  client.key = "no-colon";
  const auto refused = client.call("POST", initiate, body);
  CHECK(refused.status == 401);
  CHECK(refused.body == R"({"detail":"invalid key credentials"})");
  client.key = "id:secret";
  const auto incomplete = client.call("POST", initiate, R"({"content_type":"a/b"})");
  CHECK(incomplete.status == 422);
  CHECK(test::first_problem(incomplete)["loc"] == Json::array({"body", "file_name"}));
  CHECK(client.call("POST", initiate, "[]").status == 422);
  CHECK(client.call("POST", initiate, "{").status == 422);
  CHECK(client.call("GET", initiate).status == 405);
}

TEST_CASE("file names can't leave the folder or break the URL") {
  SandboxClient client({.queue_time = std::chrono::milliseconds{0}});
  for (const char* name : {"../../evil", "..", "a b?c#d%e.mp4", "/etc/passwd", "clip №1.mp4"}) {
    CAPTURE(name);
    const auto granted = client.call("POST", initiate, Json{{"content_type", "a/b"}, {"file_name", name}}.dump());
    REQUIRE(granted.status == 200);
    const auto urls = json_of(granted);
    CHECK(exchange({.method = "PUT", .url = urls["upload_url"].get<std::string>(), .body = "data"}).status == 200);
    CHECK(test::get(urls["file_url"].get<std::string>()).body == "data");
  }
}

TEST_CASE("a named folder is made and keeps the files, a temporary one goes with the sandbox") {
  const TemporaryDirectory parent;
  const auto folder = parent.path() / "deep" / "er";
  const auto clip = parent.path() / "clip.bin";
  write_file_atomically(clip, "data");
  {
    SandboxClient client({.directory = folder.string()});
    (void)client.upload(clip.string(), "a/b");
  }
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) files += entry.is_regular_file() ? 1 : 0;
  CHECK(files == 1);
}
