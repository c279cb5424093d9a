// SPDX-License-Identifier: Apache-2.0
// When to try an exchange again, and how long to wait before. The policy is pure; clock and random numbers are
// parameters.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include <react1/fal.hpp>
#include <react1/run_context.hpp>

#include "core/clock.hpp"
#include "http/message/transport.hpp"

namespace react1::http {

/// A number in [0, 1).
using Dice = std::function<double()>;
/// Seeded from the system; thread-safe.
[[nodiscard]] Dice system_dice();

/// Retry-After: seconds, or an HTTP date relative to `now`; never negative. nullopt when it is neither.
[[nodiscard]] std::optional<std::chrono::milliseconds> parse_retry_after(std::string_view value,
                                                                         std::chrono::system_clock::time_point now);

/// base · 2^(attempt−1), jittered down to half of that at most, capped. `attempt` counts from 1.
[[nodiscard]] std::chrono::milliseconds backoff(int attempt, const RetryOptions& options, double random);

/// The pause before the next attempt after a failed one: backoff(), or the server's Retry-After when that is longer;
/// never above options.max_delay.
[[nodiscard]] std::chrono::milliseconds pause_after(int attempt, const Outcome& outcome, const RetryOptions& options,
                                                    double random, std::chrono::system_clock::time_point now);

/// 408, 429, 500, 502, 503, 504.
[[nodiscard]] bool is_retryable_status(int status) noexcept;
/// Failures of the connection and not of the request: the same request may succeed later.
[[nodiscard]] bool is_retryable(TransportFailure::Kind kind) noexcept;
/// For requests that are safe to repeat.
[[nodiscard]] bool is_retryable(const Outcome& outcome) noexcept;

struct RetryDecision {
  bool retry = false;
  std::chrono::milliseconds delay{0};
};
/// `attempt` attempts have been made, the last ended in `outcome`.
[[nodiscard]] RetryDecision decide(int attempt, const Outcome& outcome, const RetryOptions& options, double random,
                                   std::chrono::system_clock::time_point now);

/// Everything around a request that repeats it.
struct RetryContext {
  const RetryOptions& options;
  const Clock& clock;
  const Dice& dice;
};

/// Checks an answer, whatever its status: false when it can't be the requested document (an HTML page in place of JSON)
/// and should be retried. May be empty.
using Usable = std::function<bool(const Response&)>;

/// One request that is safe to repeat, from attempt to attempt: the part shared by
/// perform_with_retry() and asynchronous callers.
class Attempts {
 public:
  explicit Attempts(RetryContext retry) noexcept : retry_(retry) {}
  /// An attempt ended. The pause before the next one, or nullopt: `outcome` is final. Logs the pause.
  [[nodiscard]] std::optional<std::chrono::milliseconds> after(const Request& request, const Outcome& outcome,
                                                               const Usable& usable = {});

 private:
  RetryContext retry_;
  int made_ = 0;
};

/// Performs a request that is safe to repeat until it succeeds, fails for good or its attempts are used up; returns
/// the last outcome. Throws Error{interrupted}, also out of a pause.
[[nodiscard]] Outcome perform_with_retry(Transport& transport, const Request& request, const RetryContext& retry,
                                         const RunContext& context, const Usable& usable = {});

/// Sleeps; throws Error{interrupted} when stopped.
void pause(const Clock& clock, std::chrono::milliseconds duration, const RunContext& context);

}  // namespace react1::http
