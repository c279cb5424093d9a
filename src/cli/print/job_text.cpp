// SPDX-License-Identifier: Apache-2.0
// Verdicts, requests and jobs, for people.
#include <fmt/format.h>

#include <chrono>
#include <type_traits>
#include <variant>

#include "cli/print/print_text.hpp"
#include "core/clock.hpp"
#include "core/json_text.hpp"
#include "core/printable.hpp"

namespace react1::cli {
namespace {

std::string value_text(const CheckValue& value) {
  return std::visit(
      [](const auto& held) -> std::string {
        using Held = std::decay_t<decltype(held)>;
        if constexpr (std::is_same_v<Held, std::monostate>) {
          return "-";
        } else if constexpr (std::is_same_v<Held, Rational>) {
          return held.den() == 1 ? fmt::to_string(held.num()) : held.to_decimal(6);
        } else if constexpr (std::is_same_v<Held, std::string>) {
          return held;
        } else {
          return fmt::to_string(held);
        }
      },
      value);
}

std::string time_text(std::int64_t unix_ms) {
  return iso8601(std::chrono::system_clock::time_point(std::chrono::milliseconds(unix_ms)));
}

/// As predicted before the call; "-" where none was sent, or it was refused.
std::string cost_text(const JobRow& job) {
  if (!job.sandbox.empty()) return "free";
  const bool may_be_paid = job.paid_ms != 0 && (!job.request.request_id.empty() || job.state == JobState::submitting ||
                                                job.state == JobState::outcome_unknown);
  return may_be_paid ? job.cost_usd.to_decimal(2) + " USD" : "-";
}

}  // namespace

std::string verification_text(const Verification& verification) {
  std::vector<std::vector<std::string>> rows{{"check", "verdict", "expected", "actual", "tolerance", ""}};
  for (const Check& check : verification.checks) {
    rows.push_back({check.name, std::string(to_string(check.verdict)), value_text(check.expected),
                    value_text(check.actual), value_text(check.tolerance),
                    check.verdict == Verdict::pass ? "" : check.message});
  }
  return fmt::format("verification: {}\n", to_string(verification.verdict)) + table(rows);
}

std::string status_text(const QueueStatus& status, const std::string& request_id) {
  std::string text = fmt::format("{} {}", request_id, status.word.empty() ? "unknown" : status.word);
  if (status.queue_position) text += fmt::format(", {} ahead in the queue", *status.queue_position);
  if (status.inference_s) text += fmt::format(", took {:.1f} s", *status.inference_s);
  if (!status.error.empty()) {
    text += fmt::format(", failed: {}{}", status.error,
                        status.error_type.empty() ? "" : fmt::format(" ({})", status.error_type));
  }
  text = printable(text) + '\n';
  for (const LogLine& line : status.logs)
    text += "  " + printable(fmt::format("{} {} {}", line.timestamp, line.level, line.message)) + "\n";
  return text;
}

std::string jobs_text(const std::vector<JobRow>& jobs) {
  std::vector<std::vector<std::string>> rows{
      {"job", "state", "service", "cost", "created", "request", "video", "audio"}};
  for (const JobRow& job : jobs) {
    rows.push_back({job.id, std::string(to_string(job.state)), job.sandbox.empty() ? "paid" : "sandbox", cost_text(job),
                    time_text(job.created_ms), job.request.request_id.empty() ? "-" : job.request.request_id, job.video,
                    job.audio});
  }
  return table(rows, /*indent=*/0);
}

std::string job_text(const Job& job) {
  std::vector<std::vector<std::string>> rows{{"job", job.id}, {"state", std::string(to_string(job.state))}};
  const auto add = [&](const char* name, const std::string& value) {
    if (!value.empty()) rows.push_back({name, value});
  };
  add("request", job.request.request_id);
  add("endpoint", job.endpoint);
  add("service", job.sandbox.empty() ? job.queue_url : job.queue_url + " (a sandbox: a rehearsal, nothing was paid)");
  rows.push_back({"cost", cost_text(job)});
  add("video", job.video);
  add("audio", job.audio);
  add("output", job.output);
  add("parameters", job.parameters_json);
  add("error", job.error);
  if (!job.answer_json.empty()) {
    const auto answer = read_json(job.answer_json);
    add("answer", answer ? json_text(*answer, /*indent=*/-1) : job.answer_json);
  }
  if (job.cancel_asked_ms != 0) rows.push_back({"cancel asked", time_text(job.cancel_asked_ms)});
  rows.push_back({"created", time_text(job.created_ms)});
  rows.push_back({"updated", time_text(job.updated_ms)});
  return table(rows, /*indent=*/0);
}

std::string history_text(const std::vector<JobEvent>& history) {
  if (history.empty()) return {};
  std::vector<std::vector<std::string>> rows{{"at", "moved to", "request", "reason"}};
  for (const JobEvent& event : history) {
    rows.push_back({time_text(event.at_ms), std::string(to_string(event.to)),
                    event.request_id.empty() ? "-" : event.request_id, event.reason});
  }
  return "\nhistory\n" + table(rows);
}

}  // namespace react1::cli
