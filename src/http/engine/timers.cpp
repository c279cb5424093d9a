// SPDX-License-Identifier: Apache-2.0
#include "http/engine/timers.hpp"

#include <algorithm>
#include <utility>

namespace react1::http {

bool Timers::later(const Entry& a, const Entry& b) noexcept {
  return a.due != b.due ? a.due > b.due : a.order > b.order;
}

void Timers::add(std::uint64_t id, Time due, Function function) {
  functions_.emplace(id, std::move(function));
  heap_.push_back({due, ++added_, id});
  std::push_heap(heap_.begin(), heap_.end(), &later);
}

bool Timers::cancel(std::uint64_t id) {
  if (functions_.erase(id) == 0) return false;
  // Time-outs that never fire would otherwise stay until their time comes.
  if (heap_.size() > 64 && heap_.size() > 2 * functions_.size()) {
    heap_.erase(std::remove_if(heap_.begin(), heap_.end(),
                               [this](const Entry& entry) { return !functions_.contains(entry.id); }),
                heap_.end());
    std::make_heap(heap_.begin(), heap_.end(), &later);
  }
  return true;
}

void Timers::drop_cancelled() {
  while (!heap_.empty() && !functions_.contains(heap_.front().id)) {
    std::pop_heap(heap_.begin(), heap_.end(), &later);
    heap_.pop_back();
  }
}

std::optional<Timers::Time> Timers::next() {
  drop_cancelled();
  if (heap_.empty()) return std::nullopt;
  return heap_.front().due;
}

Timers::Function Timers::take_due(Time now) {
  drop_cancelled();
  if (heap_.empty() || heap_.front().due > now) return {};
  const auto found = functions_.find(heap_.front().id);
  Function function = std::move(found->second);
  functions_.erase(found);
  drop_cancelled();
  return function;
}

}  // namespace react1::http
