// SPDX-License-Identifier: Apache-2.0
// The state transitions of a job. A pure table; the stores check it before they change a row.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <react1/jobs.hpp>

namespace react1::store {

[[nodiscard]] bool can_move(JobState from, JobState to) noexcept;
/// Throws Error{internal} for a move of job `id` that does not exist.
void require_move(JobState from, JobState to, const std::string& id);

/// The inverse of to_string(JobState); nullopt for text that names no state.
[[nodiscard]] std::optional<JobState> parse_job_state(std::string_view text) noexcept;

}  // namespace react1::store
