// SPDX-License-Identifier: Apache-2.0
// resolve_job(): the user's decision about a paid call whose outcome is not known.
#include <fmt/format.h>

#include <utility>

#include <react1/error.hpp>
#include <react1/jobs.hpp>

#include "core/boundary.hpp"
#include "core/request_id.hpp"
#include "store/orphaned.hpp"

namespace react1::REACT1_ABI {
namespace {

JobState target_of(Resolution::Kind kind) {
  switch (kind) {
    case Resolution::Kind::attach:
      return JobState::submitted;
    case Resolution::Kind::pay_again:
      return JobState::created;
    case Resolution::Kind::drop:
      return JobState::cancelled;
  }
  throw Error(ErrorCode::internal, "resolution", "has no such kind");
}

Job resolve(JobStore& jobs, const std::string& id, const Resolution& resolution) {
  std::optional<Job> job = jobs.find(id);
  if (!job) {
    throw Error(ErrorCode::usage, id, "is not a job of this store", {.hint = "`react1 jobs list` lists the jobs"});
  }
  // A job whose process died, and that was not checked since, is still in submitting.
  if (job->state == JobState::submitting) static_cast<void>(store::mark_orphaned(*job, jobs));
  if (job->state != JobState::outcome_unknown) {
    throw Error(ErrorCode::usage, id, fmt::format("there is nothing to resolve: this job is {}", to_string(job->state)),
                {.hint = "only a job whose paid call has an unknown outcome needs a decision"});
  }
  if (resolution.kind == Resolution::Kind::attach) {
    if (resolution.request_id.empty()) throw Error(ErrorCode::usage, id, "needs the id of the request to attach");
    if (!is_request_id(resolution.request_id))
      throw Error(ErrorCode::usage, resolution.request_id, "is not a request id of the service");
    if (const auto taken = jobs.find_by_request(resolution.request_id)) {
      throw Error(ErrorCode::usage, resolution.request_id, fmt::format("belongs to job {} already", taken->id));
    }
    job->request = RequestRef{.request_id = resolution.request_id};
  }
  // A second payment is separate: its uploads must not be mistaken for those of the first.
  if (resolution.kind == Resolution::Kind::pay_again) job->token.clear();
  job->error.clear();
  const JobState target = target_of(resolution.kind);
  if (!jobs.move(*job, JobState::outcome_unknown, target)) {
    throw Error(ErrorCode::usage, id, "was resolved by another process at the same time");
  }
  return std::move(*job);
}

}  // namespace

Job resolve_job(JobStore& jobs, const std::string& id, const Resolution& resolution) {
  return at_boundary("resolve_job", [&] { return resolve(jobs, id, resolution); });
}

}  // namespace react1::REACT1_ABI
