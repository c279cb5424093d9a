// SPDX-License-Identifier: Apache-2.0
// A file behind a URL, read by ranges, from servers that do it well, badly or not at all.
#include "http/remote/ranged_file.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <react1/error.hpp>

#include "core/atomic_file.hpp"
#include "core/descriptor.hpp"
#include "http/engine/curl_transport.hpp"
#include "support/caught.hpp"
#include "support/environment.hpp"
#include "support/file_server.hpp"
#include "support/paths.hpp"
#include "support/raw_server.hpp"
#include "support/tls.hpp"

namespace react1::http {
namespace {

using test::answer;
using test::asked_range;
using test::caught_from;
using test::file_answer;
using test::RawServer;
using test::SeenRequest;

constexpr std::size_t kKiB = 1024;

/// Bytes whose value tells their place.
std::string pattern(std::size_t size) {
  std::string text(size, '\0');
  for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>((i * 2654435761U) >> 16U);
  return text;
}

RangeOptions small_parts() {
  RangeOptions options;
  options.blocks = {.first = 4 * kKiB, .most = 32 * kKiB, .step = kKiB, .kept = 64 * kKiB};
  options.retry = {
      .attempts = 3, .base_delay = std::chrono::milliseconds{1}, .max_delay = std::chrono::milliseconds{5}};
  return options;
}

RemoteCall patient() {
  return {.stop = {}, .stall_timeout = std::chrono::seconds{20}};
}

std::shared_ptr<RemoteFile> open(const std::string& url, const RangeOptions& options = small_parts()) {
  return open_ranged_file(url, patient(), std::make_shared<CurlTransport>("react1-test"), options);
}

std::string read(RemoteFile& file, std::int64_t offset, std::size_t count) {
  std::string text(count, '\0');
  std::size_t have = 0;
  while (have < count) {
    const auto rest = std::as_writable_bytes(std::span{text}).subspan(have);
    const std::size_t got = file.read_at(offset + static_cast<std::int64_t>(have), rest, patient());
    if (got == 0) break;
    have += got;
  }
  text.resize(have);
  return text;
}

/// What copy_to() gives, or nullopt when it is more than `most`.
std::optional<std::string> copied(RemoteFile& file, std::int64_t most = 1 << 20) {
  const TemporaryDirectory folder;
  const std::string path = (folder.path() / "copy").string();
  const Descriptor target(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  const auto size = file.copy_to(target.get(), most, patient());
  if (!size) return std::nullopt;
  std::string text = read_file(path);
  CHECK(static_cast<std::int64_t>(text.size()) == *size);
  return text;
}

TEST_CASE("a file is read in few growing parts, and what was read is not asked for again") {
  const std::string body = pattern(200 * kKiB);
  RawServer server;
  server.otherwise([&](const SeenRequest& request) { return file_answer(body, request); });
  const auto file = open(server.url("/clip"));
  REQUIRE(file->size() == static_cast<std::int64_t>(body.size()));
  CHECK(read(*file, 0, body.size()) == body);
  // 4, 8, 16, 32, 32, … KiB
  CHECK(server.requests().size() == 9);
  CHECK(server.connections() == 1);
  CHECK(read(*file, static_cast<std::int64_t>(body.size()) - 100, 100) == body.substr(body.size() - 100));
  CHECK(server.requests().size() == 9);
  for (const SeenRequest& request : server.requests()) {
    CHECK(request.header("accept-encoding") == "identity");
    CHECK(asked_range(request).is_set);
  }
}

TEST_CASE("the end is reached by one more request, backwards in small steps too") {
  const std::string body = pattern(300 * kKiB);
  RawServer server;
  server.otherwise([&](const SeenRequest& request) { return file_answer(body, request); });
  const auto file = open(server.url("/clip"));
  for (std::int64_t back = 100; back < 1000; back += 100) {
    const std::int64_t at = static_cast<std::int64_t>(body.size()) - back;
    CHECK(read(*file, at, 100) == body.substr(static_cast<std::size_t>(at), 100));
  }
  CHECK(server.requests().size() == 2);
  CHECK(read(*file, static_cast<std::int64_t>(body.size()), 10).empty());
}

TEST_CASE("two threads read one file, and each gets its own bytes") {
  const std::string body = pattern(256 * kKiB);
  RawServer server;
  server.otherwise([&](const SeenRequest& request) { return file_answer(body, request); });
  const auto file = open(server.url("/clip"));
  std::string first;
  std::string second;
  {
    const std::jthread one([&] { first = read(*file, 0, 128 * kKiB); });
    const std::jthread two([&] { second = read(*file, 128 * kKiB, 128 * kKiB); });
  }
  CHECK(first + second == body);
}

TEST_CASE("a server without ranges gives the whole, from the first answer when that holds it") {
  for (const std::size_t size : {3 * kKiB, 4 * kKiB, 40 * kKiB}) {
    const std::string body = pattern(size);
    RawServer server;
    server.otherwise([&](const SeenRequest&) { return answer(200, body, "video/mp4"); });
    const auto file = open(server.url("/clip"));
    CHECK_FALSE(file->size());
    CHECK(copied(*file) == body);
    CHECK(server.requests().size() == (size > 4 * kKiB ? 2 : 1));
    CHECK_FALSE(copied(*file, static_cast<std::int64_t>(size) - 1));
  }
}

TEST_CASE("a server that refuses a range gives the whole without one") {
  for (const int refusal : {400, 405, 416, 501}) {
    CAPTURE(refusal);
    for (const std::size_t size : {3 * kKiB, 40 * kKiB}) {
      const std::string body = pattern(size);
      RawServer server;
      server.otherwise([&](const SeenRequest& request) {
        const bool has_range = asked_range(request).is_set;
        return has_range ? answer(refusal, "", "text/html") : answer(200, body, "video/mp4");
      });
      const auto file = open(server.url("/clip"));
      CHECK_FALSE(file->size());
      CHECK(copied(*file) == body);
    }
    RawServer server;
    server.otherwise([&](const SeenRequest&) { return answer(refusal, "", "text/html"); });
    CHECK(caught_from([&] { static_cast<void>(open(server.url("/clip"))); }).code() ==
          (refusal == 416 ? ErrorCode::media : ErrorCode::network));
    CHECK(server.requests().size() == 2);
  }
}

TEST_CASE("what is no URL is a matter of usage and goes nowhere") {
  for (const char* url : {"http://127.0.0.1/a b.mp4?sig=secret", "http://127.0.0.1/a\tb.mp4", "http:///a.mp4",
                          "http://[::1/a.mp4", "http://127.0.0.1:99999/a.mp4"}) {
    CAPTURE(std::string(url));
    const Error error = caught_from([&] { static_cast<void>(open(url)); });
    CHECK(error.code() == ErrorCode::usage);
    CHECK_FALSE(error.hint().empty());
    CHECK(std::string{error.what()}.find("secret") == std::string::npos);
  }
}

TEST_CASE("a refusal speaks of signed URLs only where one may have been") {
  RawServer server;
  server.otherwise([&](const SeenRequest&) { return answer(403, "", "text/html"); });
  const auto hint = [&](const char* path) {
    return caught_from([&] { static_cast<void>(open(server.url(path))); }).hint();
  };
  CHECK(hint("/clip?sig=1").find("signed") != std::string::npos);
  CHECK(hint("/folder/").find("signed") == std::string::npos);
}

TEST_CASE("a server whose ranges are not credible is read like one without") {
  const std::string body = pattern(20 * kKiB);
  for (const std::string& range : {std::string{"bytes 1-4096/20480"}, std::string{"bytes 0-4095/*"},
                                   std::string{"bytes 0-4095/100"}, std::string{"bytes 0-9/20480"}, std::string{}}) {
    RawServer server;
    server.otherwise([&](const SeenRequest& request) {
      if (!asked_range(request).is_set) return answer(200, body, "video/mp4");
      return answer(206, body.substr(0, 4 * kKiB), "video/mp4",
                    range.empty() ? "" : "Content-Range: " + range + "\r\n");
    });
    const auto file = open(server.url("/clip"));
    CHECK_FALSE(file->size());
    CHECK(copied(*file) == body);
  }
}

TEST_CASE("a part that is another one than was asked for is a network error, after more tries") {
  const std::string body = pattern(20 * kKiB);
  RawServer server;
  server.otherwise([&](const SeenRequest& request) {
    if (asked_range(request).first == 0) return file_answer(body, request);
    return test::part_head(0, 4 * kKiB - 1, body.size()) + body.substr(0, 4 * kKiB);
  });
  const auto file = open(server.url("/clip"));
  const Error error = caught_from([&] { static_cast<void>(read(*file, 0, body.size())); });
  CHECK(error.code() == ErrorCode::network);
  CHECK(error.message().find("another range") != std::string::npos);
  CHECK(server.requests().size() == 4);
}

TEST_CASE("a server that returns more or less than requested is read nevertheless") {
  const std::string body = pattern(200 * kKiB);
  RawServer more;
  more.otherwise([&](const SeenRequest& request) {
    const std::size_t first = asked_range(request).first;
    return test::part_head(first, body.size() - 1, body.size()) + body.substr(first);
  });
  CHECK(read(*open(more.url("/clip")), 0, body.size()) == body);
  RawServer less;
  less.otherwise([&](const SeenRequest& request) {
    const auto asked = asked_range(request);
    const std::size_t last = std::min({asked.last, asked.first + 3 * kKiB - 1, body.size() - 1});
    return test::part_head(asked.first, last, body.size()) + body.substr(asked.first, last - asked.first + 1);
  });
  CHECK(read(*open(less.url("/clip")), 0, 8 * kKiB) == body.substr(0, 8 * kKiB));
}

TEST_CASE("a connection that drops is taken up where it broke, and an outage that passes is waited for") {
  const std::string body = pattern(4 * kKiB);
  const std::string head = test::part_head(0, body.size() - 1, body.size());
  RawServer server;
  server.script({test::step::read_request(), test::step::send(answer(503, "", "text/plain", "Retry-After: 0\r\n"))});
  server.script({test::step::read_request(), test::step::send(head + body.substr(0, 1000)), test::step::reset()});
  server.otherwise([&](const SeenRequest& request) { return file_answer(body, request); });
  const auto file = open(server.url("/clip"));
  CHECK(read(*file, 0, body.size()) == body);
  REQUIRE(server.requests().size() == 3);
  CHECK(asked_range(server.requests()[2]).first <= 1000);
}

TEST_CASE("a file that changes while it is read is an error of its own") {
  const std::string body = pattern(20 * kKiB);
  const auto read_all = [&](const std::string& first_fields, const RawServer::Handler& later) {
    RawServer server;
    server.otherwise([&](const SeenRequest& request) {
      return asked_range(request).first == 0 ? file_answer(body, request, first_fields) : later(request);
    });
    const auto file = open(server.url("/clip"));
    return caught_from([&] { static_cast<void>(read(*file, 0, body.size())); });
  };
  const std::string longer = pattern(30 * kKiB);
  const std::vector<Error> errors{
      read_all("ETag: \"1\"\r\n",
               [&](const SeenRequest& request) { return file_answer(body, request, "ETag: \"2\"\r\n"); }),
      read_all("ETag: \"1\"\r\n",
               [&](const SeenRequest& request) {
                 CHECK(request.header("if-range") == "\"1\"");
                 return answer(200, body, "video/mp4", "ETag: \"2\"\r\n");
               }),
      read_all("Last-Modified: Thu, 01 Jan 2026 00:00:00 GMT\r\n",
               [&](const SeenRequest& request) {
                 return file_answer(body, request, "Last-Modified: Thu, 01 Jan 2026 00:00:01 GMT\r\n");
               }),
      read_all("", [&](const SeenRequest& request) { return file_answer(longer, request); }),
      read_all("", [&](const SeenRequest&) { return answer(416, "", "text/plain", "Content-Range: bytes */9\r\n"); }),
  };
  for (const Error& error : errors) {
    CHECK(error.code() == ErrorCode::network);
    CHECK(error.message().find("changed while it was read") != std::string::npos);
    CHECK(error.retryable());
  }
}

TEST_CASE("a server that drops its ranges, or a portal that comes between, is a network error") {
  const std::string body = pattern(20 * kKiB);
  for (const std::string& second :
       {answer(200, body, "video/mp4"), answer(200, "<html>Please sign in</html>", "text/html")}) {
    RawServer server;
    server.otherwise([&](const SeenRequest& request) {
      return asked_range(request).first == 0 ? file_answer(body, request) : second;
    });
    const auto file = open(server.url("/clip"));
    const Error error = caught_from([&] { static_cast<void>(read(*file, 0, body.size())); });
    CHECK(error.code() == ErrorCode::network);
    CHECK(error.message().find("changed") == std::string::npos);
  }
}

TEST_CASE("a packed body is refused, for its bytes are not the file's") {
  const std::string body = pattern(2 * kKiB);
  for (const int status : {200, 206}) {
    RawServer server;
    server.otherwise([&](const SeenRequest&) {
      return answer(status, body, "video/mp4", "Content-Encoding: gzip\r\nContent-Range: bytes 0-2047/2048\r\n");
    });
    const Error error = caught_from([&] { static_cast<void>(open(server.url("/clip"))); });
    CHECK(error.code() == ErrorCode::network);
    CHECK(error.message().find("compressed (gzip)") != std::string::npos);
    CHECK(server.requests().size() == 1);
  }
  RawServer store;
  store.otherwise([&](const SeenRequest& request) {
    return file_answer(body, request, "Content-Encoding: aws-chunked\r\n");  // a signing name that stores leave in
  });
  CHECK(read(*open(store.url("/clip")), 0, body.size()) == body);
}

TEST_CASE("a web page in place of a file is reported, and so is an empty file") {
  RawServer server;
  server.otherwise([&](const SeenRequest& request) {
    if (request.target == "/page") return answer(200, "\n <!DOCTYPE html><title>Login</title>", "text/html");
    if (request.target == "/json") return answer(200, R"({"error":"login"})", "application/json");
    return file_answer("", request);
  });
  for (const char* path : {"/page", "/json", "/empty"}) {
    const Error error = caught_from([&] { static_cast<void>(open(server.url(path))); });
    CHECK(error.code() == ErrorCode::media);
    CHECK_FALSE(error.retryable());
  }
  CHECK(server.requests().size() == 4);  // what is said to have no such range is asked for as a whole
}

TEST_CASE("an empty file of a server without ranges is empty, too") {
  for (const std::string& framing : {std::string("Content-Length: 0"), std::string("Connection: close")}) {
    RawServer server;
    server.otherwise(
        [&](const SeenRequest&) { return "HTTP/1.1 200 OK\r\nContent-Type: video/mp4\r\n" + framing + "\r\n\r\n"; });
    const Error error = caught_from([&] { static_cast<void>(open(server.url("/clip"))); });
    CHECK(error.code() == ErrorCode::media);
    CHECK(error.message() == "the file is empty");
  }
}

TEST_CASE("a refusal names the status, what the store says and that a signed URL has ended, and no secret") {
  RawServer server;
  server.otherwise([&](const SeenRequest&) {
    return answer(403,
                  "<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code><Message>Request has expired</Message>"
                  "<HostId>secret-host</HostId></Error>",
                  "application/xml");
  });
  const Error error = caught_from([&] {
    static_cast<void>(open(server.url("/clip?X-Amz-Date=20200101T000000Z&X-Amz-Expires=60&X-Amz-Signature=secret")));
  });
  CHECK(error.code() == ErrorCode::network);
  CHECK(error.message() == "the URL ended at 2020-01-01T00:01:00.000Z (HTTP 403)");
  CHECK(error.detail() == "AccessDenied: Request has expired");
  CHECK(std::string{error.what()}.find("secret") == std::string::npos);
  CHECK_FALSE(error.retryable());
  CHECK(server.requests().size() == 1);
}

TEST_CASE("redirects are followed once, until where they led ends, and a loop of them is an error") {
  const std::string body = pattern(40 * kKiB);
  RawServer server;
  int refused = 0;
  server.otherwise([&](const SeenRequest& request) {
    if (request.target == "/loop") return answer(302, "", "text/plain", "Location: /loop\r\n");
    if (request.target == "/moved") return answer(307, "", "text/plain", "Location: /signed?token=1\r\n");
    if (asked_range(request).first > 8 * kKiB && refused++ == 0) return answer(403, "", "text/plain");
    return file_answer(body, request);
  });
  const auto file = open(server.url("/moved"));
  CHECK(read(*file, 0, body.size()) == body);
  CHECK(server.count("GET", "/moved") == 2);
  const Error loop = caught_from([&] { static_cast<void>(open(server.url("/loop"))); });
  CHECK(loop.code() == ErrorCode::network);
  CHECK(loop.detail().find("ten redirects") != std::string::npos);
}

TEST_CASE("silence ends the reading after the stall time, a stop at once") {
  RawServer server;
  server.otherwise([&](const SeenRequest&) { return std::string{}; });
  server.script({test::step::read_request(), test::step::stay_silent()});
  server.script({test::step::read_request(), test::step::stay_silent()});
  const auto transport = std::make_shared<CurlTransport>("react1-test");
  const Error silent = caught_from([&] {
    static_cast<void>(open_ranged_file(
        server.url("/clip"), {.stop = {}, .stall_timeout = std::chrono::milliseconds{200}}, transport, small_parts()));
  });
  CHECK(silent.code() == ErrorCode::network);
  CHECK(silent.message() == "no data for 0.2 s");
  CHECK(server.requests().size() == 1);
  std::stop_source stop;
  stop.request_stop();
  const Error stopped = caught_from([&] {
    static_cast<void>(open_ranged_file(server.url("/clip"),
                                       {.stop = stop.get_token(), .stall_timeout = std::chrono::hours{1}}, transport,
                                       small_parts()));
  });
  CHECK(stopped.code() == ErrorCode::interrupted);
}

TEST_CASE("media travels through the proxy of the environment, whose refusal is distinguished from the server's") {
  const std::string body = pattern(6 * kKiB);
  RawServer server;
  server.otherwise([&](const SeenRequest& request) { return file_answer(body, request); });
  const test::TestAuthority authority;
  const test::TlsFront front(authority, {"media.example"}, server.port());
  const TemporaryDirectory folder;
  const std::string ca = (folder.path() / "ca.pem").string();
  write_file_atomically(ca, authority.certificate());
  test::ConnectProxy proxy(front.port());
  const test::ScopedVariable use("HTTPS_PROXY", proxy.url());
  const test::ScopedVariable lower("https_proxy", std::nullopt);
  const test::ScopedVariable no_proxy("NO_PROXY", std::nullopt);
  const test::ScopedVariable trust("SSL_CERT_FILE", ca);
  const test::ScopedVariable bundle("CURL_CA_BUNDLE", std::nullopt);
  CHECK(read(*open("https://media.example/clip"), 0, body.size()) == body);
  proxy.next({.answer = "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n", .tunnel = false});
  const Error refused = caught_from([&] { static_cast<void>(open("https://media.example/clip?sig=secret")); });
  CHECK(refused.code() == ErrorCode::network);
  CHECK(refused.hint().find("proxy") != std::string::npos);
  CHECK(refused.detail().find("407") != std::string::npos);
  CHECK(std::string{refused.what()}.find("secret") == std::string::npos);
}

TEST_CASE("plain http goes through HTTP_PROXY, but not to a host that NO_PROXY names") {
  const std::string body = pattern(6 * kKiB);
  RawServer proxy;
  proxy.otherwise([&](const SeenRequest& request) { return file_answer(body, request); });
  const test::ScopedVariable use("http_proxy", proxy.url());
  const test::ScopedVariable none("no_proxy", std::nullopt);
  const test::ScopedVariable upper("NO_PROXY", std::nullopt);
  CHECK(read(*open("http://media.example/clip?sig=1"), 0, body.size()) == body);
  REQUIRE_FALSE(proxy.requests().empty());
  CHECK(proxy.requests()[0].target == "http://media.example/clip?sig=1");
  const auto asked = proxy.requests().size();
  const test::ScopedVariable exempt("no_proxy", "media.invalid");
  const Error direct = caught_from([&] { static_cast<void>(open("http://media.invalid/clip")); });
  CHECK(direct.code() == ErrorCode::network);
  CHECK(proxy.requests().size() == asked);
}

}  // namespace
}  // namespace react1::http
