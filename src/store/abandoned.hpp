// Jobs whose process died in the middle of their paid call.
#pragma once

#include <react1/jobs.hpp>

namespace react1::store {

/// Moves a job from submitting to outcome_unknown, for it can never be known to be unpaid. False, and nothing changed,
/// while the process that makes its call still runs.
[[nodiscard]] bool settle_abandoned(Job& job, JobStore& jobs);

}  // namespace react1::store
