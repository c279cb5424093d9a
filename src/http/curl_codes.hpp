// curl's result codes in the transport's words.
#pragma once

#include <curl/curl.h>

#include "http/transport.hpp"

namespace react1::http {

/// `begun`: a connection (and its TLS session) stood when it failed.
[[nodiscard]] TransportFailure::Kind kind_of(CURLcode code, bool begun) noexcept;

/// Codes that curl gives only while it has no usable connection.
[[nodiscard]] bool never_reached_a_server(CURLcode code) noexcept;

}  // namespace react1::http
