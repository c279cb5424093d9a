// The main job and its two halves: run = submit + collect, with what an earlier run of the same intent left behind.
#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <optional>
#include <react1/json.hpp>
#include <react1/pipeline.hpp>
#include <utility>

#include "core/atomic_file.hpp"
#include "core/clock.hpp"
#include "core/log.hpp"
#include "core/own_folder.hpp"
#include "core/printable.hpp"
#include "core/redact.hpp"
#include "core/sha256.hpp"
#include "fal/wire.hpp"
#include "record/documents.hpp"
#include "stages/budget.hpp"
#include "stages/clip_store.hpp"
#include "stages/collect.hpp"
#include "stages/intent.hpp"
#include "stages/pair_upload.hpp"
#include "stages/post.hpp"
#include "stages/preprocess.hpp"
#include "stages/stopwatch.hpp"
#include "stages/submit.hpp"
#include "store/abandoned.hpp"

namespace react1 {
namespace fs = std::filesystem;
namespace {

using namespace stages;

constexpr std::chrono::hours kClipLife{7 * 24};
/// Between two looks at a job that somebody else is paying for.
constexpr std::chrono::milliseconds kBetweenLooks{100};

std::string absolute(const Source& source) {
  return source.kind() == Source::Kind::path ? fs::absolute(source.address()).string() : source.name();
}

Parameters resolve(const PipelineOptions& options, const Preparation& preparation) {
  const RequestedParameters& requested = options.parameters;
  if (preparation.advice.hold && !requested.lipsync_mode) {
    throw Error(ErrorCode::hold, "advice", fmt::format("{}", fmt::join(preparation.advice.reasons, "; ")),
                {.detail = "rule " + preparation.advice.rule,
                 .hint = "change the clips, or name a mode with --lipsync-mode to pay all the same"});
  }
  return {requested.emotion.value(), requested.model_mode, chosen_mode(requested, preparation.advice),
          requested.temperature};
}

void require_emotion(const PipelineOptions& options) {
  if (!options.parameters.emotion) {
    throw Error(ErrorCode::usage, "emotion", "is required",
                {.hint = "one of happy, sad, angry, disgusted, surprised, neutral"});
  }
}

/// The six fields as the job keeps them; the URLs without what may be signed in them.
std::string parameters_text(const Parameters& parameters, const UploadedPair& pair) {
  return json_text(record::document(parameters, redact_url(pair.video_url), redact_url(pair.audio_url)), /*indent=*/-1);
}

/// A prepared pair and the job that stands for its intent.
struct Intent {
  Preparation preparation;
  Parameters parameters;
  Job job;
};

/// An in-process sandbox takes its unfinished requests with it; nothing was paid, so they simply start again.
JobStore::Opened open_job(const Job& job, bool again, Service& service) {
  JobStore::Opened opened = service.jobs.open(job, again);
  const JobState state = opened.job.state;
  if (!service.sandbox || opened.is_new || state == JobState::done || state == JobState::created) return opened;
  if (state == JobState::submitted) {
    opened.job.error = "the sandbox it lived in has ended";
    static_cast<void>(
        service.jobs.move(opened.job, state, JobState::failed));  // lost only to somebody who did the same
  }
  return service.jobs.open(job, /*again=*/true);
}

/// Whether the costliest pair that can come of the clips would be paid for now. "Nothing is uploaded" is what a budget
/// promises, so where this one may not be, the uploads wait until the cost is known.
bool is_surely_affordable(const PipelineOptions& options, const Service& service) {
  if (service.sandbox) return true;
  ClipFacts longest;
  longest.video_s = longest.audio_s = options.prepare.max_duration_s;
  return is_affordable(predict(longest, LipsyncMode::cut_off, options.price).cost_usd, options.budget, service.jobs,
                       system_clock().wall());
}

/// Makes the pair, and has each clip go up with `uploads` as soon as it is made.
Intent open_intent(const Source& video, const Source& audio, const std::string& output, const PipelineOptions& options,
                   Service& service, PairUpload& uploads, const RunContext& context) {
  const fs::path root = clips_root(options);
  forget_clips(root, fs::file_time_type::clock::now() - kClipLife);
  const Workshop workshop(root);
  ClipMade made;
  if (is_surely_affordable(options, service)) {
    made = [&uploads](const PreparedClip& clip) { uploads.start_early(clip); };
  }
  Intent intent;
  intent.preparation = make_clips(video, audio, workshop.path(), options, context, made);
  intent.parameters = resolve(options, intent.preparation);
  Job job;
  // A context may be used for several jobs: its id is theirs for logs, and a row's key once.
  if (!service.jobs.find(context.job_id)) job.id = context.job_id;
  job.intent = intent_of(intent.preparation, intent.parameters, service);
  intent.preparation = keep_clips(std::move(intent.preparation), workshop.path(), root, job.intent);
  job.endpoint = service.endpoint;
  job.queue_url = service.queue_url;
  job.video = absolute(video);
  job.audio = absolute(audio);
  job.output = output.empty() ? output : fs::absolute(output).string();
  job.parameters_json = parameters_text(intent.parameters, /*pair=*/{});
  job.prepare_json = to_json(intent.preparation);
  if (!service.sandbox) job.cost_usd = intent.preparation.prediction.cost_usd;
  intent.job = open_job(job, options.again, service).job;
  // Where a call was made before, they were sent in vain; one that is under way may still come back refused.
  if (intent.job.state != JobState::created && intent.job.state != JobState::submitting) uploads.abandon();
  return intent;
}

[[noreturn]] void throw_unknown(const Job& job) {
  throw Error(
      ErrorCode::outcome_unknown, job.id,
      "an earlier paid call for these clips and parameters may have been accepted; nothing is sent again",
      {.detail = job.error,
       .hint = fmt::format("look the request up at the service and tell: react1 jobs resolve {} --request-id R (or "
                           "--pay-again, --drop); --again pays at once, a second time if it was accepted",
                           shell_word(job.id))});
}

/// The job as it stands once nobody makes its paid call any more: another run of the same intent, in this process or
/// another, has made it, or has ended in the middle of it.
Job after_other_claim(Job job, JobStore& jobs, const RunContext& context) {
  bool told = false;
  while (job.state == JobState::submitting && jobs.claim_holds(job)) {
    if (!std::exchange(told, true)) {
      context.observer->on_note({Note::Level::info, "joined",
                                 "another run is making the paid call for the same clips and parameters; its result "
                                 "will be shared"});
    }
    if (!system_clock().sleep_for(kBetweenLooks, context.stop)) context.throw_if_stopped();
    store::refresh(job, jobs);
  }
  // One that still stands in submitting can never be known to be unpaid.
  if (job.state == JobState::submitting) static_cast<void>(store::settle_abandoned(job, jobs));
  return job;
}

[[noreturn]] void throw_ended(const Job& job) {
  throw Error(ErrorCode::refused, job.id,
              fmt::format("another run of the same clips and parameters was {}",
                          job.state == JobState::cancelled ? "cancelled" : "refused"),
              {.detail = job.error, .hint = "the same command starts again"});
}

/// Takes the job to `submitted` (or finds it there or beyond), paying at most once.
void ensure_submitted(Intent& intent, const Budget& budget, Service& service, PairUpload& uploads, Timings& timings,
                      const RunContext& context) {
  std::optional<UploadedPair> pair;
  for (;;) {
    switch (intent.job.state) {
      case JobState::submitting:
        intent.job = after_other_claim(std::move(intent.job), service.jobs, context);
        break;
      case JobState::outcome_unknown:
        throw_unknown(intent.job);
      case JobState::failed:
      case JobState::cancelled:
        throw_ended(intent.job);
      case JobState::submitted:
      case JobState::done:
        context.observer->on_note({Note::Level::info, "continued",
                                   fmt::format("continuing request {} of the same intent; nothing is paid again",
                                               intent.job.request.request_id)});
        return;
      case JobState::created: {
        require_affordable(intent.job, budget, service.jobs, system_clock().wall());
        if (!pair) {
          const Stopwatch uploading;
          pair = uploads.finish(intent.preparation);
          timings.upload_s = uploading.seconds();
        }
        intent.job.parameters_json = parameters_text(intent.parameters, *pair);
        if (auto submitted = submit_once(intent.job, intent.parameters, *pair, budget, service, context)) {
          intent.job = std::move(*submitted);
          return;
        }
        store::refresh(intent.job, service.jobs);
        break;
      }
    }
  }
}

/// The verified file of a job that is done, put under the new name; nullopt when it is no longer there unchanged.
std::optional<RunRecord> reuse(const Intent& intent, const std::string& output, const RunContext& context) {
  std::error_code error;
  if (!fs::is_regular_file(intent.job.output, error)) return std::nullopt;
  const Json stored = parse_json(intent.job.record_json, "job " + intent.job.id, ErrorCode::internal);
  RunRecord record;
  record.output_sha256 = sha256_file(intent.job.output);
  if (stored.at("output").at("sha256") != record.output_sha256) return std::nullopt;
  AtomicFile file{fs::path(output)};
  file.copy_from(intent.job.output);
  record.job_id = intent.job.id;
  record.request_id = intent.job.request.request_id;
  record.sandbox = stored.at("sandbox").get<bool>();
  record.prepare = intent.preparation;
  record.parameters = intent.parameters;
  record.response_json = json_text(stored.at("response"), /*indent=*/-1);
  record.reused = true;
  context.observer->on_stage(Stage::verify);
  record.verification =
      verify_result({file.temporary().string(), fal::read_result(record.response_json),
                     expectation_of(intent.preparation, record.sandbox), intent.preparation.video.path},
                    context);
  record.output_bytes = static_cast<std::int64_t>(fs::file_size(file.temporary()));
  file.commit();
  record.output_path = fs::absolute(output).string();
  write_record(record);
  context.observer->on_note(
      {Note::Level::info, "reused",
       fmt::format("request {} had these clips and parameters already; nothing was paid", record.request_id)});
  return record;
}

RunContext with_job(const RunContext& context) {
  RunContext named = context;
  if (named.job_id.empty()) named.job_id = new_id(system_clock());
  return named;
}

/// Everything a job remembers about its request.
Claim claim_of(const Job& job, const std::string& output) {
  const std::string where = "job " + job.id;
  const Json parameters = parse_json(job.parameters_json, where, ErrorCode::internal);
  Claim claim;
  claim.job = job;
  claim.request = job.request;
  claim.preparation = record::preparation_from_json(parse_json(job.prepare_json, where, ErrorCode::internal), where);
  claim.parameters = record::parameters_from_json(parameters, where);
  if (parameters.at("video_url").is_string()) claim.video_url = parameters.at("video_url");
  if (parameters.at("audio_url").is_string()) claim.audio_url = parameters.at("audio_url");
  claim.output = output;
  return claim;
}

}  // namespace

RunRecord run(const Source& video, const Source& audio, const std::string& output, const PipelineOptions& options,
              Service service, const RunContext& context) {
  const Stopwatch total;
  require_emotion(options);
  require_output(output, {video, audio});
  const RunContext job_context = with_job(context);
  const log::Scope scope(job_context.job_id);
  Timings timings;
  PairUpload uploads(service.client, clips_root(options), job_context);
  Intent intent = open_intent(video, audio, output, options, service, uploads, job_context);
  timings.prepare_s = total.seconds();
  const auto reused = [&]() -> std::optional<RunRecord> {
    if (intent.job.state != JobState::done) return std::nullopt;
    std::optional<RunRecord> record = reuse(intent, output, job_context);
    if (record) record->timings.total_s = total.seconds();
    return record;
  };
  if (auto record = reused()) return std::move(*record);
  if (intent.job.state == JobState::done && service.sandbox) {  // its request ended with it
    PipelineOptions afresh = options;
    afresh.again = true;
    return run(video, audio, output, afresh, service, context);
  }
  const bool was_done = intent.job.state == JobState::done;
  ensure_submitted(intent, options.budget, service, uploads, timings, job_context);
  if (!was_done) {  // a joined run may have finished it in the meantime
    if (auto record = reused()) return std::move(*record);
  }
  const log::Scope paid(job_context.job_id, intent.job.request.request_id);
  timings.total_s = total.seconds();
  Claim claim = claim_of(intent.job, output);
  claim.preparation = intent.preparation;  // what was just made, not what the job remembers of it
  claim.timings = timings;
  claim.on_interrupt = options.on_interrupt;
  return collect(std::move(claim), service, job_context);
}

Job submit(const Source& video, const Source& audio, const PipelineOptions& options, Service service,
           const RunContext& context) {
  require_emotion(options);
  const RunContext job_context = with_job(context);
  const log::Scope scope(job_context.job_id);
  Timings timings;
  PairUpload uploads(service.client, clips_root(options), job_context);
  Intent intent = open_intent(video, audio, /*output=*/"", options, service, uploads, job_context);
  ensure_submitted(intent, options.budget, service, uploads, timings, job_context);
  return intent.job;
}

RunRecord fetch_result(const std::string& request_id, const std::string& output, Service service,
                       const RunContext& context) {
  require_output(output, {});
  RunContext job_context = context;
  Claim claim;
  if (const std::optional<Job> job = service.jobs.find_by_request(request_id)) {
    job_context.job_id = job->id;
    claim = claim_of(*job, output);
  } else {
    claim.request.request_id = request_id;
    claim.output = output;
  }
  const log::Scope scope(job_context.job_id, request_id);
  return collect(std::move(claim), service, job_context);
}

Verification verify(const std::string& path, const std::optional<std::string>& expect_record_path,
                    const RunContext& context) {
  PostInput input{path, std::nullopt, std::nullopt, std::nullopt};
  if (expect_record_path) {
    const Json document = parse_json(read_file(*expect_record_path), *expect_record_path, ErrorCode::usage);
    const record::Expected expected = record::expected_from_json(document, *expect_record_path);
    input.expected = expectation_of(expected.preparation, expected.sandbox || is_sandbox_result(path, context));
    input.reported = fal::read_result(expected.response_json);
    if (fs::exists(expected.preparation.video.path)) input.prepared_video = expected.preparation.video.path;
  }
  context.observer->on_stage(Stage::verify);
  return verify_result(input, context);
}

}  // namespace react1
