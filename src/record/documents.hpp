// SPDX-License-Identifier: Apache-2.0
// The JSON documents of the contract, both ways. Field names are fixed: add, never rename.
// Seconds are numbers under keys ending in _s, rates are {"num","den"}, unknown is null.
#pragma once

#include <chrono>
#include <optional>
#include <react1/doctor.hpp>
#include <react1/error.hpp>
#include <react1/jobs.hpp>
#include <react1/media_info.hpp>
#include <react1/pipeline.hpp>
#include <react1/verification.hpp>
#include <string>

#include "core/json_text.hpp"

namespace react1::record {

/// The member "schema" of every whole document (schemas/*.json). It increases when a field is removed or
/// changes its meaning, not when one is added.
inline constexpr int kSchema = 1;

[[nodiscard]] Json document(const MediaInfo& info);
[[nodiscard]] Json document(const PreparedClip& clip);
[[nodiscard]] Json document(const Conformed& conformed);
[[nodiscard]] Json document(const Mismatch& mismatch);
[[nodiscard]] Json document(const Prediction& prediction);
[[nodiscard]] Json document(const Advice& advice);
[[nodiscard]] Json document(const Preparation& preparation);
[[nodiscard]] Json document(const Verification& verification);
[[nodiscard]] Json document(const Timings& timings);
[[nodiscard]] Json document(const RunRecord& record);
/// What lists show.
[[nodiscard]] Json document(const JobRow& job);
[[nodiscard]] Json document(const Job& job);
[[nodiscard]] Json document(const std::vector<JobEvent>& history);
[[nodiscard]] Json document(const QueueStatus& status);
[[nodiscard]] Json document(const Diagnosis& diagnosis);
/// {"schema", "error": {…}}.
[[nodiscard]] Json document(const Error& error);

/// The six fields; an URL that is not known (any more) is null.
[[nodiscard]] Json document(const Parameters& parameters, const std::string& video_url, const std::string& audio_url);

/// One line of a stream of events. Empty text is null in the document.
struct Event {
  std::chrono::system_clock::time_point time;
  std::string event;  ///< what happened, stable, e.g. "stage"
  std::string job_id, request_id, state;
  Json more = Json::object();  ///< further fields, appended
};
[[nodiscard]] Json document(const Event& event);

// Reading back. `where` names the document in errors, which also give the path inside it, what was found and what is
// expected; `on_failure` is their code. Lengths of clips come back exact (from counts and rates), other seconds with
// the nine decimals of the document. document(read(d)) == d.

[[nodiscard]] Preparation preparation_from_json(const Json& document, const std::string& where = "prepare document",
                                                ErrorCode on_failure = ErrorCode::internal);
/// The URLs are not part of Parameters and are ignored.
[[nodiscard]] Parameters parameters_from_json(const Json& document, const std::string& where = "parameters",
                                              ErrorCode on_failure = ErrorCode::internal);

/// What a result can be compared with.
struct Expected {
  Preparation preparation;
  bool sandbox = false;       ///< the result was made by the loopback service
  std::string response_json;  ///< the service's answer; empty when the document is not of a run
};
/// What Job::sandbox is after reading: the document says only whether there was a sandbox, not which run of it.
inline constexpr const char* kUnnamedSandbox = "unnamed";

class Node;
[[nodiscard]] MediaInfo read_media_info(const Node& node);
/// Throws for a document of a newer version: its fields may have another meaning. Documents of early
/// releases have no version.
void require_known_schema(const Node& node);
[[nodiscard]] std::vector<Warning> read_warnings(const Node& node);
[[nodiscard]] Preparation read_preparation(const Node& node);
[[nodiscard]] Parameters read_parameters(const Node& node);
[[nodiscard]] Verification read_verification(const Node& node);
[[nodiscard]] RunRecord read_run_record(const Node& node);
[[nodiscard]] Job read_job(const Node& node);
[[nodiscard]] Error read_error(const Node& node);

/// From a run document, a prepare document or a plan. Throws Error{usage} for anything else.
[[nodiscard]] Expected expected_from_json(const Json& document, const std::string& where);

}  // namespace react1::record
