// SPDX-License-Identifier: Apache-2.0
#include "http/policy/host_gate.hpp"

#include <algorithm>
#include <cmath>
#include <string_view>

#include "core/saturate.hpp"
#include "http/policy/retry.hpp"

namespace react1::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using Kind = TransportFailure::Kind;

/// The host is unreachable, whatever the request.
bool found_no_way(const TransportFailure& failure) noexcept {
  return failure.kind == Kind::resolve || failure.kind == Kind::connect || failure.kind == Kind::tls ||
         failure.kind == Kind::timeout_connect || failure.kind == Kind::proxy;
}

/// The request went out and no answer came. Local faults and a stop are no evidence about the service.
bool broke_off(const TransportFailure& failure) noexcept {
  return failure.kind == Kind::reset || failure.kind == Kind::stalled || failure.kind == Kind::truncated_body ||
         failure.kind == Kind::timeout_total;
}

bool is_outage(int status) noexcept {
  return status == 500 || (status >= 502 && status <= 504);
}

}  // namespace

GateClass gate_class(const Request& request) noexcept {
  if (request.at_most_once) return GateClass::submit;
  return std::holds_alternative<StreamSink>(request.sink) ? GateClass::stream : GateClass::ordinary;
}

HostGate::HostGate(const GatePolicy& policy, Time now)
    : policy_(policy), tokens_(policy.limits.burst), refilled_(now), held_until_(now), probe_at_(now) {}

void HostGate::set_policy(const GatePolicy& policy) {
  policy_ = policy;
  tokens_ = std::min(tokens_, static_cast<double>(policy.limits.burst));
}

bool HostGate::down() const noexcept {
  return std::max(submit_failures_, unreachable_) >= policy_.limits.breaker_failures;
}

bool HostGate::idle(Time now) const noexcept {
  return running_ == 0 && opening_ == 0 && !probing_ && held_until_ <= now && busy_ == 0 && submit_failures_ == 0 &&
         unreachable_ == 0;
}

void HostGate::refill(Time now) {
  const std::chrono::duration<double> since = now - refilled_;
  tokens_ =
      std::min(tokens_ + since.count() * policy_.limits.requests_per_s, static_cast<double>(policy_.limits.burst));
  refilled_ = now;
}

HostGate::Answer HostGate::ask(GateClass what, Time now) {
  if (now < held_until_) return {.at = held_until_};
  int& running = what == GateClass::stream ? opening_ : running_;
  if (running >= policy_.limits.concurrency) return {};
  const bool probe = what == GateClass::submit && down();
  if (probe && probing_) return {};
  if (probe && now < probe_at_) return {.at = probe_at_};
  refill(now);
  if (tokens_ < 1) {
    const std::chrono::duration<double> missing((1 - tokens_) / policy_.limits.requests_per_s);
    // Rounded up: a check slightly too early would return a pause of 0 repeatedly.
    const std::chrono::duration<double> longest(kForever);
    return {.at = now + std::chrono::ceil<milliseconds>(std::min(missing, longest))};
  }
  tokens_ -= 1;
  ++running;
  if (probe) probing_ = true;
  return {.go = true, .probe = probe};
}

void HostGate::on_finished(GateClass what, bool probe, bool counted, const Outcome& outcome, Time now,
                           std::chrono::system_clock::time_point wall) {
  if (counted) --(what == GateClass::stream ? opening_ : running_);
  if (probe) probing_ = false;
  const int before = std::max(submit_failures_, unreachable_);
  learn(what, outcome);
  const int failures = std::max(submit_failures_, unreachable_);
  if (down() && failures > before) {
    const int beyond = std::min(failures - policy_.limits.breaker_failures, 20);
    const auto doubled = policy_.limits.breaker_pause * (std::int64_t{1} << beyond);
    probe_at_ = now + std::min(doubled, policy_.limits.breaker_pause_max);
  }
  hold(what, outcome, now, wall);
}

void HostGate::learn(GateClass what, const Outcome& outcome) {
  if (const auto* failure = std::get_if<TransportFailure>(&outcome)) {
    if (found_no_way(*failure)) ++unreachable_;
    if (failure->status) unreachable_ = 0;
    if (what == GateClass::submit && broke_off(*failure)) ++submit_failures_;
    return;
  }
  unreachable_ = 0;
  if (what != GateClass::submit) return;  // the result of a failed job replays the job's own 5xx
  submit_failures_ = is_outage(std::get<Response>(outcome).status) ? submit_failures_ + 1 : 0;
}

void HostGate::hold(GateClass what, const Outcome& outcome, Time now, std::chrono::system_clock::time_point wall) {
  const auto* response = std::get_if<Response>(&outcome);
  if (response == nullptr) return;
  const bool asks = response->headers.has("Retry-After");
  const bool busy = response->status == 429 || (response->status == 503 && what == GateClass::submit) ||
                    (asks && is_retryable_status(response->status));
  if (!busy) {
    busy_ = 0;
    return;
  }
  ++busy_;
  // The same time for all requests; the requests' own back-off spreads them.
  held_until_ = std::max(held_until_, now + pause_after(busy_, outcome, policy_.backoff, /*random=*/0.5, wall));
}

}  // namespace react1::http
