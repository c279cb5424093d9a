// SPDX-License-Identifier: Apache-2.0
#include "stages/submit/ensure_submitted.hpp"

#include <fmt/format.h>

#include <chrono>
#include <optional>
#include <react1/error.hpp>
#include <utility>

#include "core/clock.hpp"
#include "core/json_text.hpp"
#include "core/log.hpp"
#include "core/printable.hpp"
#include "core/random.hpp"
#include "core/redact.hpp"
#include "fal/protocol/input_digest.hpp"
#include "fal/protocol/wire.hpp"
#include "models/registry.hpp"
#include "record/documents.hpp"
#include "stages/common/intent.hpp"
#include "stages/common/stopwatch.hpp"
#include "stages/lost_answer/look_up.hpp"
#include "stages/submit/budget.hpp"
#include "stages/submit/offer.hpp"
#include "stages/submit/submit.hpp"
#include "store/orphaned.hpp"

namespace react1::stages {
namespace {

constexpr std::size_t kTokenBytes = 16;
/// Interval between checks of a job that another process is paying for.
constexpr std::chrono::milliseconds kBetweenLooks{100};

/// A new token for a job that has none: one of an older store, or one that the user decided to pay again.
void choose_token(Job& job, JobStore& jobs) {
  if (!job.token.empty()) return;
  job.token = new_token();
  // Lost to another process: the process that claims the job writes the token of its uploads.
  static_cast<void>(jobs.update(job));
}

[[noreturn]] void throw_unknown(const Job& job, const std::string& saw) {
  throw Error(
      ErrorCode::outcome_unknown, job.id,
      "a paid call for these clips and parameters may have been accepted; nothing is sent again",
      {.detail = fmt::format("{}{}{}", job.error, saw.empty() ? "" : "; search: ", saw),
       .hint = fmt::format("`react1 jobs resolve {0} --auto` searches again; or find the request at the service and "
                           "run: react1 jobs resolve {0} --request-id R (or --pay-again, --drop); --again pays at "
                           "once, a second time if it was accepted",
                           shell_word(job.id))});
}

/// The job after the search for its lost answer. Throws Error{outcome_unknown} when it is not found.
Job after_look_up(const Job& job, Service& service, const LostAnswerOptions& options, const RunContext& context) {
  if (!can_look_up(service.client, options)) throw_unknown(job, /*saw=*/{});
  context.observer->on_note(
      {Note::Level::warning, "looking_up",
       fmt::format("the answer to the paid call was lost; searching for it at the service, up to {} s",
                   std::chrono::duration_cast<std::chrono::seconds>(options.max_wait).count())});
  LookUp found = look_up_request(job.id, service, options, context);
  if (found.job.state == JobState::outcome_unknown) throw_unknown(found.job, found.saw);
  return std::move(found.job);
}

/// The job once its paid call is no longer in progress: another run of the same intent, in this process or
/// another, has completed it, or has ended during it.
Job after_other_claim(Job job, JobStore& jobs, const RunContext& context) {
  bool is_noted = false;
  while (job.state == JobState::submitting && jobs.claim_holds(job)) {
    if (!std::exchange(is_noted, true)) {
      context.observer->on_note({Note::Level::info, "joined",
                                 "another run is making the paid call for the same clips and parameters; its result "
                                 "will be shared"});
    }
    if (!system_clock().sleep_for(kBetweenLooks, context.stop)) context.throw_if_stopped();
    store::refresh(job, jobs);
  }
  // One still in submitting can never be known to be unpaid.
  if (job.state == JobState::submitting) static_cast<void>(store::mark_orphaned(job, jobs));
  return job;
}

[[noreturn]] void throw_ended(const Job& job) {
  throw Error(ErrorCode::refused, job.id,
              fmt::format("another run of the same clips and parameters was {}",
                          job.state == JobState::cancelled ? "cancelled" : "refused"),
              {.detail = job.error, .hint = "the same command starts again"});
}

/// The two clips at the service, and their payment.
struct NamedPair {
  UploadedPair pair;
  std::string token;
};

NamedPair upload_pair(Intent& intent, JobStore& jobs, PairUpload& uploads) {
  const Stopwatch uploading;
  choose_token(intent.job, jobs);
  NamedPair uploaded{uploads.finish(intent.preparation, intent.job.token), intent.job.token};
  intent.timings.upload_s = uploading.seconds();
  return uploaded;
}

/// One attempt at the paid call. False: check the job again.
bool pay(Intent& intent, const NamedPair& uploaded, const PipelineOptions& options, Service& service,
         const RunContext& context) {
  Job& job = intent.job;
  name_service(job, intent.service);
  job.token = uploaded.token;
  job.parameters_json = parameters_text(intent.parameters, uploaded.pair);
  job.input_sha256 = fal::input_digest(
      fal::write_submit(models::at(job.endpoint), intent.parameters, uploaded.pair.video_url, uploaded.pair.audio_url));
  try {
    auto submitted = submit_once(job, intent.parameters, uploaded.pair, options.budget, service, context);
    if (submitted) job = std::move(*submitted);
    if (submitted) return true;
  } catch (const Error& error) {
    if (error.code() != ErrorCode::outcome_unknown || !can_look_up(service.client, options.lost_answer)) throw;
    log::warning("submit", error.what());
  }
  store::refresh(job, service.jobs);
  return false;
}

}  // namespace

std::string new_token() {
  return random_hex(kTokenBytes);
}

std::string parameters_text(const Parameters& parameters, const UploadedPair& pair) {
  return json_text(record::document(parameters, redact_url(pair.video_url), redact_url(pair.audio_url)), /*indent=*/-1);
}

void ensure_submitted(Intent& intent, const OutputGuard* output, const PipelineOptions& options, Service& service,
                      PairUpload& uploads, const RunContext& context) {
  std::optional<NamedPair> pair;
  for (;;) {
    switch (intent.job.state) {
      case JobState::submitting:
        intent.job = after_other_claim(std::move(intent.job), service.jobs, context);
        break;
      case JobState::outcome_unknown:
        intent.job = after_look_up(intent.job, service, options.lost_answer, context);
        break;
      case JobState::failed:
      case JobState::cancelled:
        throw_ended(intent.job);
      case JobState::submitted:
      case JobState::done:
        context.observer->on_note({Note::Level::info, "continued",
                                   fmt::format("continuing request {} of the same intent; nothing is paid again",
                                               intent.job.request.request_id)});
        return;
      case JobState::created:
        require_affordable(intent.job, options.budget, service.jobs, system_clock().wall());
        // The size of a result is unknown in advance; it is about that of the input.
        if (output != nullptr) output->require_ready(intent.preparation.video.bytes + intent.preparation.audio.bytes);
        if (!pair) {
          context.observer->on_note({Note::Level::info, "offer",
                                     offer_text(intent.preparation, options.parameters, intent.service.is_sandbox())});
        }
        // The token in the row belongs to the payment: a job that was paid again meanwhile has another.
        if (!pair || pair->token != intent.job.token || has_expired(pair->pair.expires))
          pair = upload_pair(intent, service.jobs, uploads);
        if (pay(intent, *pair, options, service, context)) return;
        break;
    }
  }
}

}  // namespace react1::stages
