// SPDX-License-Identifier: Apache-2.0
// Short names for the transport's tests.
#pragma once

#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <utility>
#include <variant>

#include "core/atomic_file.hpp"
#include "http/engine/curl_transport.hpp"
#include "support/raw_server.hpp"

namespace react1::test {

inline http::Request get(const std::string& url) {
  http::Request request;
  request.url = url;
  return request;
}

inline http::Request post(const std::string& url, std::string body) {
  http::Request request;
  request.method = http::Method::post;
  request.url = url;
  request.body = http::TextBody{std::move(body)};
  return request;
}

inline http::Request put_file(const std::string& url, const std::string& path) {
  http::Request request;
  request.method = http::Method::put;
  request.url = url;
  request.body = http::FileBody{path};
  return request;
}

inline http::Request download(const std::string& url, const std::string& path, std::int64_t max_bytes = 1 << 20) {
  http::Request request = get(url);
  request.sink = http::FileSink{path, max_bytes};
  return request;
}

/// The answer; fails the test when there was none.
inline http::Response answered(http::Outcome outcome) {
  if (const auto* failure = std::get_if<http::TransportFailure>(&outcome))
    FAIL("no answer: ", std::string(to_string(failure->kind)), " ", failure->detail);
  return std::get<http::Response>(std::move(outcome));
}

/// The failure; fails the test when there was an answer.
inline http::TransportFailure failed(http::Outcome outcome) {
  REQUIRE(std::holds_alternative<http::TransportFailure>(outcome));
  return std::get<http::TransportFailure>(std::move(outcome));
}

}  // namespace react1::test
