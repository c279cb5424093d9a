// SPDX-License-Identifier: Apache-2.0
// The service's platform API, separate from the queue: prices, the live schema, a free check of the key. The request
// history is in platform_history.hpp. Its errors have their own format.
#pragma once

#include <optional>
#include <string>

#include <react1/error.hpp>
#include <react1/platform.hpp>
#include <react1/run_context.hpp>

#include "core/json_text.hpp"
#include "fal/protocol/session.hpp"

namespace react1::fal {

/// An error of the platform: {"error":{"type","message",…}}.
struct PlatformFault {
  std::string type;  ///< e.g. "rate_limited"
  std::string text;  ///< for people, one line, scrubbed
};
/// nullopt: the answer is not the platform's.
[[nodiscard]] std::optional<PlatformFault> read_platform_fault(const http::Response& response, const Secret& key);

/// An answer that is no success. Codes: 401 and 403 auth; 429 and 5xx network, retryable; other 4xx refused; anything
/// not in the platform's format is network, because something else has answered. A 403 means that this key lacks
/// permission, never that there is no such request.
[[nodiscard]] Error platform_refusal(const http::Response& response, const Subject& subject, const Secret& key);

/// The platform's URL with `path` ("/models/pricing"). Throws Error{usage} when no platform is configured.
[[nodiscard]] std::string platform_url(const Session& session, const char* path);

struct PlatformAnswer {
  Json body;
  std::int64_t bytes = 0;  ///< of the answer
};
/// One query, retried until the platform answers it. Throws as FalClient's calls do.
[[nodiscard]] PlatformAnswer ask_platform(const Session& session, const http::Request& request, const Subject& subject,
                                          const RunContext& context);

[[nodiscard]] UnitPrice unit_price(const Session& session, const RunContext& context);
/// The price per minute in USD; nullopt: the price has another unit or currency.
[[nodiscard]] std::optional<Rational> usd_per_minute(const UnitPrice& price);
[[nodiscard]] CostEstimate estimate_cost(const Session& session, const Rational& units, const RunContext& context);
[[nodiscard]] std::string live_schema(const Session& session, const RunContext& context);
[[nodiscard]] KeyProbe probe_key(const Session& session, const RunContext& context);

}  // namespace react1::fal
