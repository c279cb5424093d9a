// SPDX-License-Identifier: Apache-2.0
// The budget check before the paid call: what it will cost, and what may be spent.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include <react1/pipeline.hpp>

#include "store/paid_call.hpp"

namespace react1::stages {

/// Midnight UTC of the day of `now`, Unix time in milliseconds: the service's bills use UTC days.
[[nodiscard]] std::int64_t day_start_ms(std::chrono::system_clock::time_point now);

/// Throws Error{balance} when a call of job.cost_usd exceeds the limit per call or per day. Call it before anything
/// is uploaded; the day's limit is finally enforced by the claim.
void require_affordable(const Job& job, const Budget& budget, const JobStore& jobs,
                        std::chrono::system_clock::time_point now);

/// False when a call of `cost_usd` would be refused now by require_affordable().
[[nodiscard]] bool is_affordable(const Rational& cost_usd, const Budget& budget, const JobStore& jobs,
                                 std::chrono::system_clock::time_point now);

/// The day's part of `budget` as the store checks it in the transaction that claims a job; nullopt: none.
[[nodiscard]] std::optional<store::DayBudget> day_budget(const Budget& budget,
                                                         std::chrono::system_clock::time_point now);
/// Thrown when that transaction finds no room: another process has spent the rest of the day's budget meanwhile.
[[noreturn]] void throw_over_budget(const Job& job, const Budget& budget, const JobStore& jobs,
                                    std::chrono::system_clock::time_point now);

}  // namespace react1::stages
