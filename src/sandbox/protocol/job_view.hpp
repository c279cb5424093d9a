// SPDX-License-Identifier: Apache-2.0
// The visible state of a job in the queue. Data only.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "serve/http_types.hpp"

namespace react1::sandbox {

struct LogEntry {
  std::string timestamp;  ///< UTC, "2026-11-22T08:30:00.123456": no zone, as the service writes it
  std::string message;
};

/// The outcome of a job.
struct Outcome {
  serve::Response response;       ///< what the result's URL answers
  std::string error, error_type;  ///< for the status; empty also for a model-level refusal, as on the real service
};

/// A failure that does not come from the model: fal's flat format, with its header.
[[nodiscard]] Outcome infrastructure_failure(int status, const std::string& type, const std::string& text);

enum class JobPhase { queued, running, completed };

/// A snapshot.
struct JobView {
  JobPhase phase = JobPhase::queued;
  std::int64_t queue_position = 0;  ///< 0 = next
  std::vector<LogEntry> logs;
  std::optional<Outcome> outcome;  ///< once completed
  std::optional<double> inference_s;
};

}  // namespace react1::sandbox
