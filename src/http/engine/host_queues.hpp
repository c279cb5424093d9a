// SPDX-License-Identifier: Apache-2.0
// Requests that wait at the gates of hosts. Pure: the time is a parameter.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "http/policy/host_gate.hpp"

namespace react1::http {

/// The gates of all hosts, each with its waiting requests: first come, first served within a class. Ordinary requests
/// go before streams and these before submits, so that paid work is finished before new work begins; no
/// class waits because another is blocked. Not thread-safe.
class HostQueues {
 public:
  using Time = HostGate::Time;

  /// Adds a request to its queue; ready() returns it. `policy` applies to the host from now on.
  void enter(std::uint64_t id, const std::string& host, GateClass what, const GatePolicy& policy, Time now);
  /// Removes a waiting request from its queue; false when it doesn't wait (any more).
  bool withdraw(std::uint64_t id, const std::string& host, GateClass what);
  struct Grant {
    std::uint64_t id = 0;
    bool probe = false;
  };
  /// The requests that may start now.
  [[nodiscard]] std::vector<Grant> ready(Time now);
  /// When ready() may next have something, if nothing else happens; nullopt: not before an on_finished() or an enter().
  [[nodiscard]] std::optional<Time> next() const;
  /// See HostGate.
  void opened(const std::string& host, Time now);
  void on_finished(const std::string& host, GateClass what, bool probe, bool counted, const Outcome& outcome, Time now,
                   std::chrono::system_clock::time_point wall);
  /// The service at this host counts as down.
  [[nodiscard]] bool down(const std::string& host) const;
  [[nodiscard]] std::size_t hosts() const noexcept { return hosts_.size(); }

 private:
  struct Host {
    HostGate gate;
    std::array<std::deque<std::uint64_t>, 3> waiting{};
    std::optional<Time> wake{};  // to be looked at again
  };
  void drop_idle(Time now);

  std::map<std::string, Host> hosts_;
};

}  // namespace react1::http
