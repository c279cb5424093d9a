// SPDX-License-Identifier: Apache-2.0
#include "stages/output/earlier_result.hpp"

#include <fmt/format.h>

#include <react1/error.hpp>
#include <utility>

#include "core/atomic_file.hpp"
#include "record/documents.hpp"
#include "stages/common/intent.hpp"

namespace react1::stages {
namespace {

/// The member at `path`, or null where the document has none.
const Json& member(const Json& document, std::initializer_list<const char*> path) {
  static const Json none;
  const Json* at = &document;
  for (const char* key : path) {
    if (!at->is_object() || !at->contains(key)) return none;
    at = &(*at)[key];
  }
  return *at;
}

std::string text(const Json& document, std::initializer_list<const char*> path) {
  const Json& found = member(document, path);
  return found.is_string() ? found.get<std::string>() : std::string();
}

/// Checks everything that later code relies on: the file may be foreign.
bool is_run_document(const Json& document) {
  return document.is_object() && document.contains("job_id") && document.contains("parameters") &&
         document.contains("response") && member(document, {"sandbox"}).is_boolean() &&
         member(document, {"verification"}).is_object() && !text(document, {"request_id"}).empty() &&
         !text(document, {"output", "sha256"}).empty();
}

EarlierResult earlier_from(Json record) {
  EarlierResult earlier;
  earlier.request_id = text(record, {"request_id"});
  earlier.sha256 = text(record, {"output", "sha256"});
  earlier.record = std::move(record);
  return earlier;
}

/// Reads a part of a possibly foreign document.
template <class Read>
auto read_part(const Json& part, const Read& read) -> std::optional<decltype(read(part))> {
  if (!part.is_object()) return std::nullopt;
  try {
    return read(part);
  } catch (const Error&) {
    return std::nullopt;
  }
}

std::optional<Preparation> preparation_of(const Json& record) {
  return read_part(member(record, {"prepare"}), [](const Json& part) { return record::preparation_from_json(part); });
}

std::optional<Parameters> parameters_of(const Json& record) {
  return read_part(member(record, {"parameters"}), [](const Json& part) { return record::parameters_from_json(part); });
}

/// The timings of the original run take precedence over those of a later download.
void keep_known(std::optional<double>& value, const Json& timings, const char* name) {
  if (const Json& known = member(timings, {name}); known.is_number()) value = known.get<double>();
}

}  // namespace

std::optional<EarlierResult> read_earlier(const std::filesystem::path& path, const JobStore& jobs) {
  std::string content;
  try {
    content = read_file(path);
  } catch (const Error&) {
    return std::nullopt;
  }
  Json record = read_json(content).value_or(Json(nullptr));
  if (!is_run_document(record)) return std::nullopt;
  EarlierResult earlier = earlier_from(std::move(record));
  earlier.job = jobs.find_by_request(earlier.request_id);
  return earlier;
}

std::optional<EarlierResult> find_earlier(const std::string& output, const std::string& sha256, const JobStore& jobs) {
  // Only without a record next to the file, so a bounded search is enough.
  constexpr std::size_t kNewest = 1000;
  for (const JobRow& row : jobs.rows(std::nullopt, kNewest)) {
    if (row.output != output) continue;
    std::optional<Job> job = jobs.find(row.id);
    if (!job || job->record_json.empty()) continue;
    Json record = read_json(job->record_json).value_or(Json(nullptr));
    if (!is_run_document(record)) continue;
    EarlierResult earlier = earlier_from(std::move(record));
    if (earlier.sha256 != sha256) continue;
    earlier.job = std::move(job);
    return earlier;
  }
  return std::nullopt;
}

bool is_of_intent(const EarlierResult& earlier, const std::string& intent, const ServiceIdentity& service) {
  if (earlier.job) return earlier.job->intent == intent;
  const auto preparation = preparation_of(earlier.record);
  const auto parameters = parameters_of(earlier.record);
  const Json& sandbox = member(earlier.record, {"sandbox"});
  if (!preparation || !parameters || !sandbox.is_boolean() || sandbox.get<bool>() != service.is_sandbox()) return false;
  return intent_of(*preparation, *parameters, service) == intent;
}

std::string difference(const EarlierResult& earlier, const RequestedParameters& requested) {
  const auto had = parameters_of(earlier.record);
  if (!had) return {};
  const auto differs = [](const char* name, auto before, auto now) {
    return before == now ? std::string() : fmt::format("{} {}, not {}", name, before, now);
  };
  std::string found;
  if (requested.emotion) found = differs("emotion", to_string(had->emotion), to_string(*requested.emotion));
  if (found.empty()) found = differs("model mode", to_string(had->model_mode), to_string(requested.model_mode));
  if (found.empty() && requested.lipsync_mode)
    found = differs("lipsync mode", to_string(had->lipsync_mode), to_string(*requested.lipsync_mode));
  if (found.empty()) found = differs("temperature", had->temperature, requested.temperature);
  if (found.empty() && had->more != requested.more) found = "parameters of the model's own";
  return found;
}

void keep_known(RunRecord& record, const Json& earlier) {
  if (!record.prepare) record.prepare = preparation_of(earlier);
  if (!record.parameters) record.parameters = parameters_of(earlier);
  if (record.job_id.empty()) record.job_id = text(earlier, {"job_id"});
  if (record.video_url.empty()) record.video_url = text(earlier, {"parameters", "video_url"});
  if (record.audio_url.empty()) record.audio_url = text(earlier, {"parameters", "audio_url"});
  const Json& timings = member(earlier, {"timings"});
  keep_known(record.timings.prepare_s, timings, "prepare_s");
  keep_known(record.timings.upload_s, timings, "upload_s");
  keep_known(record.timings.queue_s, timings, "queue_s");
  keep_known(record.timings.inference_s, timings, "inference_s");
  keep_known(record.timings.download_s, timings, "download_s");
  keep_known(record.timings.verify_s, timings, "verify_s");
  keep_known(record.timings.total_s, timings, "total_s");
}

}  // namespace react1::stages
