// SPDX-License-Identifier: Apache-2.0
#include "store/orphaned.hpp"

#include <utility>

#include "store/paid_call.hpp"

namespace react1::store {

void refresh(Job& job, const JobStore& jobs) {
  if (auto current = jobs.find(job.id)) job = std::move(*current);
}

bool mark_orphaned(Job& job, JobStore& jobs) {
  if (jobs.claim_holds(job)) return false;
  static_cast<void>(recover_accepted(jobs));
  refresh(job, jobs);
  if (job.state != JobState::submitting) return true;
  job.error = "the process ended during the paid call";
  // False: another process has moved it in the meantime.
  if (!jobs.move(job, JobState::submitting, JobState::outcome_unknown)) refresh(job, jobs);
  return true;
}

}  // namespace react1::store
