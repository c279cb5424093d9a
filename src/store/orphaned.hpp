// SPDX-License-Identifier: Apache-2.0
// Jobs whose process died in the middle of their paid call.
#pragma once

#include <react1/jobs.hpp>

namespace react1::store {

/// Reads `job` again from the store; unchanged when the store has none of that id.
void refresh(Job& job, const JobStore& jobs);

/// Moves a job from submitting to outcome_unknown, because it may have been paid; `job` is then as
/// in the store. False, without a change, while the attempt that makes its call may still run.
[[nodiscard]] bool mark_orphaned(Job& job, JobStore& jobs);

}  // namespace react1::store
