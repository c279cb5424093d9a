// SPDX-License-Identifier: Apache-2.0
#include "http/message/url.hpp"

#include <doctest/doctest.h>

using namespace react1::http;

namespace {
bool loopback(const char* text) {
  const auto url = parse_url(text);
  return url && is_loopback(*url);
}
bool acceptable(const char* text) {
  const auto url = parse_url(text);
  return url && is_acceptable(*url);
}
}  // namespace

TEST_CASE("an URL is taken apart into what will be connected to") {
  const auto url = parse_url("HTTPS://Queue.Fal.Run/a/b?x=1#y");
  REQUIRE(url);
  CHECK(url->scheme == "https");
  CHECK(url->host == "queue.fal.run");
  CHECK(url->port == 443);
  CHECK(url->path == "/a/b");
  CHECK(url->query == "x=1");
  CHECK(url->has_fragment);
  CHECK_FALSE(url->has_user_info);
}

TEST_CASE("what is no http URL is refused") {
  for (const char* text : {"", "queue.fal.run", "ftp://a/b", "file:///etc/passwd", "https://", "https:///path",
                           "http:// a/", "https://a/\r\nX: y", "javascript:alert(1)", "https://a:99999/"}) {
    CAPTURE(std::string(text));
    CHECK_FALSE(parse_url(text).has_value());
  }
}

TEST_CASE("user info does not pass for the host") {
  const auto url = parse_url("https://queue.fal.run@evil.example/x");
  REQUIRE(url);
  CHECK(url->host == "evil.example");
  CHECK(url->has_user_info);
}

TEST_CASE("same origin means scheme, host and port") {
  const auto a = parse_url("https://h.example/x");
  CHECK(same_origin(*a, *parse_url("https://H.example:443/y?z")));
  CHECK_FALSE(same_origin(*a, *parse_url("http://h.example/x")));
  CHECK_FALSE(same_origin(*a, *parse_url("https://h.example:8443/x")));
  CHECK_FALSE(same_origin(*a, *parse_url("https://h.example.evil.example/x")));
}

TEST_CASE("loopback is distinguished from names that only look like it") {
  CHECK(loopback("http://127.0.0.1:8080/"));
  CHECK(loopback("http://127.9.8.7/"));
  CHECK(loopback("http://localhost/"));
  CHECK(loopback("http://[::1]:80/"));
  CHECK_FALSE(loopback("http://127.0.0.1.evil.example/"));
  CHECK_FALSE(loopback("http://localhost.evil.example/"));
  CHECK_FALSE(loopback("http://128.0.0.1/"));
  CHECK_FALSE(loopback("http://[::2]/"));
}

TEST_CASE("plain http is acceptable for loopback hosts only") {
  CHECK(acceptable("https://example.org/"));
  CHECK(acceptable("http://127.0.0.1:1/"));
  CHECK_FALSE(acceptable("http://example.org/"));
  CHECK_FALSE(acceptable("http://192.168.0.1/"));
}

TEST_CASE("a query is appended to whatever is there") {
  CHECK(with_query("https://a.example/s", "logs", "1") == "https://a.example/s?logs=1");
  CHECK(with_query("https://a.example/s?x=y", "logs", "1") == "https://a.example/s?x=y&logs=1");
}

TEST_CASE("a redirect's target is understood relative to its page") {
  CHECK(resolve_reference("https://a.example/x/y", "/z") == "https://a.example/z");
  CHECK(resolve_reference("https://a.example/x/y", "z") == "https://a.example/x/z");
  CHECK(resolve_reference("https://a.example/x", "https://b.example/q?s=1") == "https://b.example/q?s=1");
  CHECK_FALSE(resolve_reference("https://a.example/x", "file:///etc/passwd").has_value());
}

TEST_CASE("a redirect to a file name as it is written leads to that file") {
  CHECK(resolve_reference("https://a.example/x/y", "/my clip.mp4") == "https://a.example/my%20clip.mp4");
  CHECK(resolve_reference("https://a.example/x/y", "clip \xC3\xA9.mp4?n=a b") ==
        "https://a.example/x/clip%20%C3%A9.mp4?n=a%20b");
  CHECK(resolve_reference("https://a.example/x", "https://b.example/a%20b") == "https://b.example/a%20b");
  CHECK_FALSE(resolve_reference("https://a.example/x", "/a\r\nb").has_value());
  CHECK_FALSE(resolve_reference("https://a.example/x", "/a\tb").has_value());
  CHECK_FALSE(resolve_reference("https://a.example/x", "https://b example/c").has_value());
}

TEST_CASE("a request id cannot leave its path segment") {
  CHECK(escape_segment("019a-b_c~d") == "019a-b_c~d");
  CHECK(escape_segment("a/b?c#d%") == "a%2Fb%3Fc%23d%25");
}
