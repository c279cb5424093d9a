// SPDX-License-Identifier: Apache-2.0
// How much one host may be asked for, and when: the one place that knows about everybody's requests to it. Pure: the
// time is handed in.
#pragma once

#include <chrono>
#include <optional>

#include <react1/fal.hpp>

#include "http/message/transport.hpp"

namespace react1::http {

/// What a client wants to be respected; shared by its requests.
struct GatePolicy {
  HostLimits limits{};
  RetryOptions backoff{};  ///< how long a busy host is left alone; max_delay also caps its Retry-After
};

enum class GateClass {
  ordinary,  ///< short exchanges and transfers of files
  stream,    ///< open for long and nearly idle: counted, apart from the others, only until its answer begins
  submit,    ///< Request::at_most_once: what the circuit breaker holds back
};
[[nodiscard]] GateClass gate_class(const Request& request) noexcept;

/// One host. Not thread-safe.
///
/// Hold: a 429, or any passing refusal with Retry-After, holds *every* request to the host, not only the next attempt
/// of the one that was refused. Breaker: after `breaker_failures` submits in a row that the service failed to answer
/// properly, or as many requests of any kind that found no way to it, the service counts as down. Submits then wait;
/// after a pause one of them is let through as a probe. A proper answer to it ends that, a failure doubles the pause.
class HostGate {
 public:
  using Time = std::chrono::steady_clock::time_point;

  HostGate(const GatePolicy& policy, Time now);

  struct Answer {
    bool go = false;           ///< it goes now and is counted; on_finished() has to be called when it is over
    bool probe = false;        ///< it is the one that tries whether the service is back
    std::optional<Time> at{};  ///< not now: when to ask again; nullopt: when another one is over
  };
  [[nodiscard]] Answer ask(GateClass what, Time now);
  /// A stream's answer has begun. Until then it counts, so that a thousand streams don't open their connections in one
  /// moment: curl puts 100 on an HTTP/2 connection of which it knows nothing yet, and makes one for each of the others.
  void opened() noexcept { --opening_; }
  /// A request that went is over; `counted` is false for a stream that was opened(). `wall` is for Retry-After dates.
  void on_finished(GateClass what, bool probe, bool counted, const Outcome& outcome, Time now,
                   std::chrono::system_clock::time_point wall);

  /// New limits of a client that came later; what runs goes on.
  void set_policy(const GatePolicy& policy);
  [[nodiscard]] bool down() const noexcept;
  /// Nothing runs and there is nothing to remember.
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
  int busy_ = 0;  // passing refusals in a row
  int submit_failures_ = 0, unreachable_ = 0;
  Time probe_at_;
  bool probing_ = false;
};

}  // namespace react1::http
