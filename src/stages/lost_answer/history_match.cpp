// SPDX-License-Identifier: Apache-2.0
#include "stages/lost_answer/history_match.hpp"

#include <fmt/format.h>

#include <set>

#include "fal/protocol/input_digest.hpp"

namespace react1::stages {
namespace {

enum class Likeness { same, other, unclear };

Likeness compare(const HistoryEntry& entry, const Job& job, std::chrono::system_clock::time_point now) {
  if (!entry.endpoint.empty() && entry.endpoint != job.endpoint) return Likeness::other;
  const std::chrono::system_clock::time_point paid{std::chrono::milliseconds(job.paid_ms)};
  if (entry.sent_at && (*entry.sent_at < paid - kClockTolerance || *entry.sent_at > now + kClockTolerance))
    return Likeness::other;
  if (entry.input_json.empty()) return Likeness::unclear;
  const bool is_same = fal::input_digest(entry.input_json) == job.input_sha256;
  // A clip that was uploaded for this payment, in another input: not our call, and not another job's.
  const bool has_token = !job.token.empty() && entry.input_json.find(job.token) != std::string::npos;
  if (!is_same) return has_token ? Likeness::unclear : Likeness::other;
  return entry.sent_at && !entry.endpoint.empty() ? Likeness::same : Likeness::unclear;
}

std::string listed(const std::set<std::string>& ids) {
  constexpr std::size_t kShown = 3;
  std::string text;
  std::size_t shown = 0;
  for (const std::string& id : ids) {
    if (shown++ == kShown) return fmt::format("{} and {} more", text, ids.size() - kShown);
    text += (text.empty() ? "" : ", ") + id;
  }
  return text;
}

}  // namespace

HistoryMatch match_history(const std::vector<HistoryEntry>& entries, const Job& job,
                           std::chrono::system_clock::time_point now,
                           const std::function<bool(const std::string& request_id)>& is_taken) {
  using Kind = HistoryMatch::Kind;
  std::set<std::string> same, unclear, taken;
  for (const HistoryEntry& entry : entries) {
    const Likeness likeness = compare(entry, job, now);
    if (likeness == Likeness::other) continue;
    if (is_taken(entry.request_id)) {
      if (likeness == Likeness::same) taken.insert(entry.request_id);
      continue;
    }
    (likeness == Likeness::same ? same : unclear).insert(entry.request_id);
  }
  if (same.size() > 1)
    return {Kind::ambiguous, {}, fmt::format("{} requests have exactly this input: {}", same.size(), listed(same))};
  if (same.size() == 1) {
    // The same id once with this input and once without a comparable one: one of the two is wrong.
    if (unclear.contains(*same.begin()))
      return {Kind::unclear, {}, fmt::format("request {} is listed twice, with different contents", *same.begin())};
    return {Kind::one, *same.begin(), fmt::format("request {} has exactly this input", *same.begin())};
  }
  if (!unclear.empty())
    return {Kind::unclear,
            {},
            fmt::format("{} may match, but can't be compared: input or time is missing, or differs", listed(unclear))};
  if (!taken.empty())
    return {Kind::none, {}, fmt::format("{} has this input, and belongs to another job", listed(taken))};
  return {Kind::none, {}, fmt::format("none of {} requests of that time has this input", entries.size())};
}

}  // namespace react1::stages
