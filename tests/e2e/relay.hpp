// SPDX-License-Identifier: Apache-2.0
// Forwards a request to a service, and its answer back, as every kind of middle does.
#pragma once

#include <string>

#include "support/http_client.hpp"
#include "support/raw_server.hpp"

namespace react1::test {

/// Sends `seen` to `url` with `body`: all its fields but those that are about one connection or one body's length.
[[nodiscard]] HttpResponse relay(const SeenRequest& seen, const std::string& url, const std::string& body);
/// The whole answer as returned, with a length of its own.
[[nodiscard]] std::string relayed(const HttpResponse& response);

}  // namespace react1::test
