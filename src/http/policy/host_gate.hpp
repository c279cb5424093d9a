// SPDX-License-Identifier: Apache-2.0
// The limits of one host: concurrency, rate, hold and breaker, over all requests of the process. Pure: the
// time is a parameter.
#pragma once

#include <chrono>
#include <optional>

#include <react1/fal.hpp>

#include "http/message/transport.hpp"

namespace react1::http {

/// The limits of a client; shared by its requests.
struct GatePolicy {
  HostLimits limits{};
  RetryOptions backoff{};  ///< how long a busy host gets no requests; max_delay also caps its Retry-After
};

enum class GateClass {
  ordinary,  ///< short exchanges and transfers of files
  stream,    ///< long-lived and mostly idle: counted, separately, only until its answer begins
  submit,    ///< Request::at_most_once: delayed by the circuit breaker
};
[[nodiscard]] GateClass gate_class(const Request& request) noexcept;

/// One host. Not thread-safe.
///
/// Hold: a 429, or any temporary refusal with Retry-After, holds *every* request to the host, not only the next attempt
/// of the one that was refused. Breaker: after `breaker_failures` submits in a row that the service failed to answer
/// properly, or as many requests of any kind that could not reach it, the service counts as down. Submits then wait;
/// after a pause one of them is let through as a probe. A proper answer to it ends that, a failure doubles the pause.
class HostGate {
 public:
  using Time = std::chrono::steady_clock::time_point;

  HostGate(const GatePolicy& policy, Time now);

  struct Answer {
    bool go = false;           ///< it starts now and is counted; on_finished() must be called when it is over
    bool probe = false;        ///< it tests whether the service is back
    std::optional<Time> at{};  ///< not now: when to try again; nullopt: when another one is over
  };
  [[nodiscard]] Answer ask(GateClass what, Time now);
  /// A stream's answer has begun. Until then it counts, so that a thousand streams don't open their connections at
  /// once: curl puts 100 on an unconfirmed HTTP/2 connection, and opens one connection for each of the others.
  void opened() noexcept { --opening_; }
  /// A started request is over; `counted` is false for a stream that was opened(). `wall` is for Retry-After dates.
  void on_finished(GateClass what, bool probe, bool counted, const Outcome& outcome, Time now,
                   std::chrono::system_clock::time_point wall);

  /// New limits of a later client; running requests continue.
  void set_policy(const GatePolicy& policy);
  [[nodiscard]] bool down() const noexcept;
  /// Nothing runs and there is no state to keep.
  [[nodiscard]] bool idle(Time now) const noexcept;

 private:
  void refill(Time now);
  void learn(GateClass what, const Outcome& outcome);
  void hold(GateClass what, const Outcome& outcome, Time now, std::chrono::system_clock::time_point wall);

  GatePolicy policy_;
  int running_ = 0, opening_ = 0;
  double tokens_;
  Time refilled_;
  Time held_until_;
  int busy_ = 0;  // temporary refusals in a row
  int submit_failures_ = 0, unreachable_ = 0;
  Time probe_at_;
  bool probing_ = false;
};

}  // namespace react1::http
