// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite_store.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>

#include <react1/error.hpp>

#include "store/migrations.hpp"
#include "store/owner.hpp"
#include "store/state_machine.hpp"

namespace react1::store {
namespace {

using std::chrono::milliseconds;

constexpr std::int64_t micro = 1'000'000;

std::int64_t microusd(const Rational& usd) {
  return (usd * micro).ceil();
}

#define REACT1_JOB_COLUMNS                                                                                  \
  "id, intent, state, endpoint, queue_url, request_id, status_url, response_url, cancel_url, video, audio," \
  " output, parameters_json, prepare_json, record_json, error, owner, created_ms, updated_ms,"              \
  " cost_microusd, paid_ms, epoch, lease_until_ms, cancel_asked_ms, answer_json, sandbox, token, input_sha256"

/// A number of a row that may have been written by anybody: from 0 to `most`.
std::int64_t plausible(const Database& database, const std::string& job, std::int64_t number, std::int64_t most) {
  if (number >= 0 && number <= most) return number;
  throw Error(ErrorCode::io, database.path(), "job " + job + " holds a number that no job has",
              {.detail = std::to_string(number), .hint = "the store is damaged, or was edited by hand"});
}

Job read_row(const Database& database, const Statement& row) {
  constexpr std::int64_t kLastMs = 253'402'300'799'999;  // of the year 9999
  constexpr std::int64_t kMostMicrousd = std::int64_t{1} << 50U;
  Job job;
  int column = 0;
  const auto text = [&] { return row.text(column++); };
  const auto number = [&](std::int64_t most) { return plausible(database, job.id, row.number(column++), most); };
  job.id = text();
  job.intent = text();
  const std::string word = text();
  const auto state = parse_job_state(word);
  if (!state) {
    throw Error(ErrorCode::io, database.path(), "job " + job.id + " is in a state this program does not know",
                {.detail = word, .hint = "was the store edited by hand, or by a newer react1?"});
  }
  job.state = *state;
  job.endpoint = text();
  job.queue_url = text();
  job.request.request_id = text();
  job.request.status_url = text();
  job.request.response_url = text();
  job.request.cancel_url = text();
  job.video = text();
  job.audio = text();
  job.output = text();
  job.parameters_json = text();
  job.prepare_json = text();
  job.record_json = text();
  job.error = text();
  job.owner = text();
  job.created_ms = number(kLastMs);
  job.updated_ms = number(kLastMs);
  job.cost_usd = Rational(number(kMostMicrousd), micro);
  job.paid_ms = number(kLastMs);
  job.epoch = number(INT64_MAX);
  job.lease_until_ms = number(kLastMs);
  job.cancel_asked_ms = number(kLastMs);
  job.answer_json = text();
  job.sandbox = text();
  job.token = text();
  job.input_sha256 = row.text(column);
  return job;
}

std::optional<Job> first_row(const Database& database, Statement& query) {
  return query.step() ? std::optional(read_row(database, query)) : std::nullopt;
}

void insert(Database& database, const Job& job) {
  Statement statement(database, "INSERT INTO jobs (" REACT1_JOB_COLUMNS
                                ") VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
  int index = 1;
  for (const std::string_view text :
       {std::string_view(job.id), std::string_view(job.intent), to_string(job.state), std::string_view(job.endpoint),
        std::string_view(job.queue_url), std::string_view(job.request.request_id),
        std::string_view(job.request.status_url), std::string_view(job.request.response_url),
        std::string_view(job.request.cancel_url), std::string_view(job.video), std::string_view(job.audio),
        std::string_view(job.output), std::string_view(job.parameters_json), std::string_view(job.prepare_json),
        std::string_view(job.record_json), std::string_view(job.error), std::string_view(job.owner)}) {
    statement.bind(index++, text);
  }
  statement.bind(index++, job.created_ms);
  statement.bind(index++, job.updated_ms);
  statement.bind(index++, microusd(job.cost_usd));
  statement.bind(index++, job.paid_ms);
  statement.bind(index++, job.epoch);
  statement.bind(index++, job.lease_until_ms);
  statement.bind(index++, job.cancel_asked_ms);
  for (const std::string* text : {&job.answer_json, &job.sandbox, &job.token, &job.input_sha256}) {
    statement.bind(index++, *text);
  }
  statement.run();
}

}  // namespace

SqliteStore::SqliteStore(const std::string& path, const Clock& clock)
    : clock_(clock), database_(database_file(path, job_store_identity())) {
  claim(database_, job_store_identity());
  database_.use_write_ahead_log();
  database_.execute("PRAGMA synchronous = FULL");  // a request id must survive a power cut
  migrate(database_);
}

std::int64_t SqliteStore::now_ms() const {
  return std::chrono::duration_cast<milliseconds>(clock_.wall().time_since_epoch()).count();
}

JobStore::Opened SqliteStore::open(const Job& job, bool again) {
  const Patience patience;
  const Turn::Hold turn(turn_, database_.path(), database_.what());
  Transaction transaction(database_);
  if (!again) {
    Statement query(database_, "SELECT " REACT1_JOB_COLUMNS
                               " FROM jobs WHERE intent = ? AND state NOT IN ('failed', 'cancelled')"
                               " ORDER BY created_ms DESC, id DESC LIMIT 1");
    query.bind(1, job.intent);
    if (auto existing = first_row(database_, query)) {
      return {.job = std::move(*existing), .is_new = false};
    }
  }
  Job added = job;
  const auto is_taken = [this](const std::string& id) {
    Statement query(database_, "SELECT 1 FROM jobs WHERE id = ?");
    query.bind(1, id);
    return query.step();
  };
  if (added.id.empty() || is_taken(added.id)) added.id = new_id(clock_);
  added.state = JobState::created;
  added.owner.clear();
  added.created_ms = added.updated_ms = now_ms();
  insert(database_, added);
  transaction.commit();
  return {.job = std::move(added), .is_new = true};
}

bool SqliteStore::write(Job& job, JobState from, JobState to) {
  database_.require_in_place();  // before, so that whoever tries again is told again
  Job after = job;
  after.state = to;
  after.updated_ms = now_ms();
  if (from != to && to == JobState::submitting) {
    ++after.epoch;
    after.paid_ms = after.updated_ms;
    after.lease_until_ms = after.updated_ms + claim_lease().count();
    if (after.owner.empty()) after.owner = this_process();
  }
  // One statement, so that two processes can't give one request to two jobs at the same moment.
  const bool attaches = from == JobState::outcome_unknown && to == JobState::submitted;
  std::string sql =
      "UPDATE jobs SET state = ?, endpoint = ?, queue_url = ?, request_id = ?, status_url = ?,"
      " response_url = ?, cancel_url = ?, video = ?, audio = ?, output = ?, parameters_json = ?,"
      " prepare_json = ?, record_json = ?, answer_json = ?, error = ?, owner = ?, sandbox = ?, token = ?,"
      " input_sha256 = ?, updated_ms = ?, cost_microusd = ?, paid_ms = ?, epoch = ?, lease_until_ms = ?,"
      " cancel_asked_ms = ? WHERE id = ? AND state = ? AND epoch = ?";
  if (attaches) sql += " AND NOT EXISTS (SELECT 1 FROM jobs AS other WHERE other.request_id = ? AND other.id <> ?)";
  Statement statement(database_, sql);
  int index = 1;
  for (const std::string_view text :
       {to_string(to), std::string_view(after.endpoint), std::string_view(after.queue_url),
        std::string_view(after.request.request_id), std::string_view(after.request.status_url),
        std::string_view(after.request.response_url), std::string_view(after.request.cancel_url),
        std::string_view(after.video), std::string_view(after.audio), std::string_view(after.output),
        std::string_view(after.parameters_json), std::string_view(after.prepare_json),
        std::string_view(after.record_json), std::string_view(after.answer_json), std::string_view(after.error),
        std::string_view(after.owner), std::string_view(after.sandbox), std::string_view(after.token),
        std::string_view(after.input_sha256)}) {
    statement.bind(index++, text);
  }
  for (const std::int64_t number : {after.updated_ms, microusd(after.cost_usd), after.paid_ms, after.epoch,
                                    after.lease_until_ms, after.cancel_asked_ms}) {
    statement.bind(index++, number);
  }
  statement.bind(index++, after.id);
  statement.bind(index++, to_string(from));
  statement.bind(index++, job.epoch);
  if (attaches) statement.bind(index, after.request.request_id).bind(index + 1, after.id);
  statement.run();
  if (database_.changes() != 1) return false;
  job = std::move(after);
  return true;
}

bool SqliteStore::move(Job& job, JobState from, JobState to) {
  if (!can_move(from, to)) {
    throw Error(ErrorCode::internal, "job " + job.id,
                "there is no move from " + std::string(to_string(from)) + " to " + std::string(to_string(to)));
  }
  const Patience patience;
  const Turn::Hold turn(turn_, database_.path(), database_.what());
  return write(job, from, to);
}

bool SqliteStore::update(const Job& job) {
  const Patience patience;
  const Turn::Hold turn(turn_, database_.path(), database_.what());
  Job written = job;
  return write(written, job.state, job.state);
}

bool SqliteStore::renew(Job& job) {
  const Patience patience;
  const Turn::Hold turn(turn_, database_.path(), database_.what());
  const std::int64_t now = now_ms();
  Statement statement(database_,
                      "UPDATE jobs SET lease_until_ms = ? WHERE id = ? AND state = 'submitting' AND epoch = ?"
                      " AND lease_until_ms > ?");
  statement.bind(1, now + claim_lease().count()).bind(2, std::string_view(job.id)).bind(3, job.epoch).bind(4, now);
  statement.run();
  if (database_.changes() != 1) return false;
  job.lease_until_ms = now + claim_lease().count();
  return true;
}

JobStore::Reserved SqliteStore::reserve(Job& job, const Rational& budget_usd, std::int64_t since_ms) {
  const Patience patience;
  const Turn::Hold turn(turn_, database_.path(), database_.what());
  Transaction transaction(database_);
  const std::int64_t spent = spent_microusd(since_ms);
  if (spent + microusd(job.cost_usd) > (budget_usd * micro).floor()) return Reserved::over_budget;
  if (!write(job, JobState::created, JobState::submitting)) return Reserved::moved_away;
  transaction.commit();
  return Reserved::yes;
}

Rational SqliteStore::spent_usd(std::int64_t since_ms) const {
  const Patience patience;
  const Turn::Hold turn(turn_, database_.path(), database_.what());
  return {spent_microusd(since_ms), micro};
}

/// A job that is back in created, or failed without a request, was refused or never left.
std::int64_t SqliteStore::spent_microusd(std::int64_t since_ms) const {
  Statement query(database_,
                  "SELECT COALESCE(SUM(cost_microusd), 0) FROM jobs WHERE paid_ms >= ? AND"
                  " (request_id <> '' OR state IN ('submitting', 'outcome_unknown'))");
  query.bind(1, since_ms);
  return query.step() ? query.number(0) : 0;
}

std::optional<Job> SqliteStore::find(std::string_view id) const {
  const Patience patience;
  const Turn::Hold turn(turn_, database_.path(), database_.what());
  Statement query(database_, "SELECT " REACT1_JOB_COLUMNS " FROM jobs WHERE id = ?");
  query.bind(1, id);
  return first_row(database_, query);
}

std::optional<Job> SqliteStore::find_by_request(std::string_view request_id) const {
  if (request_id.empty()) {
    return std::nullopt;  // every job that was not submitted has the empty id
  }
  const Patience patience;
  const Turn::Hold turn(turn_, database_.path(), database_.what());
  Statement query(database_, "SELECT " REACT1_JOB_COLUMNS
                             " FROM jobs WHERE request_id = ? ORDER BY created_ms DESC, id DESC LIMIT 1");
  query.bind(1, request_id);
  return first_row(database_, query);
}

std::optional<Job> SqliteStore::find_by_token(std::string_view token) const {
  if (token.empty()) return std::nullopt;
  const Patience patience;
  const Turn::Hold turn(turn_, database_.path(), database_.what());
  Statement query(database_,
                  "SELECT " REACT1_JOB_COLUMNS " FROM jobs WHERE token = ? ORDER BY created_ms DESC, id DESC LIMIT 1");
  query.bind(1, token);
  return first_row(database_, query);
}

bool SqliteStore::claim_holds(const Job& job) const {
  if (job.owner.empty() || job.lease_until_ms <= now_ms()) return false;
  return attempt_alive(job.owner).value_or(true);
}

std::string SqliteStore::journal_path() const {
  return database_.path() + ".accepted";
}

std::vector<Job> SqliteStore::list(std::optional<JobState> state, std::size_t limit) const {
  const Patience patience;
  const Turn::Hold turn(turn_, database_.path(), database_.what());
  Statement query(database_, state ? "SELECT " REACT1_JOB_COLUMNS
                                     " FROM jobs WHERE state = ? ORDER BY created_ms DESC, id DESC LIMIT ?"
                                   : "SELECT " REACT1_JOB_COLUMNS
                                     " FROM jobs WHERE ? = '' ORDER BY created_ms DESC, id DESC LIMIT ?");
  query.bind(1, state ? to_string(*state) : std::string_view());
  query.bind(2, static_cast<std::int64_t>(std::min(limit, std::size_t{1} << 40U)));
  std::vector<Job> jobs;
  while (query.step()) {
    jobs.push_back(read_row(database_, query));
  }
  return jobs;
}

}  // namespace react1::store
