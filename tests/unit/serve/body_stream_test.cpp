// SPDX-License-Identifier: Apache-2.0
// Answers that are written little by little.
#include "serve/body_stream.hpp"

#include <doctest/doctest.h>

#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "serve/http_server.hpp"
#include "support/http_client.hpp"

using namespace react1;
using serve::BodyStream;
using serve::HttpServer;

namespace {

using Streams = std::vector<std::shared_ptr<BodyStream>>;

/// A server whose every answer is a stream that the test writes.
class StreamServer {
 public:
  StreamServer()
      : server_({.connections = {.most = 400}}, nullptr, [this](const serve::Request&, const serve::Reply& reply) {
          auto stream = std::make_shared<BodyStream>();
          reply.send({.headers = {{"Content-Type", "text/event-stream"}}, .body = serve::StreamBody{stream}});
          const std::lock_guard lock{mutex_};
          streams_.push_back(std::move(stream));
          changed_.notify_one();
        }) {}
  Streams wait_for(std::size_t count) {
    std::unique_lock lock{mutex_};
    REQUIRE(changed_.wait_for(lock, std::chrono::seconds{60}, [&] { return streams_.size() >= count; }));
    return streams_;
  }
  HttpServer& server() { return server_; }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  Streams streams_;
  HttpServer server_;
};

}  // namespace

TEST_CASE("a stream's text arrives in order, in chunks, until its end") {
  StreamServer service;
  test::HttpResponse answer;
  std::jthread client{[&] { answer = test::get(service.server().url()); }};
  const auto stream = service.wait_for(1).front();
  std::string all;
  for (int i = 0; i < 200; ++i) {
    const std::string text = "data: " + std::to_string(i) + std::string(static_cast<std::size_t>(i * 10), '.') + "\n\n";
    CHECK(stream->write(text));
    all += text;
    if (i % 50 == 0) std::this_thread::yield();  // sometimes the server has caught up, sometimes not
  }
  stream->end();
  client.join();
  CHECK(answer.code == 0);
  CHECK(answer.status == 200);
  CHECK(answer.header("transfer-encoding") == "chunked");
  CHECK(answer.body == all);
  CHECK_FALSE(stream->is_open());
  CHECK_FALSE(stream->write("late"));
}

TEST_CASE("300 streams are open at once on one thread, and a push reaches just its own") {
  StreamServer service;
  constexpr std::size_t count = 300;
  std::vector<test::HttpResponse> answers;
  std::jthread client{[&] { answers = test::exchange_many(service.server().url(), static_cast<int>(count), 1); }};
  const auto streams = service.wait_for(count);
  for (std::size_t i = 0; i < count; ++i) CHECK(streams[i]->write("to " + std::to_string(i)));
  for (const auto& stream : streams) stream->end();
  client.join();
  std::vector<int> seen(count, 0);
  for (const auto& answer : answers) {
    REQUIRE(answer.body.rfind("to ", 0) == 0);
    ++seen[static_cast<std::size_t>(std::stoi(answer.body.substr(3)))];
  }
  CHECK(std::all_of(seen.begin(), seen.end(), [](int times) { return times == 1; }));
}

TEST_CASE("a stop cuts open streams off") {
  StreamServer service;
  test::HttpResponse answer;
  std::jthread client{[&] { answer = test::get(service.server().url()); }};
  const auto stream = service.wait_for(1).front();
  CHECK(stream->write("begun"));
  service.server().stop();
  client.join();
  CHECK(answer.code != 0);
  CHECK_FALSE(stream->write("more"));
}

TEST_CASE("many threads write while clients come and go") {
  StreamServer service;
  constexpr std::size_t count = 40;
  std::vector<test::HttpResponse> answers;
  std::jthread client{[&] { answers = test::exchange_many(service.server().url(), static_cast<int>(count), 1); }};
  const auto streams = service.wait_for(count);
  {
    std::vector<std::jthread> writers;
    for (std::size_t w = 0; w < 4; ++w) {
      writers.emplace_back([&, w] {
        for (std::size_t i = w; i < count; i += 4) {
          for (int n = 0; n < 20; ++n) static_cast<void>(streams[i]->write("x"));
          streams[i]->end();
        }
      });
    }
  }
  client.join();
  for (const test::HttpResponse& answer : answers) CHECK(answer.body == std::string(20, 'x'));
  CHECK(test::get(service.server().url() + "/%zz").status == 400);  // it still answers
}
