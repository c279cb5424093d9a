// SPDX-License-Identifier: Apache-2.0
#include "stages/collect/reuse.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <react1/error.hpp>
#include <string>
#include <system_error>

#include "core/atomic_file.hpp"
#include "core/json_text.hpp"
#include "core/sha256.hpp"
#include "fal/protocol/wire.hpp"
#include "stages/output/earlier_result.hpp"
#include "stages/verify/verify_result.hpp"

namespace react1::stages {
namespace fs = std::filesystem;
namespace {

/// The record of the result: from the job's row, also where a process was killed before it moved the
/// job to done; else from the record at the output. null: none.
Json known_result(const PendingResult& pending, const OutputGuard& output) {
  if (pending.job) {
    const JobState state = pending.job->state;
    if (state != JobState::done && state != JobState::submitted && state != JobState::cancelled) return nullptr;
    if (!pending.job->record_json.empty())
      return parse_json(pending.job->record_json, "job " + pending.job->id, ErrorCode::internal);
  }
  const EarlierResult* same = output.same_result(pending.request.request_id);
  return same == nullptr ? Json(nullptr) : same->record;
}

/// A file that holds `sha256`; empty when there is none.
std::string find_file(const PendingResult& pending, Reuse from, const OutputGuard& output, const std::string& sha256) {
  if (output.holds(sha256)) return output.path();
  std::error_code error;
  const bool is_elsewhere = from == Reuse::copy && pending.job && !pending.job->output.empty();
  if (!is_elsewhere || !fs::is_regular_file(pending.job->output, error)) return {};
  return sha256_file(pending.job->output) == sha256 ? pending.job->output : std::string();
}

RunRecord record_from(const PendingResult& pending, const Json& stored, const OutputGuard& output) {
  RunRecord record = pending.record;
  record.sandbox = stored.at("sandbox").get<bool>();
  record.response_json = json_text(stored.at("response"), /*indent=*/-1);
  record.output_sha256 = stored.at("output").at("sha256");
  record.output_path = output.path();
  record.reused = true;
  keep_known(record, stored);
  keep_known(record, output.known(record.request_id));
  return record;
}

Verification verify_again(const std::string& path, const RunRecord& record, const RunContext& context) {
  const ResultToVerify input =
      result_to_verify(path, fal::read_result(record.response_json), record.prepare, record.sandbox);
  context.observer->on_stage(Stage::verify);
  return verify_result(input, context);
}

}  // namespace

std::optional<RunRecord> reuse(PendingResult& pending, Reuse from, const OutputGuard& output, Service& service,
                               const RunContext& context) {
  const Json stored = known_result(pending, output);
  if (stored.is_null()) return std::nullopt;
  const std::string found = find_file(pending, from, output, stored.at("output").at("sha256"));
  if (found.empty()) return std::nullopt;
  RunRecord record = record_from(pending, stored, output);
  const std::unique_ptr<AtomicFile> copy(found == output.path() ? nullptr : new AtomicFile(output.file()));
  if (copy) copy->copy_from(found);
  const std::string path = copy ? copy->temporary().string() : found;
  record.verification = verify_again(path, record, context);
  record.output_bytes = static_cast<std::int64_t>(fs::file_size(path));
  if (copy) output.commit(*copy, record.output_sha256);
  output.write_record(record, context);
  if (pending.job && pending.job->state != JobState::done) mark_done(service, *pending.job, record, context);
  context.observer->on_note(
      {Note::Level::info, "reused",
       fmt::format("request {} had these clips and parameters already; nothing was paid", record.request_id)});
  return record;
}

}  // namespace react1::stages
