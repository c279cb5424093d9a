// SPDX-License-Identifier: Apache-2.0
// Maps curl's result codes to TransportFailure.
#pragma once

#include <curl/curl.h>

#include "http/message/transport.hpp"

namespace react1::http {

/// `begun`: the connection, with its TLS session, was established and the request was about to be sent.
[[nodiscard]] TransportFailure::Kind kind_of(CURLcode code, bool begun) noexcept;

/// The same for a request that has not begun and goes through a proxy's tunnel; `answer` is the proxy's status for it,
/// 0 when there was none.
[[nodiscard]] TransportFailure::Kind kind_of_tunnel(CURLcode code, long answer) noexcept;

}  // namespace react1::http
