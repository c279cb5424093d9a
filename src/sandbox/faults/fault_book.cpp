// SPDX-License-Identifier: Apache-2.0
// Selects the fault for each call.
#include <utility>

#include "sandbox/faults/faults.hpp"

namespace react1::sandbox {
namespace {

bool matches(const Fault& fault, Route route, std::uint64_t request, std::string_view file) {
  if (fault.route != route) return false;
  if (fault.request && *fault.request != request) return false;
  return fault.file.empty() || file.find(fault.file) != std::string_view::npos;
}

}  // namespace

FaultBook::FaultBook(std::vector<Fault> faults) {
  for (auto& fault : faults) {
    auto action = std::make_shared<const Action>(fault.action);
    entries_.push_back({std::move(fault), std::move(action), 0});
  }
}

std::shared_ptr<const Action> FaultBook::decide(Route route, std::uint64_t request, std::string_view file) {
  const std::lock_guard lock{mutex_};
  std::shared_ptr<const Action> chosen;
  for (auto& entry : entries_) {
    if (!matches(entry.fault, route, request, file)) continue;
    const std::uint64_t call = ++entry.calls;
    const bool now =
        call >= entry.fault.call && (entry.fault.times == 0 || call - entry.fault.call < entry.fault.times);
    if (now && !chosen) chosen = entry.action;
  }
  return chosen;
}

}  // namespace react1::sandbox
