#include "store/abandoned.hpp"

#include <utility>

#include "store/paid_call.hpp"

namespace react1::store {

bool settle_abandoned(Job& job, JobStore& jobs) {
  if (jobs.claim_holds(job)) return false;
  static_cast<void>(recover_accepted(jobs));
  if (auto current = jobs.find(job.id)) job = std::move(*current);
  if (job.state != JobState::submitting) return true;
  job.error = "the process ended during the paid call";
  if (!jobs.move(job, JobState::submitting, JobState::outcome_unknown)) {
    if (auto current = jobs.find(job.id)) job = std::move(*current);  // somebody was quicker
  }
  return true;
}

}  // namespace react1::store
