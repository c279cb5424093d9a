// SPDX-License-Identifier: Apache-2.0
#include "serve/http_server.hpp"

#include <doctest/doctest.h>

#include <condition_variable>
#include <fstream>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <thread>
#include <vector>

#include "core/atomic_file.hpp"
#include "support/http_client.hpp"

#include <react1/error.hpp>

using namespace react1;
using serve::HttpServer;
using serve::Reply;
using serve::Request;

namespace {

/// Says back what it was asked.
void echo(const Request& request, const Reply& reply) {
  std::string text = request.method + " " + request.path + " [" + std::string{request.query_item("q")} + "] " +
                     std::string{request.header("x-extra")} + "\n" + request.body;
  reply.send(serve::text_response(200, "text/plain", std::move(text)));
}

std::string repeated(std::size_t size) {
  return std::string(size, 'x');
}

}  // namespace

TEST_CASE("a handler sees method, decoded path, query, headers in any case and the body") {
  const HttpServer server{{}, nullptr, echo};
  const auto answer = test::exchange({.method = "POST",
                                      .url = server.url() + "/a%20b?q=1%262",
                                      .headers = {"X-EXTRA: one", "x-extra: two"},
                                      .body = "hello"});
  CHECK(answer.code == 0);
  CHECK(answer.status == 200);
  CHECK(answer.header("content-type") == "text/plain");
  CHECK(answer.body == "POST /a b [1&2] one, two\nhello");
}

TEST_CASE("HEAD gets the headers of GET and no body") {
  const HttpServer server{{}, nullptr, [](const Request&, const Reply& reply) {
                            reply.send(serve::text_response(200, "text/plain", "12345"));
                          }};
  const auto answer = test::exchange({.method = "HEAD", .url = server.url()});
  CHECK(answer.status == 200);
  CHECK(answer.header("content-length") == "5");
  CHECK(answer.body.empty());
}

TEST_CASE("a body at the cap is taken and one byte more is answered with 413") {
  const HttpServer server{{}, [](const serve::RequestHead&) { return serve::BodyPlan{.max_bytes = 1000}; }, echo};
  for (const bool chunked : {false, true}) {
    CAPTURE(chunked);
    CHECK(test::exchange({.method = "POST", .url = server.url(), .body = repeated(1000), .chunked = chunked}).status ==
          200);
    CHECK(test::exchange({.method = "POST", .url = server.url(), .body = repeated(1001), .chunked = chunked}).status ==
          413);
    // Longer than one network buffer, and long enough that curl asks before it sends.
    CHECK(
        test::exchange({.method = "POST", .url = server.url(), .body = repeated(3 << 20), .chunked = chunked}).status ==
        413);
  }
}

TEST_CASE("a body far over the cap ends with 413 or a closed connection, never with a read of all of it") {
  const HttpServer server{
      {.max_discard = 10'000}, [](const serve::RequestHead&) { return serve::BodyPlan{.max_bytes = 10}; }, echo};
  const auto declared =
      test::raw_exchange(server.port(), "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 900000000\r\n\r\n");
  CHECK(declared.rfind("HTTP/1.1 413 ", 0) == 0);
  const auto endless = test::exchange(
      {.method = "POST", .url = server.url(), .headers = {"Expect:"}, .body = repeated(8 << 20), .chunked = true});
  CHECK((endless.code != 0 || endless.status == 413));
  CHECK(test::get(server.url()).status == 200);
}

TEST_CASE("a request refused by its head gets that answer whatever its body, and the handler is not asked") {
  bool asked = false;
  const HttpServer server{{.max_discard = 1 << 20},
                          [](const serve::RequestHead&) {
                            return serve::BodyPlan{.max_bytes = 1 << 20,
                                                   .refuse = serve::text_response(403, "text/plain", "no")};
                          },
                          [&](const Request& request, const Reply& reply) {
                            asked = true;
                            echo(request, reply);
                          }};
  for (const std::size_t size : {std::size_t{0}, std::size_t{10}, std::size_t{500'000}, std::size_t{3} << 20}) {
    CAPTURE(size);
    CHECK(test::exchange({.method = "PUT", .url = server.url(), .body = repeated(size)}).status == 403);
  }
  CHECK_FALSE(asked);
}

TEST_CASE("a request head over the limit is answered with 431 and the server continues") {
  const HttpServer server{{}, nullptr, echo};
  CHECK(test::get(server.url(), {"X-Extra: " + repeated(200'000)}).status == 431);
  CHECK(test::get(server.url(), {"X-Extra: " + repeated(10'000)}).status == 200);
}

TEST_CASE("a broken request target is answered with 400") {
  const HttpServer server{{}, nullptr, echo};
  CHECK(test::raw_exchange(server.port(), "GET /%zz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            .rfind("HTTP/1.1 400 ", 0) == 0);
}

TEST_CASE("a body can go to a file, which is removed after the answer unless it was moved away") {
  const TemporaryDirectory folder;
  const auto kept = folder.path() / "kept";
  const HttpServer server{{},
                          [&](const serve::RequestHead& head) {
                            return serve::BodyPlan{.max_bytes = 8 << 20, .file = folder.path() / head.path.substr(1)};
                          },
                          [&](const Request& request, const Reply& reply) {
                            if (request.path == "/move") std::filesystem::rename(request.body_file, kept);
                            reply.send(serve::text_response(200, "text/plain", std::to_string(request.body_bytes)));
                          }};
  const std::string body = repeated((5 << 20) + 1);
  CHECK(test::exchange({.method = "PUT", .url = server.url() + "/move", .body = body}).body == "5242881");
  CHECK(read_file(kept) == body);
  CHECK(test::exchange({.method = "PUT", .url = server.url() + "/drop", .body = body}).status == 200);
  CHECK(test::exchange({.method = "PUT", .url = server.url() + "/big", .body = repeated((8 << 20) + 1)}).status == 413);
  CHECK(test::exchange({.method = "PUT", .url = server.url() + "/no/such/folder", .body = "x"}).status == 500);
  // The next exchange on the single thread comes after the clean-up of the ones before.
  CHECK(test::get(server.url() + "/last").status == 200);
  CHECK_FALSE(std::filesystem::exists(folder.path() / "move"));
  CHECK_FALSE(std::filesystem::exists(folder.path() / "big"));
}

TEST_CASE("a half-sent body leaves no file behind") {
  const TemporaryDirectory folder;
  {
    const HttpServer server{
        {.stall_timeout = std::chrono::seconds{1}},
        [&](const serve::RequestHead&) { return serve::BodyPlan{.max_bytes = 1000, .file = folder.path() / "half"}; },
        echo};
    CHECK(
        test::raw_exchange(server.port(), "PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nonly this").empty());
  }
  CHECK(std::filesystem::is_empty(folder.path()));
}

TEST_CASE("files are served whole, in part, and by condition") {
  const TemporaryDirectory folder;
  const auto path = folder.path() / "file";
  write_file_atomically(path, "0123456789");
  write_file_atomically(folder.path() / "empty", "");
  const HttpServer server{{}, nullptr, [&](const Request& request, const Reply& reply) {
                            reply.send({.headers = {{"Content-Type", "video/mp4"}},
                                        .body = serve::FileBody{folder.path() / request.path.substr(1)}});
                          }};
  const std::string url = server.url() + "/file";

  const auto whole = test::get(url);
  CHECK(whole.status == 200);
  CHECK(whole.body == "0123456789");
  CHECK(whole.header("accept-ranges") == "bytes");
  CHECK(whole.header("content-type") == "video/mp4");
  REQUIRE_FALSE(whole.header("etag").empty());

  const auto part = test::get(url, {"Range: bytes=2-4"});
  CHECK(part.status == 206);
  CHECK(part.body == "234");
  CHECK(part.header("content-range") == "bytes 2-4/10");
  CHECK(test::get(url, {"Range: bytes=-3"}).body == "789");
  CHECK(test::get(url, {"Range: bytes=7-"}).body == "789");
  CHECK(test::get(url, {"Range: bytes=0-1,3-4"}).body == "0123456789");

  const auto past = test::get(url, {"Range: bytes=10-"});
  CHECK(past.status == 416);
  CHECK(past.header("content-range") == "bytes */10");
  CHECK(past.body.empty());

  const auto head = test::exchange({.method = "HEAD", .url = url, .headers = {"Range: bytes=2-4"}});
  CHECK(head.status == 206);
  CHECK(head.header("content-length") == "3");
  CHECK(test::exchange({.method = "HEAD", .url = url}).header("content-length") == "10");

  CHECK(test::get(url, {"Range: bytes=2-4", "If-Range: " + whole.header("etag")}).status == 206);
  CHECK(test::get(url, {"Range: bytes=2-4", "If-Range: \"other\""}).status == 200);

  const auto empty = test::get(server.url() + "/empty");
  CHECK(empty.status == 200);
  CHECK(empty.body.empty());
  CHECK(test::get(server.url() + "/empty", {"Range: bytes=0-"}).status == 416);
  CHECK(test::get(server.url() + "/missing").status == 404);
}

TEST_CASE("an answer can come later from another thread") {
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<Reply> waiting;
  constexpr std::size_t count = 200;
  const HttpServer server{{.connections = {.most = count}}, nullptr, [&](const Request&, Reply reply) {
                            const std::lock_guard lock{mutex};
                            waiting.push_back(std::move(reply));
                            changed.notify_one();
                          }};
  std::jthread answerer{[&] {
    std::unique_lock lock{mutex};
    changed.wait(lock, [&] { return waiting.size() == count; });
    for (auto& reply : waiting) {
      reply.send(serve::text_response(202, "text/plain", "later"));
      reply.send(serve::text_response(500, "text/plain", "only the first answer counts"));
    }
    waiting.clear();
  }};
  // All of them must be waiting at once before the first is answered.
  for (const auto& answer : test::exchange_many(server.url(), static_cast<int>(count), 1)) {
    CHECK(answer.status == 202);
    CHECK(answer.body == "later");
  }
}

TEST_CASE("200 keep-alive connections are served at the same time, several times over") {
  const HttpServer server{{.connections = {.most = 200}}, nullptr, echo};
  for (const auto& answer : test::exchange_many(server.url() + "/many", 200, 5)) {
    CHECK(answer.code == 0);
    CHECK(answer.status == 200);
    CHECK(answer.body == "GET /many [] \n");
  }
}

TEST_CASE("a handler that throws or forgets to answer costs its client a 500 and other clients nothing") {
  const HttpServer server{{},
                          [](const serve::RequestHead& head) {
                            if (head.path == "/plan") throw std::runtime_error("planner");
                            return serve::BodyPlan{};
                          },
                          [](const Request& request, const Reply& reply) {
                            if (request.path == "/throw") throw std::runtime_error("handler");
                            if (request.path == "/forget") return;
                            echo(request, reply);
                          }};
  CHECK(test::get(server.url() + "/throw").status == 500);
  CHECK(test::get(server.url() + "/forget").status == 500);
  CHECK(test::get(server.url() + "/plan").status == 500);
  CHECK(test::get(server.url() + "/fine").status == 200);
}

TEST_CASE("stopping answers those who wait with 503, and a late answer does nothing") {
  std::mutex mutex;
  std::condition_variable changed;
  std::optional<Reply> kept;
  HttpServer server{{}, nullptr, [&](const Request&, Reply reply) {
                      const std::lock_guard lock{mutex};
                      kept = std::move(reply);
                      changed.notify_one();
                    }};
  const std::string url = server.url();
  test::HttpResponse answer;
  {
    std::jthread client{[&] { answer = test::get(url); }};
    {
      std::unique_lock lock{mutex};
      changed.wait(lock, [&] { return kept.has_value(); });
    }
    server.stop();
  }
  CHECK(answer.status == 503);
  kept->send(serve::text_response(200, "text/plain", "too late"));
  CHECK(test::get(url).code != 0);
}

TEST_CASE("a port that is taken is an io error naming it") {
  const HttpServer first{{}, nullptr, echo};
  try {
    const HttpServer second{{.port = first.port()}, nullptr, echo};
    FAIL("the port was taken twice");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::io);
    CHECK(error.where().find(std::to_string(first.port())) != std::string::npos);
  }
}
