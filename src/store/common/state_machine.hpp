// SPDX-License-Identifier: Apache-2.0
// Which moves a job can make. A pure table; the stores ask it before they touch a row.
#pragma once

#include <optional>
#include <string_view>

#include <react1/jobs.hpp>

namespace react1::store {

[[nodiscard]] bool can_move(JobState from, JobState to) noexcept;

/// The inverse of to_string(JobState); nullopt for a word that names no state.
[[nodiscard]] std::optional<JobState> parse_job_state(std::string_view text) noexcept;

}  // namespace react1::store
