// SPDX-License-Identifier: Apache-2.0
#include "http/message/transport.hpp"

namespace react1::http {

std::string_view to_string(Method method) noexcept {
  switch (method) {
    case Method::get:
      return "GET";
    case Method::post:
      return "POST";
    case Method::put:
      return "PUT";
  }
  return "";
}

std::string_view to_string(TransportFailure::Kind kind) noexcept {
  using Kind = TransportFailure::Kind;
  switch (kind) {
    case Kind::resolve:
      return "the host name could not be resolved";
    case Kind::connect:
      return "no connection could be made";
    case Kind::tls:
      return "the TLS handshake failed";
    case Kind::certificate:
      return "the server's certificate was not accepted";
    case Kind::proxy:
      return "the proxy opened no tunnel to the server";
    case Kind::proxy_refused:
      return "the proxy refused";
    case Kind::timeout_connect:
      return "connecting took too long";
    case Kind::timeout_total:
      return "the exchange took too long";
    case Kind::stalled:
      return "the connection stalled";
    case Kind::reset:
      return "the connection ended before an answer";
    case Kind::truncated_body:
      return "the answer ended early";
    case Kind::too_large:
      return "the answer is too large";
    case Kind::protocol:
      return "the exchange violated HTTP";
    case Kind::local_resource:
      return "this machine has no resources for another connection";
    case Kind::local_read:
      return "a local file could not be read";
    case Kind::local_write:
      return "a local file could not be written";
    case Kind::interrupted:
      return "stopped on request";
  }
  return "";
}

}  // namespace react1::http
