// SPDX-License-Identifier: Apache-2.0
// Jobs whose process died in the middle of their paid call.
#pragma once

#include <react1/jobs.hpp>

namespace react1::store {

/// Reads `job` again from the store; it stays as it is when the store has none of that id.
void refresh(Job& job, const JobStore& jobs);

/// Moves a job from submitting to outcome_unknown, for it can never be known to be unpaid; `job` is then as it stands
/// in the store. False, and nothing changed, while the attempt that makes its call may still run.
[[nodiscard]] bool settle_abandoned(Job& job, JobStore& jobs);

}  // namespace react1::store
