// SPDX-License-Identifier: Apache-2.0
#include "http/engine/host_queues.hpp"

#include <algorithm>

namespace react1::http {
namespace {

constexpr std::size_t kRememberedHosts = 256;  // signed URLs may lead to ever new ones

}  // namespace

void HostQueues::enter(std::uint64_t id, const std::string& host, GateClass what, const GatePolicy& policy, Time now) {
  if (hosts_.size() >= kRememberedHosts && !hosts_.contains(host)) drop_idle(now);
  auto [found, fresh] = hosts_.try_emplace(host, Host{HostGate(policy, now)});
  if (!fresh) found->second.gate.set_policy(policy);
  found->second.waiting.at(static_cast<std::size_t>(what)).push_back(id);
  found->second.wake = now;
}

bool HostQueues::withdraw(std::uint64_t id, const std::string& host, GateClass what) {
  const auto found = hosts_.find(host);
  if (found == hosts_.end()) return false;
  auto& queue = found->second.waiting.at(static_cast<std::size_t>(what));
  const auto place = std::find(queue.begin(), queue.end(), id);
  if (place == queue.end()) return false;
  queue.erase(place);
  return true;
}

std::vector<HostQueues::Grant> HostQueues::ready(Time now) {
  std::vector<Grant> grants;
  for (auto& [name, host] : hosts_) {
    if (!host.wake || *host.wake > now) continue;
    host.wake.reset();
    for (const GateClass what : {GateClass::ordinary, GateClass::stream, GateClass::submit}) {
      auto& queue = host.waiting.at(static_cast<std::size_t>(what));
      while (!queue.empty()) {
        const HostGate::Answer answer = host.gate.ask(what, now);
        if (!answer.go) {
          if (answer.at && (!host.wake || *answer.at < *host.wake)) host.wake = answer.at;
          break;
        }
        grants.push_back({queue.front(), answer.probe});
        queue.pop_front();
      }
    }
  }
  return grants;
}

std::optional<HostQueues::Time> HostQueues::next() const {
  std::optional<Time> earliest;
  for (const auto& [name, host] : hosts_) {
    if (host.wake && (!earliest || *host.wake < *earliest)) earliest = host.wake;
  }
  return earliest;
}

void HostQueues::opened(const std::string& host, Time now) {
  const auto found = hosts_.find(host);
  if (found == hosts_.end()) return;
  found->second.gate.opened();
  found->second.wake = now;
}

void HostQueues::on_finished(const std::string& host, GateClass what, bool probe, bool counted, const Outcome& outcome,
                             Time now, std::chrono::system_clock::time_point wall) {
  const auto found = hosts_.find(host);
  if (found == hosts_.end()) return;
  found->second.gate.on_finished(what, probe, counted, outcome, now, wall);
  found->second.wake = now;
}

bool HostQueues::down(const std::string& host) const {
  const auto found = hosts_.find(host);
  return found != hosts_.end() && found->second.gate.down();
}

void HostQueues::drop_idle(Time now) {
  std::erase_if(hosts_, [now](const auto& entry) {
    const Host& host = entry.second;
    return host.gate.idle(now) &&
           std::all_of(host.waiting.begin(), host.waiting.end(), [](const auto& queue) { return queue.empty(); });
  });
}

}  // namespace react1::http
