#include "stages/submit.hpp"

#include <fmt/format.h>

#include <chrono>
#include <utility>

#include "core/clock.hpp"
#include "core/log.hpp"
#include "core/printable.hpp"
#include "stages/budget.hpp"
#include "stages/grace_stop.hpp"
#include "store/paid_call.hpp"

namespace react1::stages {
namespace {

// With the transport's own wake-up this keeps the answer to Ctrl-C within 200 ms, and lets most calls come home.
constexpr std::chrono::milliseconds kGrace{120};
/// How long a store that can't be written is tried for an id that is paid for.
constexpr std::chrono::seconds kStorePatience{20};

/// Another run has moved the job: not an error, but the end of this attempt.
struct MovedAway {};

/// Where a job belongs after its paid call failed. A stop in the middle of the call is no answer either.
JobState state_after(const Error& error) {
  switch (error.code()) {
    case ErrorCode::outcome_unknown:
    case ErrorCode::internal:
      return JobState::outcome_unknown;
    case ErrorCode::interrupted:
      return error.retryable() ? JobState::created : JobState::outcome_unknown;  // retryable: nothing was sent
    case ErrorCode::refused:
      return JobState::failed;
    default:
      return JobState::created;
  }
}

Error with_resolution(const Error& error, const std::string& job_id) {
  return {error.code(),
          job_id,
          error.message(),
          {.detail = error.detail(),
           .hint = fmt::format("nothing is sent again by itself; `react1 jobs resolve {}` tells what came of it; {}",
                               shell_word(job_id), error.hint()),
           .request_id = error.request_id(),
           .problems = error.problems()}};
}

Error interrupted_in_call(const std::string& job_id) {
  return {ErrorCode::interrupted,
          job_id,
          "stopped while the paid call was under way; its outcome is unknown",
          {.hint = fmt::format(
               "nothing is sent again by itself; `react1 jobs resolve {}` tells what came of it, or the same command "
               "with --again pays (a second time, if it was accepted)",
               shell_word(job_id))}};
}

/// One submit and the job store's record of it.
class Submission {
 public:
  Submission(Job job, const Budget& budget, Service& service)
      : budget_(budget), jobs_(service.jobs), call_(service.jobs, std::move(job)) {}

  [[nodiscard]] SubmitWatch watch() {
    return {.about_to_leave = [this] { claim(); },
            .not_accepted =
                [this] {
                  if (!call_.hand_back("refused temporarily")) throw MovedAway{};
                }};
  }

  Job accepted(const RequestRef& request, Observer& observer) {
    if (const auto other = jobs_.find_by_request(request.request_id); other && other->id != call_.job().id) {
      // The answer to another submit, from a cache or a faulty proxy.
      const Error swapped(ErrorCode::outcome_unknown, call_.job().id,
                          fmt::format("the answer to the paid call names request {}, which belongs to job {}",
                                      request.request_id, other->id));
      call_.end(JobState::outcome_unknown, swapped.what());
      throw with_resolution(swapped, call_.job().id);
    }
    call_.note(request);
    observer.on_request(request.request_id);
    call_.submitted(kStorePatience);
    log::info("submit", fmt::format("request {} accepted", request.request_id));
    return call_.job();
  }

  /// Records what `error` means for the job; true when the outcome is unknown.
  bool failed(const Error& error) {
    if (!call_.claimed()) return false;
    const JobState next = state_after(error);
    if (next != JobState::created) {
      call_.end(next, error.what());
    } else if (!call_.hand_back(error.what())) {
      log::warning("submit", "the job was taken over while its paid call was under way");
    }
    return next == JobState::outcome_unknown;
  }

 private:
  void claim() {
    const auto now = system_clock().wall();
    switch (call_.claim(day_budget(budget_, now))) {
      case JobStore::Reserved::yes:
        return;
      case JobStore::Reserved::over_budget:
        throw_over_budget(call_.job(), budget_, jobs_, now);
      case JobStore::Reserved::moved_away:
        throw MovedAway{};
    }
  }

  const Budget& budget_;
  JobStore& jobs_;
  store::PaidCall call_;
};

}  // namespace

std::optional<Job> submit_once(Job job, const Parameters& parameters, const UploadedPair& pair, const Budget& budget,
                               Service& service, const RunContext& context) {
  context.throw_if_stopped();
  context.observer->on_stage(Stage::submit);
  const std::string id = job.id;
  Submission submission(std::move(job), budget, service);
  RequestRef request;
  try {
    const GraceStop grace(context.stop, kGrace);
    request = service.client.submit(parameters, pair.video_url, pair.audio_url,
                                    RunContext{grace.token(), context.observer, context.job_id}, submission.watch());
  } catch (const MovedAway&) {
    return std::nullopt;
  } catch (const Error& error) {
    if (!submission.failed(error)) throw;
    if (error.code() == ErrorCode::interrupted) throw interrupted_in_call(id);
    throw with_resolution(error, id);
  }
  return submission.accepted(request, *context.observer);
}

}  // namespace react1::stages
