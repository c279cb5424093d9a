// SPDX-License-Identifier: Apache-2.0
#include "stages/collect/collect.hpp"

#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <react1/json.hpp>
#include <string_view>
#include <utility>

#include "core/atomic_file.hpp"
#include "core/log.hpp"
#include "core/redact.hpp"
#include "core/sha256.hpp"
#include "fal/protocol/verdict.hpp"
#include "stages/common/grace_stop.hpp"
#include "stages/common/stopwatch.hpp"
#include "stages/lost_answer/look_up.hpp"
#include "stages/verify/verify_result.hpp"

namespace react1::stages {
namespace fs = std::filesystem;
namespace {

/// Writes the outcome of a request to the store. A failed write is only a warning: the next run asks the service again.
void write_down(const char* what, const std::function<bool()>& write) {
  try {
    if (!write()) log::info("collect", fmt::format("the job was moved meanwhile, {}", what));
  } catch (const Error& error) {
    log::warning("collect", fmt::format("the job store could not be updated ({}): {}", what, error.what()));
  }
}

/// The service has reported the end of this request.
void mark_failed(Service& service, std::optional<Job>& job, const Error& error) {
  if (!job || job->state != JobState::submitted) return;
  job->error = error.what();
  const JobState end = fal::is_cancellation(error) ? JobState::cancelled : JobState::failed;
  write_down("its request failed", [&] { return service.jobs.move(*job, JobState::submitted, end); });
}

/// An answer that was paid for and can't be read is kept.
void keep_answer(Service& service, std::optional<Job>& job, const Error& error) {
  if (!job || error.answer().empty() || job->answer_json == error.answer()) return;
  job->answer_json = error.answer();
  job->error = error.what();
  write_down("its answer can't be read", [&] { return service.jobs.update(*job); });
}

/// Asks the service to cancel the request, and reports the outcome. Bounded, because the user wants the program to end.
Error cancelled(PendingResult& pending, Service& service, const RunContext& context, const Error& interruption) {
  constexpr std::chrono::seconds patience{3};
  const GraceStop bound(context.stop, patience);
  const std::string& id = pending.request.request_id;
  const auto stopped = [&](const char* message, const char* detail) {
    return Error(ErrorCode::interrupted, id, message, {.detail = detail, .request_id = id});
  };
  try {
    switch (cancel_request(pending.request, service, patience / 2,
                           RunContext{bound.token(), context.observer, context.job_id})) {
      case Cancelled::finished:
      case Cancelled::failed:
      case Cancelled::not_found:
        return interruption;
      case Cancelled::cancelled:
        context.observer->on_note({Note::Level::info, "cancelled", "the service has cancelled the request"});
        return stopped("stopped, and the service has cancelled the request", "");
      case Cancelled::asked:
        break;
    }
  } catch (const Error& error) {
    return stopped("stopped; the request could not be cancelled and continues at the service", error.what());
  }
  context.observer->on_note({Note::Level::info, "cancel_requested", "the service was asked to cancel the request"});
  return stopped("stopped, and the service was asked to cancel the request",
                 "a request that is already running may still finish and be paid");
}

/// Measures the phases from the end of the wait to the finished file; `scripts/bench ready` reads the line.
class PhaseTimer {
 public:
  void end_phase(std::string_view what) {
    const double now = since_.seconds();
    text_ += fmt::format("{}{} {:.4f} s", text_.empty() ? "" : ", ", what, now - last_);
    last_ = now;
  }
  void log() const {
    log::debug("collect", fmt::format("since the result was ready: {}, total {:.4f} s", text_, last_));
  }

 private:
  Stopwatch since_;
  double last_ = 0;
  std::string text_;
};

ResultVideo take_result(PendingResult& pending, const Waited& waited, Service& service, const RunContext& context) {
  try {
    if (waited.result.error) throw Error(*waited.result.error);
    const QueueStatus& status = waited.result.status.value();
    pending.record.timings.inference_s = status.inference_s;
    if (status.inference_s) pending.record.timings.queue_s = std::max(0.0, waited.seconds - *status.inference_s);
    return service.client.result(pending.request, context);
  } catch (const Error& error) {
    if (error.code() == ErrorCode::refused) mark_failed(service, pending.job, error);
    keep_answer(service, pending.job, error);
    if (error.code() == ErrorCode::interrupted && pending.on_interrupt == OnInterrupt::cancel) {
      throw cancelled(pending, service, context, error);
    }
    throw;
  }
}

/// Records the origin of the file before it gets its name: if this process is killed right after, the next run of the
/// same command finds it in the store. If the store can't be written, the record next to the file serves instead.
void announce(Service& service, PendingResult& pending, const RunRecord& record) {
  if (!pending.job) return;
  pending.job->record_json = to_json(record);
  pending.job->output = record.output_path;
  write_down("whose file is about to be there", [&] { return service.jobs.update(*pending.job); });
}

RunRecord collect_result(PendingResult& pending, const Waited& waited, const OutputGuard& output, Service& service,
                         PhaseTimer& phases, const RunContext& context) {
  const Stopwatch collecting;
  RunRecord& record = pending.record;
  const ResultVideo reported = take_result(pending, waited, service, context);
  phases.end_phase("answer");
  // Not earlier: the verdict is stored and a cancellation sent even where nothing can be written.
  AtomicFile file = output.file();
  record.response_json = reported.raw_json;

  context.observer->on_stage(Stage::download);
  const Stopwatch downloading;
  service.client.download(reported, file.temporary().string(), context);
  pending.record.timings.download_s = downloading.seconds();
  phases.end_phase("download");

  context.observer->on_stage(Stage::verify);
  const Stopwatch verifying;
  const std::string path = file.temporary().string();
  const bool is_rehearsal = pending.job && !pending.job->sandbox.empty();
  record.sandbox = is_rehearsal || is_sandbox_result(path, context);
  phases.end_phase("comment");
  record.verification = verify_result(result_to_verify(path, reported, record.prepare, record.sandbox), context);
  phases.end_phase("checks");
  record.output_bytes = static_cast<std::int64_t>(fs::file_size(file.temporary()));
  record.output_sha256 = sha256_file(file.temporary());
  pending.record.timings.verify_s = verifying.seconds();
  phases.end_phase("sha256");

  record.output_path = output.path();
  record.timings.total_s = record.timings.total_s.value_or(0) + waited.seconds + collecting.seconds();
  keep_known(record, output.known(record.request_id));
  if (pending.job) keep_known(record, read_json(pending.job->record_json).value_or(Json(nullptr)));
  announce(service, pending, record);
  phases.end_phase("announce");

  output.commit(file, record.output_sha256);
  phases.end_phase("flush");
  return std::move(record);
}

}  // namespace

Waited wait_for(const RequestRef& request, Service& service, const RunContext& context) {
  const Stopwatch waiting;
  Waited waited;
  try {
    waited.result.status = service.client.wait(request, context);
  } catch (const Error& error) {
    waited.result.error = error;
  }
  waited.seconds = waiting.seconds();
  return waited;
}

RunRecord collect(PendingResult pending, const Waited& waited, const OutputGuard& output, Service& service,
                  const RunContext& context) {
  try {
    PhaseTimer phases;
    RunRecord record = collect_result(pending, waited, output, service, phases, context);
    output.write_record(record, context);
    if (pending.job) mark_done(service, *pending.job, record, context);
    attach_reported(service, context);
    phases.end_phase("record");
    phases.log();
    return record;
  } catch (const Error& error) {
    attach_reported(service, context);
    if (!error.request_id().empty()) throw;
    throw error.with_request_id(pending.request.request_id);
  }
}

void mark_done(Service& service, Job& job, const RunRecord& record, const RunContext& context) {
  job.record_json = to_json(record);
  job.output = record.output_path;
  // A request that finished in spite of a cancellation was paid: its result is used.
  const JobState from = job.state;
  const bool moves = from == JobState::submitted || from == JobState::cancelled;
  if (moves) job.error.clear();
  try {
    const bool written = moves ? service.jobs.move(job, from, JobState::done) : service.jobs.update(job);
    if (!written) log::info("collect", "the job was finished by another command at the same time");
  } catch (const Error& error) {
    context.observer->on_note(
        {Note::Level::warning, "job_not_written",
         fmt::format("the result is written and verified, but the job store could not be updated: {}; the same command "
                     "tells it so",
                     error.what())});
  }
}

}  // namespace react1::stages
