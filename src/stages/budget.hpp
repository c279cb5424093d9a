// What stands between a prepared pair and the paid call: what it will cost, and what may be spent.
#pragma once

#include <chrono>
#include <cstdint>

#include <react1/pipeline.hpp>

namespace react1::stages {

/// Midnight UTC of the day of `now`, Unix time in milliseconds: the service's bills know no other day.
[[nodiscard]] std::int64_t day_start_ms(std::chrono::system_clock::time_point now);

/// Throws Error{balance} when a call of job.cost_usd is above what may be spent on one, or on today. To be asked before
/// anything is uploaded; the day's limit is held in the end by leave().
void require_affordable(const Job& job, const Budget& budget, const JobStore& jobs,
                        std::chrono::system_clock::time_point now);

/// False when a call of `cost_usd` would be refused now by require_affordable().
[[nodiscard]] bool is_affordable(const Rational& cost_usd, const Budget& budget, const JobStore& jobs,
                                 std::chrono::system_clock::time_point now);

/// Moves `job` from created to submitting. Throws Error{balance} when another process has spent the rest of the day's
/// budget meanwhile, and Error{internal} when the job was moved by somebody else.
void leave(Job& job, const Budget& budget, JobStore& jobs, std::chrono::system_clock::time_point now);

}  // namespace react1::stages
