// SPDX-License-Identifier: Apache-2.0
#include "stages/main_job.hpp"

#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <react1/json.hpp>
#include <react1/pipeline.hpp>
#include <utility>

#include "core/atomic_file.hpp"
#include "core/boundary.hpp"
#include "core/clock.hpp"
#include "core/log.hpp"
#include "core/own_folder.hpp"
#include "core/request_id.hpp"
#include "hosts/hosts.hpp"
#include "models/registry.hpp"
#include "plan/advice.hpp"
#include "record/documents.hpp"
#include "stages/collect/collect.hpp"
#include "stages/collect/reuse.hpp"
#include "stages/common/intent.hpp"
#include "stages/common/naming.hpp"
#include "stages/common/stopwatch.hpp"
#include "stages/lost_answer/look_up.hpp"
#include "stages/output/output_guard.hpp"
#include "stages/prepare/preprocess.hpp"
#include "stages/submit/budget.hpp"
#include "stages/submit/clip_store.hpp"
#include "stages/submit/ensure_submitted.hpp"
#include "stages/submit/pair_upload.hpp"
#include "stages/verify/verify_result.hpp"
#include "store/common/patience.hpp"
#include "store/paid_call.hpp"

namespace react1::stages {
namespace fs = std::filesystem;
namespace {

constexpr std::chrono::hours kClipLife{7 * 24};

std::string absolute(const Source& source) {
  return source.kind() == Source::Kind::path ? fs::absolute(source.address()).string() : source.name();
}

Parameters resolve(const PipelineOptions& options, const Preparation& preparation) {
  const RequestedParameters& requested = options.parameters;
  if (preparation.advice.hold && !requested.lipsync_mode) {
    throw Error(ErrorCode::hold, "advice", fmt::format("{}", fmt::join(preparation.advice.reasons, "; ")),
                {.detail = "rule " + preparation.advice.rule,
                 .hint = "change the clips, or name a mode with --lipsync-mode to pay anyway"});
  }
  return {requested.emotion.value_or(Emotion::neutral), requested.model_mode,
          chosen_mode(requested, preparation.advice), requested.temperature, requested.more};
}

void require_emotion(const PipelineOptions& options) {
  if (models::at(options.endpoint).rules.needs_emotion && !options.parameters.emotion) {
    throw Error(ErrorCode::usage, "emotion", "is required",
                {.hint = "one of happy, sad, angry, disgusted, surprised, neutral"});
  }
}

/// What the model's input can't hold is refused before any clip is made. `options` are valid.
void require_acceptable(const PipelineOptions& options) {
  const Model& model = models::at(options.endpoint);
  const RequestedParameters& requested = options.parameters;
  const Parameters parameters{requested.emotion.value_or(Emotion::neutral), requested.model_mode,
                              requested.lipsync_mode.value_or(model.rules.default_mode), requested.temperature,
                              requested.more};
  static_cast<void>(model.input(parameters, /*video_url=*/{}, /*audio_url=*/{}));
}

/// With the client's model in place of any other.
JobOrder for_client(JobOrder order) {
  order.options.endpoint = order.service.client.options().endpoint;
  return order;
}

/// Whether a stored job of this intent can be continued. A sandbox's
/// unfinished requests end with it, and nothing was paid there; its results are never used as the paid service's.
bool can_go_on(const Job& job, const ServiceIdentity& service) {
  if (!service.is_sandbox()) return !is_misnamed_rehearsal(job);
  const bool is_of_this_run = job.sandbox == service.sandbox;
  return is_of_this_run || job.state == JobState::done || job.state == JobState::created;
}

JobStore::Opened open_job(const Job& job, bool again, JobStore& jobs, const ServiceIdentity& service) {
  JobStore::Opened opened = jobs.open(job, again);
  if (opened.is_new || can_go_on(opened.job, service)) return opened;
  if (opened.job.state == JobState::submitted) {
    opened.job.error = "the sandbox that it was submitted to has ended, or is another one";
    static_cast<void>(
        jobs.move(opened.job, JobState::submitted, JobState::failed));  // fails only if another process did the same
  }
  return jobs.open(job, /*again=*/true);
}

/// Whether the costliest possible pair of these clips is within the budget. A budget promises
/// that nothing is uploaded beyond it, so otherwise the uploads wait until the cost is known.
bool is_surely_affordable(const PipelineOptions& options, const JobStore& jobs, const ServiceIdentity& service) {
  if (service.is_sandbox()) return true;
  ClipFacts longest;
  longest.video_s = longest.audio_s = options.prepare.max_duration_s;
  const ModelRules& rules = models::at(options.endpoint).rules;  // clips of one length give that length in every mode
  return is_affordable(planning::predict(longest, rules.default_mode, rules, options.price).cost_usd, options.budget,
                       jobs, system_clock().wall());
}

/// Makes the pair, and starts the upload of the picture with `uploads` as soon as it is made. `output`: nullptr for a
/// job without one.
Intent open_intent(const Source& video, const Source& audio, const OutputGuard* output, const PipelineOptions& asked,
                   Service& service, PairUpload& uploads, const RunContext& context) {
  PipelineOptions options = for_its_model(asked);
  require_acceptable(options);
  const fs::path root = clips_root(options);
  forget_clips(root, fs::file_time_type::clock::now() - kClipLife);
  const Workshop workshop(root);
  Intent intent;
  intent.service = service.client.identity(context);
  if (options.ask_price && !intent.service.is_sandbox()) {
    options.price = current_price(service.client, options.price, context);
  }
  attach_reported(service, context);
  ClipMade made;
  const bool may_be_refused = output != nullptr && output->depends_on_intent();
  if (!may_be_refused && is_surely_affordable(options, service.jobs, intent.service)) {
    made = [&uploads](const PreparedClip& clip) { uploads.start_early(clip); };
  }
  intent.preparation = make_clips(video, audio, workshop.path(), options, context, made);
  intent.parameters = resolve(options, intent.preparation);
  Job job;
  // A context may be used for several jobs: its id is theirs for logs, and a row's key once.
  if (!service.jobs.find(context.job_id)) job.id = context.job_id;
  job.intent = intent_of(intent.preparation, intent.parameters, intent.service);
  if (output != nullptr) output->require_intent(job.intent, intent.service);
  intent.preparation = keep_clips(std::move(intent.preparation), workshop.path(), root, job.intent);
  name_service(job, intent.service);
  job.token = new_token();
  job.video = absolute(video);
  job.audio = absolute(audio);
  if (output != nullptr) job.output = output->path();
  job.parameters_json = parameters_text(intent.parameters, /*pair=*/{});
  job.prepare_json = to_json(intent.preparation);
  if (!intent.service.is_sandbox()) job.cost_usd = intent.preparation.prediction.cost_usd;
  intent.job = open_job(job, options.again, service.jobs, intent.service).job;
  // With an earlier call they are not needed; a call in progress may still be refused.
  if (intent.job.state != JobState::created && intent.job.state != JobState::submitting) uploads.cancel();
  return intent;
}

std::shared_ptr<ClipHost> host_of(const Service& service) {
  if (service.clip_host != nullptr) return {std::shared_ptr<ClipHost>(), service.clip_host};
  return hosts::open_clip_host(service.client);
}

RunContext with_job(const RunContext& context) {
  RunContext named = context;
  if (named.job_id.empty()) named.job_id = new_id(system_clock());
  return named;
}

/// With the clips just made, not those recorded in the job.
PendingResult fresh_pending_result(const Intent& intent) {
  PendingResult pending = pending_result_of(intent.job);
  pending.record.prepare = intent.preparation;
  pending.record.parameters = intent.parameters;
  return pending;
}

/// A lost or different store does not have the payment; a result at the output proves it. The job
/// takes over its request, so that nothing is paid again.
void adopt(Intent& intent, const OutputGuard& guard, const PipelineOptions& options, Service& service,
           const RunContext& context) {
  const EarlierResult* proof = guard.unknown_to_store(intent.job.intent, intent.service);
  const bool may_pay = intent.job.state == JobState::created && !options.again && !intent.service.is_sandbox();
  if (!may_pay || proof == nullptr || !is_request_id(proof->request_id)) return;
  store::PaidCall call(service.jobs, intent.job);
  if (call.claim(std::nullopt) != JobStore::Reserved::yes) return;  // another run is about to do the same
  call.note({.request_id = proof->request_id});
  call.submitted(store::kPatience);
  intent.job = call.job();
  context.observer->on_note(
      {Note::Level::warning, "paid_by_record",
       fmt::format("the job store does not have this payment, but the record next to the output does: request {}",
                   proof->request_id)});
}

}  // namespace

PendingResult pending_result_of(const Job& job) {
  const std::string where = "job " + job.id;
  const Json parameters = parse_json(job.parameters_json, where, ErrorCode::internal);
  PendingResult pending;
  pending.job = job;
  pending.request = job.request;
  RunRecord& record = pending.record;
  record.job_id = job.id;
  record.request_id = job.request.request_id;
  record.prepare = record::preparation_from_json(parse_json(job.prepare_json, where, ErrorCode::internal), where);
  record.parameters = record::parameters_from_json(parameters, where);
  if (parameters.at("video_url").is_string()) record.video_url = parameters.at("video_url");
  if (parameters.at("audio_url").is_string()) record.audio_url = parameters.at("audio_url");
  return pending;
}

MainJob::MainJob(JobOrder order) : order_(for_client(std::move(order))) {}

std::optional<RunRecord> MainJob::start() {
  total_ = Stopwatch();
  const store::StopScope stoppable(order_.context.stop);
  require_emotion(order_.options);
  guard_.emplace(order_.output, std::vector<Source>{order_.video, order_.audio}, order_.options.output,
                 order_.service.jobs);
  guard_->require_parameters(order_.options.parameters);
  context_ = with_job(order_.context);
  const log::Scope scope(context_.job_id);
  uploads_.reset();
  host_ = host_of(order_.service);
  uploads_.emplace(*host_, clips_root(order_.options), context_);
  intent_ = open_intent(order_.video, order_.audio, &*guard_, order_.options, order_.service, *uploads_, context_);
  intent_.timings.prepare_s = total_.seconds();
  adopt(intent_, *guard_, order_.options, order_.service, context_);
  if (auto record = reuse_result()) return record;
  const bool has_ended = intent_.service.is_sandbox() && intent_.job.sandbox != intent_.service.sandbox;
  was_done_ = intent_.job.state == JobState::done;
  if (was_done_ && has_ended) {  // its sandbox, and the request with it
    order_.options.again = true;
    return start();
  }
  return submit_or_join();
}

std::optional<RunRecord> MainJob::reuse_result() {
  if (intent_.job.state == JobState::created) return std::nullopt;
  PendingResult pending = fresh_pending_result(intent_);
  return reuse(pending, Reuse::copy, *guard_, order_.service, context_);
}

std::optional<RunRecord> MainJob::submit_or_join() {
  ensure_submitted(intent_, &*guard_, order_.options, order_.service, *uploads_, context_);
  if (was_done_) return std::nullopt;
  return reuse_result();  // a joined run may have finished it in the meantime
}

void MainJob::begin_wait() {
  intent_.timings.total_s = total_.seconds();
  context_.observer->on_stage(Stage::wait);
  waiting_ = Stopwatch();
}

std::optional<RunRecord> MainJob::finish(const Waited& waited) {
  const store::StopScope stoppable(order_.context.stop);
  const log::Scope paid(context_.job_id, intent_.job.request.request_id);
  PendingResult pending = fresh_pending_result(intent_);
  pending.record.timings = intent_.timings;
  pending.on_interrupt = order_.options.on_interrupt;
  try {
    return naming(intent_.job.request.request_id,
                  [&] { return collect(std::move(pending), waited, *guard_, order_.service, context_); });
  } catch (const Error& error) {
    // The id may be another call's: then this call's id must be found.
    const bool may_be_foreign = error.code() == ErrorCode::network && !error.retryable() && !doubted_;
    const LostAnswerOptions& how = order_.options.lost_answer;
    if (!may_be_foreign || !disown_foreign_request(intent_.job, order_.service, how, context_)) throw;
  }
  doubted_ = true;
  return submit_or_join();
}

Job submit_job(JobOrder given) {
  JobOrder order = for_client(std::move(given));
  const store::StopScope stoppable(order.context.stop);
  require_emotion(order.options);
  const RunContext context = with_job(order.context);
  const log::Scope scope(context.job_id);
  const std::shared_ptr<ClipHost> host = host_of(order.service);
  PairUpload uploads(*host, clips_root(order.options), context);
  Intent intent =
      open_intent(order.video, order.audio, /*output=*/nullptr, order.options, order.service, uploads, context);
  ensure_submitted(intent, /*output=*/nullptr, order.options, order.service, uploads, context);
  return intent.job;
}

}  // namespace react1::stages
