// SPDX-License-Identifier: Apache-2.0
#include "store/common/job_columns.hpp"

#include <algorithm>
#include <array>

#include <react1/error.hpp>

#include "store/common/owner.hpp"
#include "store/common/state_machine.hpp"

namespace react1::store {
namespace {

using Kind = JobColumn::Kind;

constexpr std::int64_t kMicro = 1'000'000;
constexpr std::int64_t kLastMs = 253'402'300'799'999;  // of the year 9999
constexpr std::int64_t kMostMicrousd = std::int64_t{1} << 50U;

template <std::string JobRow::*Member>
constexpr JobColumn text(const char* name, Kind kind = Kind::text, bool is_fixed = false) {
  return {name,
          kind,
          is_fixed,
          0,
          [](const JobRow& job) { return std::string_view(job.*Member); },
          nullptr,
          [](JobRow& job, const std::string& value) {
            job.*Member = value;
            return true;
          },
          nullptr};
}

template <std::string RequestRef::*Member>
constexpr JobColumn of_request(const char* name) {
  return {name,
          Kind::text,
          false,
          0,
          [](const JobRow& job) { return std::string_view(job.request.*Member); },
          nullptr,
          [](JobRow& job, const std::string& value) {
            job.request.*Member = value;
            return true;
          },
          nullptr};
}

template <std::int64_t JobRow::*Member, std::int64_t Most>
constexpr JobColumn number(const char* name, bool is_fixed = false) {
  return {name,
          Kind::number,
          is_fixed,
          Most,
          nullptr,
          [](const JobRow& job) { return job.*Member; },
          nullptr,
          [](JobRow& job, std::int64_t value) {
            job.*Member = value;
            return value >= 0 && value <= Most;
          }};
}

constexpr JobColumn state_column() {
  return {"state",
          Kind::text,
          false,
          0,
          [](const JobRow& job) { return to_string(job.state); },
          nullptr,
          [](JobRow& job, const std::string& value) {
            const auto state = parse_job_state(value);
            if (state) job.state = *state;
            return state.has_value();
          },
          nullptr};
}

constexpr JobColumn cost_column() {
  return {"cost_microusd",
          Kind::number,
          false,
          kMostMicrousd,
          nullptr,
          [](const JobRow& job) { return to_microusd(job.cost_usd); },
          nullptr,
          [](JobRow& job, std::int64_t value) {
            const bool is_plausible = value >= 0 && value <= kMostMicrousd;
            if (is_plausible) job.cost_usd = from_microusd(value);
            return is_plausible;
          }};
}

constexpr std::array kColumns{
    text<&JobRow::id>("id", Kind::text, /*is_fixed=*/true),
    text<&JobRow::intent>("intent", Kind::text, /*is_fixed=*/true),
    state_column(),
    text<&JobRow::endpoint>("endpoint"),
    text<&JobRow::queue_url>("queue_url"),
    of_request<&RequestRef::request_id>("request_id"),
    of_request<&RequestRef::status_url>("status_url"),
    of_request<&RequestRef::response_url>("response_url"),
    of_request<&RequestRef::cancel_url>("cancel_url"),
    text<&JobRow::video>("video", Kind::bytes),
    text<&JobRow::audio>("audio", Kind::bytes),
    text<&JobRow::output>("output", Kind::bytes),
    text<&JobRow::parameters_json>("parameters_json", Kind::bytes),
    text<&JobRow::error>("error", Kind::bytes),
    text<&JobRow::owner>("owner"),
    number<&JobRow::created_ms, kLastMs>("created_ms", /*is_fixed=*/true),
    number<&JobRow::updated_ms, kLastMs>("updated_ms"),
    cost_column(),
    number<&JobRow::paid_ms, kLastMs>("paid_ms"),
    number<&JobRow::epoch, INT64_MAX>("epoch"),
    number<&JobRow::lease_until_ms, kLastMs>("lease_until_ms"),
    number<&JobRow::cancel_asked_ms, kLastMs>("cancel_asked_ms"),
    text<&JobRow::answer_json>("answer_json", Kind::bytes),
    text<&JobRow::sandbox>("sandbox"),
    text<&JobRow::token>("token"),
    text<&JobRow::input_sha256>("input_sha256"),
};

}  // namespace

std::span<const JobColumn> job_columns() noexcept {
  return kColumns;
}

const std::string& job_column_names() {
  static const std::string names = [] {
    std::string all;
    for (const JobColumn& column : kColumns) all += (all.empty() ? "" : ", ") + std::string(column.name);
    return all;
  }();
  return names;
}

std::int64_t to_microusd(const Rational& usd) {
  return (usd * kMicro).ceil();
}

Rational from_microusd(std::int64_t microusd) {
  return {microusd, kMicro};
}

std::int64_t budget_microusd(const Rational& usd) {
  return (usd * kMicro).floor();
}

void throw_implausible(const std::string& store, const JobRow& job, const JobColumn& column, const std::string& value) {
  if (std::string_view(column.name) == "state") {
    throw Error(ErrorCode::io, store, "job " + job.id + " is in a state this program does not know",
                {.detail = value, .hint = "was the store edited by hand, or by a newer react1?"});
  }
  throw Error(ErrorCode::io, store, "job " + job.id + " contains an invalid number",
              {.detail = value, .hint = "the store is damaged, or was edited by hand"});
}

std::int64_t list_limit(std::size_t limit) noexcept {
  return static_cast<std::int64_t>(std::min(limit, std::size_t{1} << 40U));
}

bool comes_after(const JobRow& row, const JobRow& last) noexcept {
  return row.created_ms != last.created_ms ? row.created_ms < last.created_ms : row.id < last.id;
}

JobState state_of_event(const std::string& word, const std::string& store, std::string_view job_id) {
  if (const auto state = parse_job_state(word)) return *state;
  throw Error(ErrorCode::io, store, "job " + std::string(job_id) + " was in a state this program does not know",
              {.detail = word, .hint = "was the store edited by hand, or by a newer react1?"});
}

Job after_move(const Job& job, JobState from, JobState to, std::int64_t now_ms) {
  Job after = job;
  after.state = to;
  after.updated_ms = now_ms;
  if (from != to && to == JobState::submitting) {
    ++after.epoch;
    after.paid_ms = now_ms;
    after.lease_until_ms = now_ms + claim_lease().count();
    if (after.owner.empty()) after.owner = this_process();
  }
  return after;
}

}  // namespace react1::store
