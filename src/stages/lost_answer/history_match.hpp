// SPDX-License-Identifier: Apache-2.0
// Which request of the service's history is the paid call whose answer was lost. Pure.
#pragma once

#include <chrono>
#include <functional>
#include <react1/jobs.hpp>
#include <react1/platform.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace react1::stages {

/// A request was sent no earlier than this before the claim of its call, by the service's clock.
inline constexpr std::chrono::seconds kClockTolerance{120};

struct HistoryMatch {
  enum class Kind {
    one,        ///< `request_id` matches
    none,       ///< no match
    unclear,    ///< a request may match but can't be compared
    ambiguous,  ///< several requests are the same
  };
  Kind kind = Kind::none;
  std::string request_id{};
  std::string saw{};  ///< for people, one line
};

/// `entries` are all entries of the time span. A match: the job's endpoint, sent from kClockTolerance before the call
/// was claimed to kClockTolerance after `now`, the same input, and not `is_taken` by another job.
[[nodiscard]] HistoryMatch match_history(const std::vector<HistoryEntry>& entries, const Job& job,
                                         std::chrono::system_clock::time_point now,
                                         const std::function<bool(const std::string& request_id)>& is_taken);

}  // namespace react1::stages
