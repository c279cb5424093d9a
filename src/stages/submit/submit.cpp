// SPDX-License-Identifier: Apache-2.0
#include "stages/submit/submit.hpp"

#include <fmt/format.h>

#include <chrono>
#include <utility>

#include "core/clock.hpp"
#include "core/log.hpp"
#include "core/printable.hpp"
#include "stages/common/deferring_observer.hpp"
#include "stages/common/grace_stop.hpp"
#include "stages/common/naming.hpp"
#include "stages/submit/budget.hpp"
#include "store/common/patience.hpp"
#include "store/paid_call.hpp"

namespace react1::stages {
namespace {

// With the transport's own wake-up this keeps the reaction to Ctrl-C within 200 ms, and lets most calls finish.
constexpr std::chrono::milliseconds kGrace{120};

/// For a query that is not worth the full wait.
constexpr std::chrono::seconds kLookPatience{2};

/// The state of a job after its paid call failed. A stop during the call is no answer either.
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
           .hint = fmt::format(
               "nothing is sent again by itself; `react1 jobs resolve {} --auto` searches for its outcome; {}",
               shell_word(job_id), error.hint()),
           .request_id = error.request_id(),
           .problems = error.problems()}};
}

Error interrupted_in_call(const std::string& job_id) {
  return {ErrorCode::interrupted,
          job_id,
          "stopped during the paid call; its outcome is unknown",
          {.hint = fmt::format("nothing is sent again by itself; `react1 jobs resolve {} --auto` searches for its "
                               "outcome, or the same command with --again pays (a second time, if it was accepted)",
                               shell_word(job_id))}};
}

/// One submit and its entry in the job store.
class Submission {
 public:
  Submission(Job job, const Budget& budget, Service& service)
      : budget_(budget), jobs_(service.jobs), call_(service.jobs, std::move(job)) {}

  [[nodiscard]] SubmitWatch watch() {
    return {.about_to_leave = [this] { claim(); },
            .not_accepted =
                [this] {
                  if (!call_.hand_back("refused temporarily")) move_away();
                },
            .token = call_.job().token};
  }

  /// The id is noted before anything else is tried: the store may not even be readable.
  Job accepted(const RequestRef& request, Observer& observer) {
    call_.note(request);
    if (const auto other = owner_of(request.request_id); other && other->id != call_.job().id) {
      call_.forget_note();
      // The answer to another submit, from a cache or a faulty proxy.
      const Error swapped(ErrorCode::outcome_unknown, call_.job().id,
                          fmt::format("the answer to the paid call names request {}, which belongs to job {}",
                                      request.request_id, other->id));
      call_.end(JobState::outcome_unknown, swapped.what());
      throw with_resolution(swapped, call_.job().id);
    }
    observer.on_request(request.request_id);
    call_.submitted(store::kPatience);
    log::info("submit", fmt::format("request {} accepted", request.request_id));
    return call_.job();
  }

  /// Another run has moved the job: this is not an error, it only ends this attempt.
  [[nodiscard]] bool moved_away() const noexcept { return moved_away_; }

  /// Records the consequence of `error` for the job; true when the outcome is unknown.
  bool failed(const Error& error) {
    if (!call_.claimed()) return false;
    const JobState next = state_after(error);
    if (next != JobState::created) {
      call_.end(next, error.what());
    } else if (!call_.hand_back(error.what())) {
      log::warning("submit", "the job was taken over during its paid call");
    }
    return next == JobState::outcome_unknown;
  }

 private:
  /// The job that already has this request. A store that can't be read must not discard an accepted request.
  [[nodiscard]] std::optional<Job> owner_of(const std::string& request_id) const {
    const store::Patience patience(kLookPatience);
    try {
      return jobs_.find_by_request(request_id);
    } catch (const Error& error) {
      log::warning("submit", error.what());
      return std::nullopt;
    }
  }

  void claim() {
    const auto now = system_clock().wall();
    switch (call_.claim(day_budget(budget_, now))) {
      case JobStore::Reserved::yes:
        return;
      case JobStore::Reserved::over_budget:
        throw_over_budget(call_.job(), budget_, jobs_, now);
      case JobStore::Reserved::moved_away:
        move_away();
    }
  }

  [[noreturn]] void move_away() {
    moved_away_ = true;
    throw Error(ErrorCode::internal, call_.job().id, "another run has moved the job");
  }

  bool moved_away_ = false;
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
  // An observer's exception would be mistaken for the call's: it is deferred until the answer is in the store.
  DeferringObserver observer(*context.observer);
  RequestRef request;
  try {
    const GraceStop grace(context.stop, kGrace);
    request = service.client.submit(parameters, pair.video_url, pair.audio_url,
                                    RunContext{grace.token(), &observer, context.job_id}, submission.watch());
  } catch (const Error& error) {
    if (submission.moved_away()) return std::nullopt;
    if (!submission.failed(error)) throw;
    if (error.code() == ErrorCode::interrupted) throw interrupted_in_call(id);
    throw with_resolution(error, id);
  }
  return naming(request.request_id, [&] {
    Job submitted = submission.accepted(request, observer);
    observer.rethrow();
    return submitted;
  });
}

}  // namespace react1::stages
