// SPDX-License-Identifier: Apache-2.0
// The public functions of the main job, each on the caller's thread.
#include <optional>
#include <react1/pipeline.hpp>
#include <utility>

#include "core/atomic_file.hpp"
#include "core/boundary.hpp"
#include "core/json_text.hpp"
#include "core/log.hpp"
#include "fal/protocol/wire.hpp"
#include "record/documents.hpp"
#include "stages/collect/collect.hpp"
#include "stages/collect/reuse.hpp"
#include "stages/common/naming.hpp"
#include "stages/main_job.hpp"
#include "stages/output/output_guard.hpp"
#include "stages/verify/verify_result.hpp"
#include "store/common/patience.hpp"

namespace react1::stages {
namespace {

RunRecord run_job(JobOrder order) {
  MainJob job(std::move(order));
  if (auto record = job.start()) return std::move(*record);
  for (;;) {
    job.begin_wait();
    const log::Scope scope(job.context().job_id, job.request().request_id);
    const Waited waited = wait_for(job.request(), job.service(), job.context());
    if (auto record = job.finish(waited)) return std::move(*record);
  }
}

RunRecord fetch(const std::string& request_id, const std::string& output, Service service, const RunContext& context,
                const OutputOptions& options) {
  const store::StopScope stoppable(context.stop);
  const OutputGuard guard(output, {}, options, service.jobs);
  guard.require_request(request_id);
  RunContext job_context = context;
  PendingResult pending;
  if (const std::optional<Job> job = service.jobs.find_by_request(request_id)) {
    job_context.job_id = job->id;
    pending = pending_result_of(*job);
  } else {
    pending.request.request_id = pending.record.request_id = request_id;
  }
  const log::Scope scope(job_context.job_id, request_id);
  if (auto record = reuse(pending, Reuse::in_place, guard, service, job_context)) return std::move(*record);
  return naming(request_id, [&] {
    context.observer->on_stage(Stage::wait);
    const Waited waited = wait_for(pending.request, service, job_context);
    return collect(std::move(pending), waited, guard, service, job_context);
  });
}

Verification verify_file(const std::string& path, const std::optional<std::string>& expect_record_path,
                         const RunContext& context) {
  ResultToVerify input{path, std::nullopt, std::nullopt, std::nullopt};
  if (expect_record_path) {
    const Json document = parse_json(read_file(*expect_record_path), *expect_record_path, ErrorCode::usage);
    const record::Expected expected = record::expected_from_json(document, *expect_record_path);
    input = result_to_verify(path, fal::read_result(expected.response_json), expected.preparation,
                             expected.sandbox || is_sandbox_result(path, context));
  }
  context.observer->on_stage(Stage::verify);
  return verify_result(input, context);
}

}  // namespace
}  // namespace react1::stages

namespace react1::REACT1_ABI {

RunRecord run(const Source& video, const Source& audio, const std::string& output, const PipelineOptions& options,
              Service service, const RunContext& context) {
  return at_boundary("run", [&] { return stages::run_job({video, audio, output, options, service, context}); });
}

Job submit(const Source& video, const Source& audio, const PipelineOptions& options, Service service,
           const RunContext& context) {
  return at_boundary("submit", [&] {
    return stages::submit_job({video, audio, /*output=*/{}, options, service, context});
  });
}

RunRecord fetch_result(const std::string& request_id, const std::string& output, Service service,
                       const RunContext& context, const OutputOptions& options) {
  return at_boundary("fetch_result", [&] { return stages::fetch(request_id, output, service, context, options); });
}

Verification verify(const std::string& path, const std::optional<std::string>& expect_record_path,
                    const RunContext& context) {
  return at_boundary("verify", [&] { return stages::verify_file(path, expect_record_path, context); });
}

}  // namespace react1::REACT1_ABI
