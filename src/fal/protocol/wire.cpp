// SPDX-License-Identifier: Apache-2.0
#include "fal/protocol/wire.hpp"

#include <cmath>
#include <utility>

#include "core/request_id.hpp"
#include "models/registry.hpp"

namespace react1::fal {
namespace {

constexpr std::size_t kMaxLogLineBytes = 4096;

std::optional<double> number_of(const Json& object, std::string_view key) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_number()) return std::nullopt;
  const double value = found->get<double>();
  return std::isfinite(value) ? std::optional(value) : std::nullopt;
}

/// A count that a service may also write as 1024.0.
std::optional<std::int64_t> count_of(const Json& object, std::string_view key) {
  const auto value = number_of(object, key);
  if (!value || *value < 0 || *value > 9e15) return std::nullopt;  // 2^53: exact in a double
  return std::llround(*value);
}

std::optional<int> small_count_of(const Json& object, std::string_view key) {
  const auto value = count_of(object, key);
  return value && *value <= 1'000'000 ? std::optional(static_cast<int>(*value)) : std::nullopt;
}

LogLine read_log_line(const Json& entry) {
  LogLine line;
  if (entry.is_string()) {
    line.message = entry.get<std::string>();
  } else if (entry.is_object()) {
    line = {text_of(entry, "timestamp"), text_of(entry, "level"), text_of(entry, "message")};
  }
  if (line.message.size() > kMaxLogLineBytes) line.message.resize(kMaxLogLineBytes);
  return line;
}

QueueStatus::State state_of(const std::string& word) noexcept {
  if (word == "IN_QUEUE") return QueueStatus::State::in_queue;
  if (word == "IN_PROGRESS") return QueueStatus::State::in_progress;
  if (word == "COMPLETED") return QueueStatus::State::completed;
  return QueueStatus::State::unknown;
}

std::string wire_text(const Json& document) {
  return document.dump(/*indent=*/-1, /*indent_char=*/' ', /*ensure_ascii=*/false, Json::error_handler_t::replace);
}

}  // namespace

std::optional<Json> read_object(std::string_view text) {
  auto document = read_json(text);
  return document && document->is_object() ? std::move(document) : std::nullopt;
}

std::string text_of(const Json& object, std::string_view key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

std::string write_initiate(const std::string& file_name, const std::string& content_type) {
  return wire_text(Json{{"content_type", content_type}, {"file_name", file_name}});
}

std::optional<UploadTarget> read_initiated(std::string_view body) {
  const auto object = read_object(body);
  if (!object) return std::nullopt;
  UploadTarget target{text_of(*object, "upload_url"), text_of(*object, "file_url")};
  if (target.upload_url.empty() || target.file_url.empty()) return std::nullopt;
  return target;
}

std::string write_lifecycle(const ObjectLifecycle& lifecycle) {
  const auto word = [](ObjectLifecycle::Access access) {
    return access == ObjectLifecycle::Access::allow  ? "allow"
           : access == ObjectLifecycle::Access::hide ? "hide"
                                                     : "forbid";
  };
  Json document = Json::object();
  if (lifecycle.expires_after) document["expiration_duration_seconds"] = lifecycle.expires_after->count();
  if (lifecycle.access) {
    Json& access = document["initial_acl"];
    access["default"] = word(*lifecycle.access);
    for (const auto& [user, decision] : lifecycle.rules)
      access["rules"].push_back(Json{{"user", user}, {"decision", word(decision)}});
  }
  return document.dump(/*indent=*/-1, /*indent_char=*/' ', /*ensure_ascii=*/true, Json::error_handler_t::replace);
}

std::optional<std::string> read_part(std::string_view body, int number) {
  const auto object = read_object(body);
  if (!object) return std::nullopt;
  const auto named = count_of(*object, "partNumber");
  std::string etag = text_of(*object, "etag");
  if (etag.empty() || (named && *named != number)) return std::nullopt;
  return etag;
}

std::string write_complete(const std::map<int, std::string>& etags) {
  Json parts = Json::array();
  for (const auto& [number, etag] : etags) parts.push_back(Json{{"partNumber", number}, {"etag", etag}});
  return wire_text(Json{{"parts", std::move(parts)}});
}

std::string write_submit(const Model& model, const Parameters& parameters, const std::string& video_url,
                         const std::string& audio_url) {
  return wire_text(model.input(parameters, video_url, audio_url));
}

std::optional<RequestRef> read_submitted(std::string_view body) {
  const auto object = read_object(body);
  if (!object) return std::nullopt;
  RequestRef request{text_of(*object, "request_id"), text_of(*object, "status_url"), text_of(*object, "response_url"),
                     text_of(*object, "cancel_url")};
  if (!is_request_id(request.request_id)) return std::nullopt;
  // A request that has already ended was not submitted just now: the answer is about another request.
  if (text_of(*object, "status") == "COMPLETED" || !text_of(*object, "error").empty()) return std::nullopt;
  return request;
}

std::optional<QueueStatus> read_status(std::string_view body) {
  const auto object = read_object(body);
  return object ? std::optional(status_of(*object)) : std::nullopt;
}

QueueStatus status_of(const Json& object) {
  QueueStatus status;
  status.word = text_of(object, "status");
  status.state = state_of(status.word);
  status.queue_position = count_of(object, "queue_position");
  status.error = text_of(object, "error");
  status.error_type = text_of(object, "error_type");
  if (const auto logs = object.find("logs"); logs != object.end() && logs->is_array()) {
    for (const Json& entry : *logs) {
      LogLine line = read_log_line(entry);
      if (!line.message.empty()) status.logs.push_back(std::move(line));
    }
  }
  if (const auto metrics = object.find("metrics"); metrics != object.end() && metrics->is_object())
    status.inference_s = number_of(*metrics, "inference_time");
  return status;
}

std::optional<ResultVideo> read_result(const Model& model, std::string_view body) {
  const auto object = read_object(body);
  const Json* video = object ? model.video_in(*object) : nullptr;
  if (video == nullptr) return std::nullopt;
  ResultVideo result;
  result.raw_json = std::string(body);
  result.url = video->is_string() ? video->get<std::string>() : video->is_object() ? text_of(*video, "url") : "";
  if (result.url.empty()) return std::nullopt;
  if (!video->is_object()) return result;
  result.content_type = text_of(*video, "content_type");
  result.file_name = text_of(*video, "file_name");
  result.file_size = count_of(*video, "file_size");
  result.width = small_count_of(*video, "width");
  result.height = small_count_of(*video, "height");
  result.fps = number_of(*video, "fps");
  result.duration_s = number_of(*video, "duration");
  result.num_frames = number_of(*video, "num_frames");
  return result;
}

std::optional<ResultVideo> read_result(std::string_view body) {
  for (const Model* model : models::all()) {
    if (auto result = read_result(*model, body)) return result;
  }
  return std::nullopt;
}

}  // namespace react1::fal
