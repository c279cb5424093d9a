// SPDX-License-Identifier: Apache-2.0
#include "serve/target.hpp"

#include <doctest/doctest.h>

using namespace react1::serve;

TEST_CASE("a target is split into a decoded path and query items") {
  const auto target = parse_target("/files/b/a%20b%2Fc.mp4?sig=x%3Dy&flag&plus=a+b&sig=second");
  REQUIRE(target);
  CHECK(target->raw_path == "/files/b/a%20b%2Fc.mp4");
  CHECK(target->path == "/files/b/a b/c.mp4");
  CHECK(target->query.at("sig") == "x=y");
  CHECK(target->query.at("flag").empty());
  CHECK(target->query.at("plus") == "a b");
}

TEST_CASE("an absolute target loses its host") {
  const auto target = parse_target("http://127.0.0.1:1/x?y=1");
  REQUIRE(target);
  CHECK(target->path == "/x");
  CHECK(target->query.at("y") == "1");
  CHECK(parse_target("http://host")->path == "/");
}

TEST_CASE("a plus sign is itself in a path") {
  CHECK(parse_target("/a+b")->path == "/a+b");
}

TEST_CASE("a target with a broken escape, a NUL or no path is refused") {
  for (const char* target : {"/%", "/%4", "/%zz", "/a%00b", "", "*", "?x=1", "/x?y=%4"}) {
    CAPTURE(target);
    CHECK_FALSE(parse_target(target).has_value());
  }
}

TEST_CASE("encoding and decoding a segment gives it back") {
  const std::string name = "clip №1 (a/b)?&=%+.mp4";
  const std::string encoded = percent_encode(name);
  CHECK(encoded.find_first_of(" /?&=+()") == std::string::npos);
  CHECK(percent_decode(encoded) == name);
}

TEST_CASE("header names are equal whatever their case") {
  Headers headers{{"Content-Type", "a"}};
  CHECK(headers.count("content-TYPE") == 1);
  CHECK(headers.count("content-typ") == 0);
}
