#include "store/abandoned.hpp"

namespace react1::store {

bool settle_abandoned(Job& job, JobStore& jobs) {
  if (jobs.owner_alive(job)) return false;
  job.error = "the process ended during the paid call";
  if (jobs.move(job, JobState::submitting, JobState::outcome_unknown)) job.state = JobState::outcome_unknown;
  return true;
}

}  // namespace react1::store
