// SPDX-License-Identifier: Apache-2.0
// How an exchange ended, for tests of its handling.
#pragma once

#include <utility>

#include "http/message/transport.hpp"

namespace react1::test {

inline http::Outcome answered(int status, http::Headers headers = {}) {
  http::Response response;
  response.status = status;
  response.headers = std::move(headers);
  return response;
}

inline http::Outcome failed(http::TransportFailure::Kind kind) {
  http::TransportFailure failure;
  failure.kind = kind;
  return failure;
}

}  // namespace react1::test
