// SPDX-License-Identifier: Apache-2.0
// Results as text for people: one function per kind of result. Programs read --json instead.
#pragma once

#include <cstdint>
#include <react1/jobs.hpp>
#include <react1/media_info.hpp>
#include <react1/pipeline.hpp>
#include <react1/verification.hpp>
#include <string>
#include <vector>

#include "plan/plan_words.hpp"

namespace react1::cli {

/// "1.4 MB".
[[nodiscard]] std::string bytes_text(std::int64_t bytes);
/// "14.973 s".
[[nodiscard]] std::string seconds_text(const Seconds& value);
using planning::rate_text;

/// Columns padded to their widest cell, two blanks between them, `indent` blanks before. Counts code points, so
/// that non-ASCII text is aligned too. Cells are made printable.
[[nodiscard]] std::string table(const std::vector<std::vector<std::string>>& cells, int indent = 2);

[[nodiscard]] std::string media_text(const MediaInfo& info);
/// `pays`: the mode that would be paid for is known, so it is marked; false on a hold without a named mode.
[[nodiscard]] std::string preparation_text(const Preparation& preparation, bool pays);
[[nodiscard]] std::string verification_text(const Verification& verification);
[[nodiscard]] std::string status_text(const QueueStatus& status, const std::string& request_id);
[[nodiscard]] std::string jobs_text(const std::vector<JobRow>& jobs);
[[nodiscard]] std::string job_text(const Job& job);
/// Every move of a job; empty text for none.
[[nodiscard]] std::string history_text(const std::vector<JobEvent>& history);

}  // namespace react1::cli
