#include "stages/submit.hpp"

#include <fmt/format.h>

#include <chrono>

#include "core/clock.hpp"
#include "core/log.hpp"
#include "stages/budget.hpp"
#include "stages/grace_stop.hpp"

namespace react1::stages {
namespace {

// With the transport's own wake-up this keeps the answer to Ctrl-C within 200 ms, and lets most calls come home.
constexpr std::chrono::milliseconds kGrace{120};

/// Compare-and-set that must succeed: this process is the one that moved the job here.
void move(JobStore& jobs, Job& job, JobState from, JobState to) {
  if (!jobs.move(job, from, to)) {
    throw Error(ErrorCode::internal, job.id,
                fmt::format("the job is no longer \"{}\": another process has moved it", to_string(from)));
  }
  job.state = to;
}

/// Where a job belongs after its paid call failed. A stop in the middle of the call is no answer either.
JobState state_after(const Error& error) {
  switch (error.code()) {
    case ErrorCode::outcome_unknown:
    case ErrorCode::interrupted:
    case ErrorCode::internal:
      return JobState::outcome_unknown;
    case ErrorCode::refused:
      return JobState::failed;
    default:
      return JobState::created;
  }
}

}  // namespace

Job submit_once(Job job, const Parameters& parameters, const UploadedPair& pair, const Budget& budget, Service& service,
                const RunContext& context) {
  context.throw_if_stopped();
  context.observer->on_stage(Stage::submit);
  leave(job, budget, service.jobs, system_clock().wall());
  try {
    const GraceStop grace(context.stop, kGrace);
    job.request = service.client.submit(parameters, pair.video_url, pair.audio_url,
                                        RunContext{grace.token(), context.observer, context.job_id});
  } catch (const Error& error) {
    job.error = error.what();
    const JobState next = state_after(error);
    move(service.jobs, job, JobState::submitting, next);
    if (next == JobState::outcome_unknown && error.code() == ErrorCode::interrupted) {
      throw Error(
          ErrorCode::interrupted, job.id, "stopped while the paid call was under way; its outcome is unknown",
          {.hint =
               "nothing is sent again by itself; `react1 jobs resolve " + job.id +
               "` tells what came of it, or the same command with --again pays (a second time, if it was accepted)"});
    }
    throw;
  }
  move(service.jobs, job, JobState::submitting, JobState::submitted);
  log::info("submit", fmt::format("request {} accepted", job.request.request_id));
  context.observer->on_request(job.request.request_id);
  return job;
}

}  // namespace react1::stages
