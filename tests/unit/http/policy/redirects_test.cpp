// SPDX-License-Identifier: Apache-2.0
// Where a redirect may lead, whatever carried it.
#include "http/policy/redirects.hpp"

#include <doctest/doctest.h>

#include <react1/error.hpp>
#include <string>
#include <variant>

namespace {

using namespace react1;
using namespace react1::http;

Response redirect_to(const std::string& location) {
  Response response;
  response.status = 302;
  response.headers.add("Location", location);
  return response;
}

bool follows(const std::string& from, const std::string& to, bool plain_http) {
  Request request;
  request.url = from;
  request.follow_redirects = true;
  request.plain_http = plain_http;
  return std::holds_alternative<std::string>(next_stop(request, from, redirect_to(to), /*followed=*/0));
}

TEST_CASE("a redirect never leads from https to plain http, not even where plain http is spoken") {
  for (const bool plain_http : {false, true}) {
    CAPTURE(plain_http);
    for (const char* to : {"http://files.example/out.mp4", "http://127.0.0.1:8080/out.mp4", "http://localhost/x",
                           "HTTP://files.example/out.mp4", "http://files.example:443/out.mp4"}) {
      CAPTURE(to);
      CHECK_FALSE(follows("https://files.example/out.mp4", to, plain_http));
    }
    CHECK(follows("https://files.example/a/out.mp4", "https://other.example/out.mp4", plain_http));
    CHECK(follows("https://files.example/a/out.mp4", "../b/out.mp4", plain_http));
    CHECK(follows("https://files.example/a/out.mp4", "//other.example/out.mp4", plain_http));
    for (const char* to :
         {"ftp://files.example/x", "file:///etc/passwd", "gopher://x/", "javascript:1", "data:,x", ""}) {
      CAPTURE(to);
      const bool stays = std::string(to).empty();  // an empty reference is the same URL
      CHECK(follows("https://files.example/out.mp4", to, plain_http) == stays);
    }
  }
}

TEST_CASE("nothing that carries a key or is no GET follows a redirect at all") {
  Request request;
  request.url = "https://queue.fal.run/x";
  request.follow_redirects = true;
  CHECK_NOTHROW(check_request(request));
  request.headers.add("Authorization", "Key a:b");
  CHECK_THROWS_AS(check_request(request), Error);
  Request paid;
  paid.url = "https://queue.fal.run/x";
  paid.method = Method::post;
  paid.body = TextBody{"{}"};
  paid.follow_redirects = true;
  CHECK_THROWS_AS(check_request(paid), Error);
}

}  // namespace
