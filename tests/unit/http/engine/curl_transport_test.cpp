// SPDX-License-Identifier: Apache-2.0
// What a healthy exchange looks like on the wire.
#include <cstdlib>
#include <react1/error.hpp>

#include "unit/http/support.hpp"

using namespace react1;
using namespace react1::http;
using namespace react1::test;
using Kind = TransportFailure::Kind;

TEST_CASE("a GET brings status, headers and body") {
  RawServer server;
  server.otherwise([](const SeenRequest&) { return answer(202, "{}", "application/json", "X-A: 1\r\nx-a: 2\r\n"); });
  CurlTransport transport("react1/test");
  const Response response = answered(transport.perform(get(server.url("/p?q=1")), {}));
  CHECK(response.status == 202);
  CHECK(response.body == "{}");
  CHECK(response.bytes == 2);
  CHECK(response.headers.find("X-A") == "2");
  CHECK(response.headers.all("x-A").size() == 2);
  const SeenRequest seen = server.requests().at(0);
  CHECK(seen.method == "GET");
  CHECK(seen.target == "/p?q=1");
  CHECK(seen.header("user-agent") == "react1/test");
  CHECK_FALSE(seen.has("cookie"));
  CHECK(seen.header("accept-encoding") == "identity");
  CHECK_FALSE(seen.has("content-type"));
}

TEST_CASE("a POST sends its body without asking for leave first") {
  RawServer server;
  server.otherwise([](const SeenRequest&) { return answer(200, ""); });
  CurlTransport transport("react1/test");
  Request request = post(server.url("/x"), std::string(3'000'000, 'a'));
  request.headers.add("Content-Type", "application/json");
  CHECK(answered(transport.perform(request, {})).status == 200);
  const SeenRequest seen = server.requests().at(0);
  CHECK(seen.body.size() == 3'000'000);
  CHECK(seen.header("content-type") == "application/json");
  CHECK_FALSE(seen.has("expect"));
}

TEST_CASE("a PUT without content has a length of zero") {
  RawServer server;
  server.otherwise([](const SeenRequest&) { return answer(202, ""); });
  CurlTransport transport("react1/test");
  Request request = post(server.url("/cancel"), "");
  request.method = Method::put;
  CHECK(answered(transport.perform(request, {})).status == 202);
  const SeenRequest seen = server.requests().at(0);
  CHECK(seen.method == "PUT");
  CHECK(seen.header("content-length") == "0");
  CHECK_FALSE(seen.has("content-type"));
}

TEST_CASE("a file is sent whole or in part, and its progress is reported") {
  const TemporaryDirectory folder;
  const std::string path = (folder.path() / "clip.bin").string();
  std::string content(2'000'000, '\0');
  for (std::size_t i = 0; i < content.size(); ++i) content[i] = static_cast<char>(i * 7);
  write_file_atomically(path, content);
  RawServer server;
  server.otherwise([](const SeenRequest&) { return answer(200, "{}"); });
  CurlTransport transport("react1/test");
  Request request = put_file(server.url("/whole"), path);
  std::int64_t reported = 0;
  std::optional<std::int64_t> total;
  request.on_sent = [&](std::int64_t done, std::optional<std::int64_t> of) {
    CHECK(done >= reported);
    reported = done;
    total = of;
  };
  CHECK(answered(transport.perform(request, {})).status == 200);
  CHECK(server.requests().at(0).body == content);
  CHECK(reported == 2'000'000);
  CHECK(total == 2'000'000);
  request.body = FileBody{path, 1000, 500};
  request.on_sent = {};
  CHECK(answered(transport.perform(request, {})).status == 200);
  CHECK(server.requests().at(1).body == content.substr(1000, 500));
}

TEST_CASE("connections are used again") {
  RawServer server;
  server.otherwise([](const SeenRequest&) { return answer(200, "{}"); });
  CurlTransport transport("react1/test");
  for (int i = 0; i < 5; ++i) CHECK(answered(transport.perform(get(server.url("/")), {})).status == 200);
  CHECK(server.connections() == 1);
}

TEST_CASE("a request that must arrive at most once has a connection of its own") {
  RawServer server;
  server.otherwise([](const SeenRequest&) { return answer(200, "{}"); });
  CurlTransport transport("react1/test");
  Request request = post(server.url("/"), "{}");
  request.at_most_once = true;
  static_cast<void>(answered(transport.perform(get(server.url("/")), {})));
  static_cast<void>(answered(transport.perform(request, {})));
  static_cast<void>(answered(transport.perform(get(server.url("/")), {})));
  CHECK(server.connections() == 2);
}

TEST_CASE("plain http goes nowhere but to this machine") {
  CurlTransport transport("react1/test");
  for (const char* url :
       {"http://192.0.2.1/x", "http://example.invalid/", "ftp://127.0.0.1/", "file:///etc/passwd", ""}) {
    CAPTURE(std::string(url));
    const TransportFailure failure = failed(transport.perform(get(url), {}));
    CHECK(failure.kind == Kind::protocol);
    CHECK_FALSE(failure.request_may_have_been_received);
  }
}

TEST_CASE("a redirect is an answer like any other unless it was asked to be followed") {
  RawServer server;
  server.otherwise([](const SeenRequest&) { return answer(307, "", "", "Location: /elsewhere\r\n"); });
  CurlTransport transport("react1/test");
  CHECK(answered(transport.perform(get(server.url("/")), {})).status == 307);
  CHECK(server.requests().size() == 1);
}

TEST_CASE("a download follows redirects, also to another port, and ends at the file") {
  const TemporaryDirectory folder;
  RawServer first, second;
  first.otherwise([&second](const SeenRequest& request) {
    return request.target == "/a" ? answer(302, "moved", "text/html", "Location: /b\r\n")
                                  : answer(308, "", "", "Location: " + second.url("/c") + "\r\n");
  });
  second.otherwise([](const SeenRequest&) { return answer(200, "content", "video/mp4"); });
  CurlTransport transport("react1/test");
  Request request = download(first.url("/a"), (folder.path() / "f").string());
  request.follow_redirects = true;
  const Response response = answered(transport.perform(request, {}));
  CHECK(response.status == 200);
  CHECK(response.effective_url == second.url("/c"));
  CHECK(read_file(folder.path() / "f") == "content");
}

TEST_CASE("redirects that lead astray are not followed") {
  RawServer server;
  std::string location;
  server.otherwise([&location](const SeenRequest&) {
    return answer(302, "", "", location.empty() ? "" : "Location: " + location + "\r\n");
  });
  CurlTransport transport("react1/test");
  Request request = get(server.url("/"));
  request.follow_redirects = true;
  for (const char* target : {"http://192.0.2.1/", "file:///etc/passwd", "ftp://127.0.0.1/x", "", "/"}) {
    CAPTURE(std::string(target));
    location = target;
    CHECK(failed(transport.perform(request, {})).kind == Kind::protocol);
  }
}

TEST_CASE("a key and redirects do not go together") {
  CurlTransport transport("react1/test");
  Request request = get("http://127.0.0.1:9/");
  request.follow_redirects = true;
  request.headers.add("authorization", "Key a:b");
  CHECK_THROWS_AS(static_cast<void>(transport.perform(request, {})), Error);
}

TEST_CASE("a header value cannot smuggle in another header") {
  CurlTransport transport("react1/test");
  Request request = get("http://127.0.0.1:9/");
  request.headers.add("Authorization", "Key a:b\r\nX-Evil: 1");
  CHECK_THROWS_AS(static_cast<void>(transport.perform(request, {})), Error);
}

TEST_CASE("an error page does not end up in the file") {
  const TemporaryDirectory folder;
  RawServer server;
  server.otherwise([](const SeenRequest&) { return answer(404, "<html>gone</html>", "text/html"); });
  CurlTransport transport("react1/test");
  const Response response = answered(transport.perform(download(server.url("/"), (folder.path() / "f").string()), {}));
  CHECK(response.status == 404);
  CHECK(response.body == "<html>gone</html>");
  CHECK(read_file(folder.path() / "f").empty());
}

TEST_CASE("a part of a file is appended, a whole one starts it from nothing") {
  const TemporaryDirectory folder;
  const std::string path = (folder.path() / "f").string();
  write_file_atomically(path, "0123XXXX");
  RawServer server;
  server.otherwise([](const SeenRequest& request) {
    return request.has("range") ? answer(206, "456789", "video/mp4", "Content-Range: bytes 4-9/10\r\n")
                                : answer(200, "short", "video/mp4");
  });
  CurlTransport transport("react1/test");
  Request request = download(server.url("/"), path);
  request.headers.add("Range", "bytes=4-");
  std::get<FileSink>(request.sink).resume_at = 4;
  CHECK(answered(transport.perform(request, {})).status == 206);
  CHECK(read_file(path) == "0123456789");
  CHECK(answered(transport.perform(download(server.url("/"), path), {})).status == 200);
  CHECK(read_file(path) == "short");
}

TEST_CASE("another range than was asked for is refused") {
  const TemporaryDirectory folder;
  const std::string path = (folder.path() / "f").string();
  write_file_atomically(path, "0123");
  RawServer server;
  server.otherwise(
      [](const SeenRequest&) { return answer(206, "56789", "video/mp4", "Content-Range: bytes 5-9/10\r\n"); });
  CurlTransport transport("react1/test");
  Request request = download(server.url("/"), path);
  std::get<FileSink>(request.sink).resume_at = 4;
  CHECK(failed(transport.perform(request, {})).kind == Kind::protocol);
  CHECK(read_file(path) == "0123");
}

TEST_CASE("interim answers and trailers are not taken for the answer") {
  RawServer server;
  server.script({step::read_request(),
                 step::send("HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"
                            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-A\r\nX-A: head\r\n\r\n"
                            "3\r\nabc\r\n0\r\nX-A: tail\r\n\r\n")});
  CurlTransport transport("react1/test");
  const Response response = answered(transport.perform(get(server.url("/")), {}));
  CHECK(response.status == 200);
  CHECK(response.body == "abc");
  CHECK(response.headers.find("X-A") == "head");
  CHECK_FALSE(response.headers.has("Link"));
}
