// SPDX-License-Identifier: Apache-2.0
// Answers without a foreseeable end.
#include <atomic>
#include <future>
#include <thread>

#include "support/eventually.hpp"
#include "unit/http/support.hpp"

using namespace react1;
using namespace react1::http;
using namespace react1::test;
using namespace std::chrono_literals;
using Kind = TransportFailure::Kind;

namespace {

const std::string kHead = "HTTP/1.1 200 OK\r\nContent-Type: Text/Event-Stream; charset=utf-8\r\n\r\n";

Request stream(const std::string& url, std::function<bool(std::string_view)> on_piece) {
  Request request = get(url);
  request.sink = StreamSink{.on_piece = std::move(on_piece), .media_type = "text/event-stream"};
  return request;
}

}  // namespace

TEST_CASE("pieces of a stream are delivered as they come") {
  Gate first_seen;
  RawServer server;
  server.script({step::read_request(), step::send(kHead + "one"), step::wait_for(first_seen), step::send("two")});
  CurlTransport transport("react1/test");
  std::string seen;
  const auto here = std::this_thread::get_id();
  const Response response = answered(transport.perform(stream(server.url("/"),
                                                              [&](std::string_view piece) {
                                                                CHECK(std::this_thread::get_id() == here);
                                                                seen += piece;
                                                                if (seen == "one") first_seen.open();
                                                                return true;
                                                              }),
                                                       {}));
  CHECK(seen == "onetwo");
  CHECK(response.bytes == 6);
  CHECK(response.body.empty());
}

TEST_CASE("a receiver that has enough ends a stream well") {
  RawServer server;
  server.script({step::read_request(), step::send(kHead + "news"), step::stay_silent()});
  CurlTransport transport("react1/test");
  const Response response =
      answered(transport.perform(stream(server.url("/"), [](std::string_view) { return false; }), {}));
  CHECK(response.status == 200);
  CHECK(response.headers.has("Content-Type"));
}

TEST_CASE("another status and another type are answers and no stream") {
  RawServer server;
  server.script({step::read_request(), step::send(answer(404, R"({"status":"NOT_FOUND"})", "text/event-stream"))});
  server.script({step::read_request(), step::send(answer(200, "{}", "application/json"))});
  CurlTransport transport("react1/test");
  const auto never = [](std::string_view) {
    FAIL("that was no stream");
    return true;
  };
  CHECK(answered(transport.perform(stream(server.url("/"), never), {})).body == R"({"status":"NOT_FOUND"})");
  CHECK(answered(transport.perform(stream(server.url("/"), never), {})).body == "{}");
}

TEST_CASE("a stream that goes silent or breaks is a failure that knows what had come") {
  RawServer server;
  server.script({step::read_request(), step::send(kHead + "news"), step::stay_silent()});
  server.script({step::read_request(), step::send(kHead + "news"), step::reset()});
  CurlTransport transport("react1/test");
  std::string seen;
  Request request = stream(server.url("/"), [&](std::string_view piece) {
    seen += piece;
    return true;
  });
  request.stall_timeout = 300ms;
  const TransportFailure silent = failed(transport.perform(request, {}));
  CHECK(silent.kind == Kind::stalled);
  CHECK(silent.status == 200);
  CHECK(failed(transport.perform(request, {})).kind == Kind::reset);
  CHECK(seen == "newsnews");
}

TEST_CASE("a stream that is faster than its receiver is made to wait, and nothing is lost") {
  // On the loop's thread the receiver takes everything in each turn; a buffer of a few bytes is full all the time.
  std::string content;
  for (int i = 0; content.size() < 3'000'000; ++i) content += std::to_string(i) + "\n";
  RawServer server;
  server.script({step::read_request(), step::send(kHead), step::send(content)});
  std::string seen;
  std::promise<Outcome> done;
  Request request = stream(server.url("/"), [&](std::string_view piece) {
    seen += piece;
    return true;
  });
  std::get<StreamSink>(request.sink).max_buffered = 16;
  Engine engine;
  engine.start(std::move(request), [&](Outcome outcome) { done.set_value(std::move(outcome)); });
  CHECK(answered(done.get_future().get()).bytes == static_cast<std::int64_t>(content.size()));
  CHECK(seen == content);
}

TEST_CASE("a stream that overruns a thread that reads too slowly ends as too large") {
  RawServer server;
  std::atomic<bool> cut_off = false;
  server.script({step::read_request(), step::send(kHead),
                 [&, flood = step::flood(std::string(1U << 20U, 'x'), std::int64_t{1} << 30)](Connection& connection) {
                   const bool went_out = flood(connection);
                   cut_off = true;
                   return went_out;
                 }});
  CurlTransport transport("react1/test");
  // The first piece is not taken before the connection has ended.
  Request request =
      stream(server.url("/"), [&](std::string_view) { return eventually([&] { return cut_off.load(); }); });
  std::get<StreamSink>(request.sink).max_buffered = 64 << 10;
  const TransportFailure failure = failed(transport.perform(request, {}));
  CHECK(failure.kind == Kind::too_large);
  CHECK(server.bytes_sent() < (64 << 20));
}
