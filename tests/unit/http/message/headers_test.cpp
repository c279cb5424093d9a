// SPDX-License-Identifier: Apache-2.0
#include "http/message/headers.hpp"

#include <doctest/doctest.h>

using react1::http::Headers;

TEST_CASE("header names compare without case and the last field wins") {
  Headers headers{{"X-One", "a"}, {"x-ONE", "b"}, {"Other", "c"}};
  CHECK(headers.find("X-one") == "b");
  CHECK(headers.all("x-one") == std::vector<std::string>{"a", "b"});
  CHECK_FALSE(headers.find("missing").has_value());
}

TEST_CASE("a media type is taken out of its parameters") {
  CHECK(react1::http::media_type("Text/HTML; charset=utf-8") == "text/html");
  CHECK(react1::http::media_type(" video/mp4 ") == "video/mp4");
  CHECK(react1::http::media_type("").empty());
}
