// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/sqlite_store.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>

#include <react1/error.hpp>

#include "store/common/job_columns.hpp"
#include "store/common/owner.hpp"
#include "store/common/state_machine.hpp"
#include "store/sqlite/sqlite_migrations.hpp"

namespace react1::store {
namespace {

using std::chrono::milliseconds;

using Kind = JobColumn::Kind;

/// With their documents.
std::string select_jobs(std::string_view rest) {
  return "SELECT " + job_column_names() +
         ", coalesce(prepare_json, ''), coalesce(record_json, '')"
         " FROM jobs LEFT JOIN job_documents ON job_documents.job_id = jobs.id " +
         std::string(rest);
}

std::optional<Job> first_row(const Database& database, Statement& query) {
  return query.step() ? std::optional(read_job(query, database.path())) : std::nullopt;
}

void bind(Statement& statement, int& index, const JobColumn& column, const JobRow& job) {
  if (column.kind == Kind::number) {
    statement.bind(index++, column.number(job));
  } else {
    statement.bind(index++, column.text(job));
  }
}

void insert(Database& database, const Job& job) {
  std::string marks;
  for (std::size_t i = 0; i < job_columns().size(); ++i) marks += i == 0 ? "?" : ",?";
  Statement statement(database, "INSERT INTO jobs (" + job_column_names() + ") VALUES (" + marks + ")");
  int index = 1;
  for (const JobColumn& column : job_columns()) bind(statement, index, column, job);
  statement.run();
}

/// Written only where they differ: most moves leave them as they are.
void write_documents(Database& database, const Job& job) {
  Statement statement(database,
                      "INSERT INTO job_documents (job_id, prepare_json, record_json) VALUES (?,?,?)"
                      " ON CONFLICT (job_id) DO UPDATE SET prepare_json = excluded.prepare_json,"
                      " record_json = excluded.record_json"
                      " WHERE prepare_json <> excluded.prepare_json OR record_json <> excluded.record_json");
  statement.bind(1, job.id).bind(2, job.prepare_json).bind(3, job.record_json);
  statement.run();
}

/// The row's next line of history. A job that was just created has `from` created.
void add_event(Database& database, const Job& job, JobState from) {
  Statement statement(database,
                      "INSERT INTO job_events (job_id, at_ms, from_state, to_state, epoch, owner, request_id, reason)"
                      " VALUES (?,?,?,?,?,?,?,?)");
  statement.bind(1, job.id).bind(2, job.updated_ms).bind(3, to_string(from)).bind(4, to_string(job.state));
  statement.bind(5, job.epoch).bind(6, job.owner).bind(7, job.request.request_id).bind(8, job.error);
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
    Statement query(database_, select_jobs(std::string("WHERE intent = ? AND ") + kIsLive + kNewestFirst + "1"));
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
  write_documents(database_, added);
  add_event(database_, added, JobState::created);
  transaction.commit();
  return {.job = std::move(added), .is_new = true};
}

bool SqliteStore::write(Job& job, JobState from, JobState to) {
  database_.require_in_place();  // first, so that every retry reports it again
  Job after = after_move(job, from, to, now_ms());
  std::string sql;
  for (const JobColumn& column : job_columns()) {
    if (!column.is_fixed) sql += (sql.empty() ? "UPDATE jobs SET " : ", ") + std::string(column.name) + " = ?";
  }
  sql += " WHERE id = ? AND state = ? AND epoch = ?";
  // In the same statement, so that two processes can't assign one request to two jobs at the same moment.
  const bool attaches = from == JobState::outcome_unknown && to == JobState::submitted;
  if (attaches) sql += " AND NOT EXISTS (SELECT 1 FROM jobs AS other WHERE other.request_id = ? AND other.id <> ?)";
  Statement statement(database_, sql);
  int index = 1;
  for (const JobColumn& column : job_columns()) {
    if (!column.is_fixed) bind(statement, index, column, after);
  }
  statement.bind(index++, after.id);
  statement.bind(index++, to_string(from));
  statement.bind(index++, job.epoch);
  if (attaches) statement.bind(index, after.request.request_id).bind(index + 1, after.id);
  statement.run();
  if (database_.changes() != 1) return false;
  write_documents(database_, after);
  if (from != to) add_event(database_, after, from);
  job = std::move(after);
  return true;
}

bool SqliteStore::write_alone(Job& job, JobState from, JobState to) {
  database_.require_in_place();
  Transaction transaction(database_);
  Job written = job;
  if (!write(written, from, to)) return false;
  transaction.commit();
  job = std::move(written);
  return true;
}

bool SqliteStore::move(Job& job, JobState from, JobState to) {
  require_move(from, to, job.id);
  const Patience patience;
  const Turn::Hold turn(turn_, database_.path(), database_.what());
  return write_alone(job, from, to);
}

bool SqliteStore::update(const Job& job) {
  const Patience patience;
  const Turn::Hold turn(turn_, database_.path(), database_.what());
  Job written = job;
  return write_alone(written, job.state, job.state);
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
  if (spent + to_microusd(job.cost_usd) > budget_microusd(budget_usd)) return Reserved::over_budget;
  Job reserved = job;
  if (!write(reserved, JobState::created, JobState::submitting)) return Reserved::moved_away;
  transaction.commit();
  job = std::move(reserved);
  return Reserved::yes;
}

Rational SqliteStore::spent_usd(std::int64_t since_ms) const {
  const Patience patience;
  const Turn::Hold turn(turn_, database_.path(), database_.what());
  return from_microusd(spent_microusd(since_ms));
}

std::int64_t SqliteStore::spent_microusd(std::int64_t since_ms) const {
  Statement query(database_,
                  std::string("SELECT COALESCE(SUM(cost_microusd), 0) FROM jobs WHERE paid_ms >= ? AND ") + kMayBePaid);
  query.bind(1, since_ms);
  return query.step() ? query.number(0) : 0;
}

std::optional<Job> SqliteStore::newest_with(const char* column, std::string_view value) const {
  if (value.empty()) return std::nullopt;  // every job without one has the empty one
  const Patience patience;
  const Turn::Hold turn(turn_, database_.path(), database_.what());
  Statement query(database_, select_jobs(std::string("WHERE ") + column + " = ?" + kNewestFirst + "1"));
  query.bind(1, value);
  return first_row(database_, query);
}

std::optional<Job> SqliteStore::find(std::string_view id) const {
  return newest_with("id", id);
}

std::optional<Job> SqliteStore::find_by_request(std::string_view request_id) const {
  return newest_with("request_id", request_id);
}

std::optional<Job> SqliteStore::find_by_token(std::string_view token) const {
  return newest_with("token", token);
}

bool SqliteStore::claim_holds(const Job& job) const {
  if (job.owner.empty() || job.lease_until_ms <= now_ms()) return false;
  return attempt_alive(job.owner).value_or(true);
}

std::string SqliteStore::journal_path() const {
  return database_.path() + ".accepted";
}

std::vector<JobEvent> SqliteStore::events(std::string_view job_id) const {
  const Patience patience;
  const Turn::Hold turn(turn_, database_.path(), database_.what());
  Statement query(database_, std::string("SELECT ") + kEventColumns + " FROM job_events WHERE job_id = ? ORDER BY id");
  query.bind(1, job_id);
  std::vector<JobEvent> events;
  while (query.step()) events.push_back(read_event(query, database_.path(), job_id));
  return events;
}

std::vector<Job> SqliteStore::list(std::optional<JobState> state, std::size_t limit) const {
  const Patience patience;
  const Turn::Hold turn(turn_, database_.path(), database_.what());
  Statement query(database_,
                  select_jobs(std::string(state ? "WHERE state = ?1" : "WHERE ?1 = ''") + kNewestFirst + "?2"));
  query.bind(1, state ? to_string(*state) : std::string_view()).bind(2, list_limit(limit));
  std::vector<Job> jobs;
  while (query.step()) jobs.push_back(read_job(query, database_.path()));
  return jobs;
}

std::vector<JobRow> SqliteStore::rows(std::optional<JobState> state, std::size_t limit, const JobRow* after) const {
  const Patience patience;
  const Turn::Hold turn(turn_, database_.path(), database_.what());
  std::string sql = "SELECT " + job_column_names() + " FROM jobs WHERE " + (state ? "state = ?1" : "?1 = ''");
  if (after != nullptr) sql += " AND (created_ms, id) < (?3, ?4)";
  Statement query(database_, sql + kNewestFirst + "?2");
  query.bind(1, state ? to_string(*state) : std::string_view()).bind(2, list_limit(limit));
  if (after != nullptr) query.bind(3, after->created_ms).bind(4, after->id);
  std::vector<JobRow> rows;
  while (query.step()) read_row(rows.emplace_back(), query, database_.path());
  return rows;
}

}  // namespace react1::store
