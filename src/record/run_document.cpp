// SPDX-License-Identifier: Apache-2.0
// The documents of the paid part: run, verification, job, queue status, events.
#include <type_traits>
#include <variant>

#include "core/clock.hpp"
#include "record/documents.hpp"
#include "record/values.hpp"

namespace react1::record {
namespace {

Json value_of(const CheckValue& value) {
  return std::visit(
      [](const auto& held) -> Json {
        using Held = std::decay_t<decltype(held)>;
        if constexpr (std::is_same_v<Held, std::monostate>) {
          return nullptr;
        } else if constexpr (std::is_same_v<Held, Rational>) {
          return decimal(held, /*places=*/9);
        } else {
          return held;
        }
      },
      value);
}

Json word_of(QueueStatus::State state) {
  switch (state) {
    case QueueStatus::State::in_queue:
      return "in_queue";
    case QueueStatus::State::in_progress:
      return "in_progress";
    case QueueStatus::State::completed:
      return "completed";
    case QueueStatus::State::unknown:
      break;
  }
  return nullptr;
}

Json iso8601_of_ms(std::int64_t unix_ms) {
  if (unix_ms == 0) return nullptr;
  return iso8601(std::chrono::system_clock::time_point(std::chrono::milliseconds(unix_ms)));
}

}  // namespace

Json document(const Verification& verification) {
  Json result{{"schema", kSchema}, {"verdict", to_string(verification.verdict)}};
  result["checks"] = array_of(verification.checks, [](const Check& check) {
    return Json{{"name", check.name},
                {"verdict", to_string(check.verdict)},
                {"expected", value_of(check.expected)},
                {"actual", value_of(check.actual)},
                {"tolerance", value_of(check.tolerance)},
                {"message", json_text_or_null(check.message)}};
  });
  return result;
}

Json document(const Timings& timings) {
  return {{"prepare_s", number_or_null(timings.prepare_s)},   {"upload_s", number_or_null(timings.upload_s)},
          {"queue_s", number_or_null(timings.queue_s)},       {"inference_s", number_or_null(timings.inference_s)},
          {"download_s", number_or_null(timings.download_s)}, {"verify_s", number_or_null(timings.verify_s)},
          {"total_s", number_or_null(timings.total_s)}};
}

Json document(const Parameters& parameters, const std::string& video_url, const std::string& audio_url) {
  Json json{{"video_url", json_text_or_null(video_url)},          {"audio_url", json_text_or_null(audio_url)},
            {"emotion", to_string(parameters.emotion)},           {"model_mode", to_string(parameters.model_mode)},
            {"lipsync_mode", to_string(parameters.lipsync_mode)}, {"temperature", parameters.temperature}};
  // Without any there is no list: the intents of jobs are made from this document.
  for (const auto& [name, value] : parameters.more) json["more"].push_back(Json{{"name", name}, {"value", value}});
  return json;
}

Json document(const RunRecord& record) {
  return {{"schema", kSchema},
          {"job_id", json_text_or_null(record.job_id)},
          {"request_id", json_text_or_null(record.request_id)},
          {"sandbox", record.sandbox},
          {"reused", record.reused},
          {"prepare", record.prepare ? document(*record.prepare) : Json(nullptr)},
          {"parameters",
           record.parameters ? document(*record.parameters, record.video_url, record.audio_url) : Json(nullptr)},
          {"response", embedded(record.response_json)},
          {"output",
           {{"path", json_text_or_null(record.output_path)},
            {"bytes", record.output_path.empty() ? Json(nullptr) : Json(record.output_bytes)},
            {"sha256", json_text_or_null(record.output_sha256)}}},
          {"verification", document(record.verification)},
          {"timings", document(record.timings)}};
}

Json document(const Job& job) {
  return {{"schema", kSchema},
          {"job_id", job.id},
          {"request_id", json_text_or_null(job.request.request_id)},
          {"state", to_string(job.state)},
          {"endpoint", json_text_or_null(job.endpoint)},
          {"queue_url", json_text_or_null(job.queue_url)},
          {"sandbox", !job.sandbox.empty()},
          {"status_url", json_text_or_null(job.request.status_url)},
          {"response_url", json_text_or_null(job.request.response_url)},
          {"cancel_url", json_text_or_null(job.request.cancel_url)},
          {"video", json_text_or_null(job.video)},
          {"audio", json_text_or_null(job.audio)},
          {"output", json_text_or_null(job.output)},
          {"intent", json_text_or_null(job.intent)},
          {"error", json_text_or_null(job.error)},
          {"answer", embedded(job.answer_json)},
          {"cost_usd", decimal(job.cost_usd, /*places=*/6)},
          {"paid", job.paid_ms == 0 ? Json(nullptr) : Json(iso8601_of_ms(job.paid_ms))},
          {"cancel_asked", job.cancel_asked_ms == 0 ? Json(nullptr) : Json(iso8601_of_ms(job.cancel_asked_ms))},
          {"created", iso8601_of_ms(job.created_ms)},
          {"updated", iso8601_of_ms(job.updated_ms)},
          {"parameters", embedded(job.parameters_json)},
          {"prepare", embedded(job.prepare_json)},
          {"record", embedded(job.record_json)}};
}

Json document(const QueueStatus& status) {
  Json result{{"state", word_of(status.state)},
              {"status", json_text_or_null(status.word)},
              {"queue_position", number_or_null(status.queue_position)},
              {"inference_s", number_or_null(status.inference_s)},
              {"error", json_text_or_null(status.error)},
              {"error_type", json_text_or_null(status.error_type)}};
  result["logs"] = array_of(status.logs, [](const LogLine& line) {
    return Json{{"timestamp", json_text_or_null(line.timestamp)},
                {"level", json_text_or_null(line.level)},
                {"message", line.message}};
  });
  return result;
}

Json document(const Event& event) {
  Json result{{"ts", iso8601(event.time)},
              {"event", event.event},
              {"job_id", json_text_or_null(event.job_id)},
              {"request_id", json_text_or_null(event.request_id)},
              {"state", json_text_or_null(event.state)}};
  for (const auto& [key, value] : event.more.items()) result[key] = value;
  return result;
}

}  // namespace react1::record
