// SPDX-License-Identifier: Apache-2.0
#include "http/policy/retry.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <memory>
#include <mutex>
#include <random>
#include <react1/error.hpp>

#include "core/log.hpp"
#include "core/redact.hpp"
#include "core/saturate.hpp"
#include "http/message/date.hpp"

namespace react1::http {

Dice system_dice() {
  struct Engine {
    std::mutex mutex;
    std::mt19937 numbers{std::random_device{}()};
  };
  auto engine = std::make_shared<Engine>();
  return [engine] {
    const std::lock_guard lock(engine->mutex);
    return std::uniform_real_distribution<double>(0.0, 1.0)(engine->numbers);
  };
}

std::optional<std::chrono::milliseconds> parse_retry_after(std::string_view value,
                                                           std::chrono::system_clock::time_point now) {
  using std::chrono::milliseconds;
  constexpr std::int64_t kDay = 86'400;  // more is capped later anyway, and must not overflow here
  value = trim(value);
  std::int64_t seconds = 0;
  const auto [end, fault] = std::from_chars(value.data(), value.data() + value.size(), seconds);
  if (!value.empty() && end == value.data() + value.size()) {
    if (fault == std::errc::result_out_of_range) return milliseconds(kDay * 1000);
    return seconds < 0 ? std::nullopt : std::optional(milliseconds(std::min(seconds, kDay) * 1000));
  }
  const auto date = parse_date(value);
  if (!date) return std::nullopt;
  const auto wait = std::chrono::ceil<milliseconds>(*date - now);
  return std::clamp(wait, milliseconds(0), milliseconds(kDay * 1000));
}

std::chrono::milliseconds backoff(int attempt, const RetryOptions& options, double random) {
  const double doubled = static_cast<double>(options.base_delay.count()) * std::exp2(std::max(attempt, 1) - 1);
  const double capped = std::min(doubled, static_cast<double>(at_most_forever(options.max_delay).count()));
  return std::chrono::milliseconds(std::llround(capped * (0.5 + 0.5 * random)));
}

std::chrono::milliseconds pause_after(int attempt, const Outcome& outcome, const RetryOptions& options, double random,
                                      std::chrono::system_clock::time_point now) {
  auto delay = backoff(attempt, options, random);
  if (const auto* response = std::get_if<Response>(&outcome)) {
    if (const auto asked = response->headers.find("Retry-After"))
      delay = std::max(delay, parse_retry_after(*asked, now).value_or(delay));
  }
  return std::min(delay, options.max_delay);
}

bool is_retryable_status(int status) noexcept {
  return status == 408 || status == 429 || status == 500 || (status >= 502 && status <= 504);
}

bool is_retryable(TransportFailure::Kind kind) noexcept {
  using Kind = TransportFailure::Kind;
  switch (kind) {
    case Kind::resolve:
    case Kind::connect:
    case Kind::tls:
    case Kind::proxy:
    case Kind::timeout_connect:
    case Kind::timeout_total:
    case Kind::stalled:
    case Kind::reset:
    case Kind::truncated_body:
      return true;
    case Kind::certificate:
    case Kind::proxy_refused:
    case Kind::too_large:
    case Kind::protocol:
    case Kind::local_resource:
    case Kind::local_read:
    case Kind::local_write:
    case Kind::interrupted:
      return false;
  }
  return false;
}

bool is_retryable(const Outcome& outcome) noexcept {
  if (const auto* response = std::get_if<Response>(&outcome)) return is_retryable_status(response->status);
  return is_retryable(std::get<TransportFailure>(outcome).kind);
}

RetryDecision decide(int attempt, const Outcome& outcome, const RetryOptions& options, double random,
                     std::chrono::system_clock::time_point now) {
  if (attempt >= options.attempts || !is_retryable(outcome)) return {};
  return {true, pause_after(attempt, outcome, options, random, now)};
}

void pause(const Clock& clock, std::chrono::milliseconds duration, const RunContext& context) {
  if (!clock.sleep_for(duration, context.stop)) context.throw_if_stopped();
}

std::optional<std::chrono::milliseconds> Attempts::after(const Request& request, const Outcome& outcome,
                                                         const Usable& usable) {
  ++made_;
  const auto now = retry_.clock.wall();
  RetryDecision decision = decide(made_, outcome, retry_.options, retry_.dice(), now);
  const auto* response = std::get_if<Response>(&outcome);
  if (response != nullptr && usable && !usable(*response) && made_ < retry_.options.attempts)
    decision = {true, pause_after(made_, outcome, retry_.options, retry_.dice(), now)};
  if (!decision.retry) return std::nullopt;
  log::info("http", fmt::format("{} {} again in {} ms, attempt {} of {}", to_string(request.method),
                                redact_url(request.url), decision.delay.count(), made_ + 1, retry_.options.attempts));
  return decision.delay;
}

Outcome perform_with_retry(Transport& transport, const Request& request, const RetryContext& retry,
                           const RunContext& context, const Usable& usable) {
  Attempts attempts(retry);
  for (;;) {
    context.throw_if_stopped();
    Outcome outcome = transport.perform(request, context);
    if (const auto* failure = std::get_if<TransportFailure>(&outcome)) {
      if (failure->kind == TransportFailure::Kind::interrupted) {
        context.throw_if_stopped();
        throw Error(ErrorCode::interrupted, redact_url(request.url), "stopped on request");
      }
    }
    const auto delay = attempts.after(request, outcome, usable);
    if (!delay) return outcome;
    pause(retry.clock, *delay, context);
  }
}

}  // namespace react1::http
