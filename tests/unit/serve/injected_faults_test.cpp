// SPDX-License-Identifier: Apache-2.0
// Answers with injected faults, seen by a client.
#include <curl/curl.h>
#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <fstream>
#include <mutex>
#include <optional>
#include <thread>

#include "core/atomic_file.hpp"
#include "serve/http_server.hpp"
#include "serve/timer.hpp"
#include "support/http_client.hpp"

using namespace react1;
using serve::HttpServer;
using serve::InjectedFaults;
using serve::Response;

namespace {

/// A server that gives the same answer to everybody.
HttpServer giving(Response response) {
  return HttpServer{{}, nullptr, [response = std::move(response)](const serve::Request&, const serve::Reply& reply) {
                      reply.send(response);
                    }};
}

Response text(std::string body, std::optional<InjectedFaults> faults) {
  auto response = serve::text_response(200, "text/plain", std::move(body));
  response.faults = faults;
  return response;
}

}  // namespace

TEST_CASE("no answer: the connection is closed, or reset") {
  const auto closing = giving({.body = serve::NoAnswer{.reset = false}});
  CHECK(test::get(closing.url()).code == CURLE_GOT_NOTHING);
  const auto resetting = giving({.body = serve::NoAnswer{.reset = true}});
  CHECK(test::get(resetting.url()).code == CURLE_RECV_ERROR);  // ECONNRESET, not an orderly end
}

TEST_CASE("half a body, ended by a close or by a reset, arrives up to there") {
  const std::string body(100'000, 'b');
  const auto closing = giving(text(body, InjectedFaults{.cut_after = 50'000}));
  const auto cut = test::get(closing.url());
  CHECK(cut.code == CURLE_PARTIAL_FILE);
  CHECK(cut.status == 200);
  CHECK(cut.header("content-length") == "100000");
  CHECK(cut.body.size() == 50'000);
  const auto resetting = giving(text(body, InjectedFaults{.cut_after = 50'000, .cut_by = InjectedFaults::Cut::reset}));
  const auto torn = test::get(resetting.url());
  CHECK(torn.code == CURLE_RECV_ERROR);
  CHECK(torn.body.size() == 50'000);
}

TEST_CASE("an answer that stalls delays no other client and ends with the server") {
  auto server = std::make_unique<HttpServer>(
      serve::HttpServerOptions{}, nullptr, [](const serve::Request& request, const serve::Reply& reply) {
        reply.send(
            text("0123456789", request.path == "/stall"
                                   ? std::optional{InjectedFaults{.cut_after = 4, .cut_by = InjectedFaults::Cut::stall}}
                                   : std::nullopt));
      });
  const std::string url = server->url();
  test::HttpResponse answer;
  std::atomic<bool> over = false;
  std::jthread client{[&] {
    answer = test::get(url + "/stall");
    over = true;
  }};
  CHECK(test::get(url + "/fine").body == "0123456789");
  CHECK_FALSE(over);
  server.reset();
  client.join();
  CHECK(answer.code != 0);
  CHECK((answer.body == "0123" || answer.body.empty()));
}

TEST_CASE("a Content-Length that is too large or too small is sent as configured") {
  const auto more = giving(text("0123456789", InjectedFaults{.content_length_add = 5}));
  const auto truncated = test::get(more.url());
  CHECK(truncated.header("content-length") == "15");
  CHECK(truncated.code == CURLE_PARTIAL_FILE);
  CHECK(truncated.body == "0123456789");
  const auto less = giving(text("0123456789", InjectedFaults{.content_length_add = -4}));
  const auto cropped = test::get(less.url());
  CHECK(cropped.header("content-length") == "6");
  CHECK(cropped.body == "012345");
  // All ten bytes are on the wire.
  const auto raw = test::raw_exchange(less.port(), "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  CHECK(raw.find("\r\n\r\n0123456789") != std::string::npos);
}

TEST_CASE("a body that drips takes its time and is whole") {
  const auto server =
      giving(text("0123456789", InjectedFaults{.drip_bytes = 2, .drip_every = std::chrono::milliseconds{50}}));
  const auto begin = std::chrono::steady_clock::now();
  const auto answer = test::get(server.url());
  CHECK(answer.code == 0);
  CHECK(answer.body == "0123456789");
  CHECK(std::chrono::steady_clock::now() - begin >= std::chrono::milliseconds{200});  // four pauses between five pieces
}

TEST_CASE("a generated body is made as it leaves, as long as is said, in memory that does not grow") {
  constexpr std::uint64_t size = (std::uint64_t{64} << 20U) + 1;
  std::uint64_t largest = 0;
  const HttpServer server{
      {}, nullptr, [&](const serve::Request&, const serve::Reply& reply) {
        reply.send({.body = serve::GeneratedBody{size, [&](std::uint64_t offset, std::span<char> into) {
                                                   largest = std::max<std::uint64_t>(largest, into.size());
                                                   std::fill(into.begin(), into.end(), offset % 2 == 0 ? 'a' : 'b');
                                                 }}});
      }};
  const auto head = test::exchange({.method = "HEAD", .url = server.url()});
  CHECK(head.header("content-length") == std::to_string(size));
  CHECK(test::get(server.url()).body.size() == size);
  CHECK(largest <= 64U << 10U);
}

TEST_CASE("files can be cut, and served as if they were shorter") {
  const TemporaryDirectory folder;
  const auto path = folder.path() / "file";
  write_file_atomically(path, "0123456789");
  const auto shorter = giving({.body = serve::FileBody{path, 6}});
  CHECK(test::get(shorter.url()).body == "012345");
  CHECK(test::get(shorter.url(), {"Range: bytes=4-"}).header("content-range") == "bytes 4-5/6");
  const auto cut = giving({.body = serve::FileBody{path}, .faults = InjectedFaults{.cut_after = 3}});
  CHECK(test::get(cut.url()).body == "012");
  const auto rest = test::get(cut.url(), {"Range: bytes=5-"});
  CHECK(rest.status == 206);
  CHECK(rest.body == "567");
  CHECK(rest.code == CURLE_PARTIAL_FILE);
}

TEST_CASE("an upload can be reset in its middle, and the handler never sees it") {
  bool asked = false;
  const HttpServer server{
      {},
      [](const serve::RequestHead&) { return serve::BodyPlan{.max_bytes = 8 << 20, .reset_after = 1 << 20}; },
      [&](const serve::Request&, const serve::Reply& reply) {
        asked = true;
        reply.send({});
      }};
  const auto answer =
      test::exchange({.method = "PUT", .url = server.url(), .headers = {"Expect:"}, .body = std::string(4 << 20, 'x')});
  CHECK((answer.code == CURLE_SEND_ERROR || answer.code == CURLE_RECV_ERROR));
  CHECK_FALSE(asked);
  CHECK(test::exchange({.method = "PUT", .url = server.url(), .body = "short"}).status == 200);
}

TEST_CASE("whether a whole answer was sent is reported") {
  std::mutex mutex;
  std::vector<bool> whole;
  {
    const HttpServer server{{}, nullptr, [&](const serve::Request& request, const serve::Reply& reply) {
                              auto response = text("0123456789", std::nullopt);
                              if (request.path == "/lost") response.body = serve::NoAnswer{.reset = true};
                              if (request.path == "/half") response.faults = InjectedFaults{.cut_after = 5};
                              response.on_done = [&](bool all) {
                                const std::lock_guard lock{mutex};
                                whole.push_back(all);
                              };
                              reply.send(response);
                            }};
    for (const char* path : {"/fine", "/lost", "/half"}) static_cast<void>(test::get(server.url() + path));
  }
  CHECK(whole == std::vector<bool>{true, false, false});
}

TEST_CASE("what the planner notes reaches the handler") {
  const HttpServer server{{},
                          [](const serve::RequestHead& head) {
                            return serve::BodyPlan{.note = std::make_shared<const std::string>(head.path + "!")};
                          },
                          [](const serve::Request& request, const serve::Reply& reply) {
                            const auto note = std::static_pointer_cast<const std::string>(request.note);
                            reply.send(serve::text_response(200, "text/plain", *note));
                          }};
  CHECK(test::get(server.url() + "/a").body == "/a!");
}

TEST_CASE("a timer runs what is due in order, and drops the rest at its end") {
  std::mutex mutex;
  std::string order;
  std::condition_variable changed;
  const auto add = [&](char c) {
    return [&, c] {
      const std::lock_guard lock{mutex};
      order += c;
      changed.notify_one();
    };
  };
  {
    serve::Timer timer;
    timer.after(std::chrono::hours{1}, add('x'));
    timer.after(std::chrono::milliseconds{60}, add('c'));
    timer.after(std::chrono::milliseconds{0}, add('a'));
    timer.after(std::chrono::milliseconds{20}, [&] {
      add('b')();
      throw std::runtime_error("a task's fault stays its own");
    });
    std::unique_lock lock{mutex};
    REQUIRE(changed.wait_for(lock, std::chrono::seconds{60}, [&] { return order.size() == 3; }));
  }
  CHECK(order == "abc");
}
