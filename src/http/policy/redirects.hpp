// SPDX-License-Identifier: Apache-2.0
// Checks of requests, and of the targets of redirects. Pure.
#pragma once

#include <optional>
#include <string>
#include <variant>

#include "http/message/transport.hpp"

namespace react1::http {

/// Throws Error{internal} for a contradictory request: a key together with redirects, a line break in a
/// header field, no body where one is needed, a stream without a receiver.
void check_request(const Request& request);

/// Why nothing may be sent to `url`; nothing can have been received then. nullopt when allowed. `reach` is checked
/// against the text, as far as that is an address.
[[nodiscard]] std::optional<TransportFailure> objection_to(const Request& request, const std::string& url, Reach reach);
/// How far a redirect from `url` may lead, which was connected to at `peer`.
[[nodiscard]] Reach reach_from(const std::string& url, std::optional<Place> peer);

/// The answer is a redirect that the request wants followed.
[[nodiscard]] bool wants_redirect(const Request& request, const Response& response) noexcept;
/// Where it leads, or why it is not followed. `followed` redirects came before it.
[[nodiscard]] std::variant<std::string, TransportFailure> next_stop(const Request& request, const std::string& url,
                                                                    const Response& response, int followed);

}  // namespace react1::http
