// SPDX-License-Identifier: Apache-2.0
// Packed bodies: asked for and undone for small answers, never for files.
#include <doctest/doctest.h>

#include <string>

#include "support/gzip.hpp"
#include "unit/http/support.hpp"

using namespace react1;
using namespace react1::test;
using namespace react1::http;
using Kind = TransportFailure::Kind;

namespace {

std::string packed_answer(const std::string& body) {
  return answer(200, body, "application/json", "Content-Encoding: gzip\r\nConnection: close\r\n");
}

}  // namespace

TEST_CASE("a small answer is asked for packed and comes unpacked, of any length") {
  const std::string text = R"({"status":"COMPLETED"})";
  for (const std::string& body : {text, std::string(40'000, 'x')}) {
    RawServer server;
    server.otherwise([&](const SeenRequest&) { return packed_answer(gzip(body)); });
    CurlTransport transport("react1/test");
    Request request = get(server.url("/"));
    request.decode = true;
    const Response response = answered(transport.perform(request, {}));
    CHECK(response.body == body);
    CHECK(response.bytes == static_cast<std::int64_t>(body.size()));
    CHECK(server.requests().at(0).header("accept-encoding").find("gzip") != std::string::npos);
  }
}

TEST_CASE("the limit of an answer counts what it becomes, not what it is sent as") {
  RawServer server;
  const std::string bomb = gzip_bomb(std::size_t{64} << 20);
  REQUIRE(bomb.size() < std::size_t{1} << 20);
  server.otherwise([&](const SeenRequest&) { return packed_answer(bomb); });
  CurlTransport transport("react1/test");
  Request request = get(server.url("/"));
  request.decode = true;
  request.sink = TextSink{std::int64_t{1} << 20};
  const TransportFailure failure = failed(transport.perform(request, {}));
  CHECK(failure.kind == Kind::too_large);
  CHECK(failure.bytes <= std::int64_t{2} << 20);
}

TEST_CASE("a body that is not packed as it says, or breaks off, is no answer") {
  const std::string whole = gzip(std::string(1000, 'x'));
  const std::string head = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: ";
  for (const std::string& bytes : {packed_answer("this is not packed at all"),
                                   head + std::to_string(whole.size()) + "\r\n\r\n" + whole.substr(0, 500)}) {
    RawServer server;
    server.script({step::read_request(), step::send(bytes), step::half_close()});
    CurlTransport transport("react1/test");
    Request request = get(server.url("/"));
    request.decode = true;
    const TransportFailure failure = failed(transport.perform(request, {}));
    CHECK(failure.kind == Kind::truncated_body);
    CHECK(failure.request_may_have_been_received);
  }
}

TEST_CASE("a stream is requested uncompressed, and one that is compressed nevertheless is decoded") {
  RawServer server;
  server.otherwise([](const SeenRequest&) {
    return answer(200, gzip("data: 1\n\n"), "text/event-stream", "Content-Encoding: gzip\r\n");
  });
  CurlTransport transport("react1/test");
  Request request = get(server.url("/"));
  request.decode = true;
  std::string came;
  request.sink = StreamSink{.on_piece =
                                [&came](std::string_view piece) {
                                  came += piece;
                                  return true;
                                },
                            .media_type = "text/event-stream"};
  CHECK(answered(transport.perform(request, {})).status == 200);
  CHECK(came == "data: 1\n\n");
  CHECK(server.requests().at(0).header("accept-encoding") == "identity");
}

TEST_CASE("a file is asked for as it is") {
  RawServer server;
  server.otherwise([](const SeenRequest&) { return answer(200, "content"); });
  CurlTransport transport("react1/test");
  const TemporaryDirectory folder;
  const std::string path = (folder.path() / "f").string();
  CHECK(answered(transport.perform(download(server.url("/"), path), {})).status == 200);
  CHECK(server.requests().at(0).header("accept-encoding") == "identity");
}
