// SPDX-License-Identifier: Apache-2.0
// The documents of the paid part back into values: run, verification, job, error.
#include <chrono>
#include <utility>

#include "core/clock.hpp"
#include "core/json_text.hpp"
#include "record/documents.hpp"
#include "record/node.hpp"

namespace react1::record {
namespace {

/// What embedded() has written: JSON text, or other text.
std::string embedded_text(const std::optional<Node>& node) {
  if (!node) return {};
  if (node->json().is_string()) {
    std::string text = node->text();
    // A string that holds JSON would be written as that JSON: it must have been a JSON string.
    if (!text.empty() && !read_json(text)) return text;
  }
  return json_text(node->json(), /*indent=*/-1);
}

CheckValue read_value(const Node& node) {
  const Json& value = node.json();
  if (value.is_null()) return std::monostate{};
  if (value.is_string()) return node.text();
  if (value.is_number_integer()) return node.integer();
  if (value.is_number_float()) return node.decimal();
  node.fail("null, a number or text");
}

Check read_check(const Node& node) {
  return {node.at("name").text(),        node.at("verdict").word<Verdict>(), read_value(node.at("expected")),
          read_value(node.at("actual")), read_value(node.at("tolerance")),   node.at("message").text_or_empty()};
}

Timings read_timings(const Node& node) {
  const auto seconds = [&](const char* key) { return node.maybe(key, &Node::real); };
  return {seconds("prepare_s"),  seconds("upload_s"), seconds("queue_s"), seconds("inference_s"),
          seconds("download_s"), seconds("verify_s"), seconds("total_s")};
}

std::int64_t read_time_ms(const Node& node) {
  if (node.json().is_null()) return 0;
  const auto time = parse_iso8601(node.text());
  if (!time) node.fail("a time in ISO 8601");
  return std::chrono::duration_cast<std::chrono::milliseconds>(time->time_since_epoch()).count();
}

ServiceProblem read_problem(const Node& node) {
  return {node.at("type").text_or_empty(), node.at("location").text_or_empty(), node.at("message").text_or_empty(),
          embedded_text(node.find("context"))};
}

std::string text_at(const Node& node, const char* key) {
  return node.maybe(key, &Node::text).value_or(std::string());
}

}  // namespace

Verification read_verification(const Node& node) {
  require_known_schema(node);
  Verification verification;
  verification.verdict = node.at("verdict").word<Verdict>();
  for (const Node& check : node.at("checks").items()) verification.checks.push_back(read_check(check));
  return verification;
}

RunRecord read_run_record(const Node& node) {
  require_known_schema(node);
  RunRecord record;
  record.job_id = node.at("job_id").text_or_empty();
  record.request_id = node.at("request_id").text_or_empty();
  if (const auto sandbox = node.find("sandbox")) record.sandbox = sandbox->flag();
  if (const auto reused = node.find("reused")) record.reused = reused->flag();
  if (const auto prepare = node.find("prepare")) record.prepare = read_preparation(*prepare);
  if (const auto parameters = node.find("parameters")) {
    record.parameters = read_parameters(*parameters);
    record.video_url = text_at(*parameters, "video_url");
    record.audio_url = text_at(*parameters, "audio_url");
  }
  record.response_json = embedded_text(node.find("response"));
  const Node output = node.at("output");
  record.output_path = output.at("path").text_or_empty();
  record.output_bytes = output.maybe("bytes", &Node::integer).value_or(record.output_bytes);
  record.output_sha256 = output.at("sha256").text_or_empty();
  record.verification = read_verification(node.at("verification"));
  record.timings = read_timings(node.at("timings"));
  return record;
}

Job read_job(const Node& node) {
  require_known_schema(node);
  Job job;
  job.id = node.at("job_id").text();
  job.request = {text_at(node, "request_id"), text_at(node, "status_url"), text_at(node, "response_url"),
                 text_at(node, "cancel_url"), /*webhook=*/false};
  job.state = node.at("state").word<JobState>();
  job.endpoint = text_at(node, "endpoint");
  job.queue_url = text_at(node, "queue_url");
  if (node.at("sandbox").flag()) job.sandbox = kUnnamedSandbox;
  job.video = text_at(node, "video");
  job.audio = text_at(node, "audio");
  job.output = text_at(node, "output");
  job.intent = text_at(node, "intent");
  job.error = text_at(node, "error");
  job.answer_json = embedded_text(node.find("answer"));
  job.cost_usd = node.at("cost_usd").decimal();
  job.paid_ms = read_time_ms(node.at("paid"));
  job.cancel_asked_ms = read_time_ms(node.at("cancel_asked"));
  job.created_ms = read_time_ms(node.at("created"));
  job.updated_ms = read_time_ms(node.at("updated"));
  job.parameters_json = embedded_text(node.find("parameters"));
  job.prepare_json = embedded_text(node.find("prepare"));
  job.record_json = embedded_text(node.find("record"));
  return job;
}

Error read_error(const Node& node) {
  require_known_schema(node);
  const Node body = node.at("error");
  Error::Extra extra{.detail = text_at(body, "detail"),
                     .hint = text_at(body, "hint"),
                     .retryable = body.at("retryable").flag(),
                     .request_id = text_at(body, "request_id")};
  if (const auto problems = body.find("problems")) {
    for (const Node& problem : problems->items()) extra.problems.push_back(read_problem(problem));
  }
  return {body.at("code").word<ErrorCode>(), body.at("where").text_or_empty(), body.at("message").text(),
          std::move(extra)};
}

}  // namespace react1::record
