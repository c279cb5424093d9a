// SPDX-License-Identifier: Apache-2.0
#include "store/postgres/postgres_store.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <type_traits>
#include <utility>

#include <react1/error.hpp>

#include "core/clock.hpp"
#include "core/random.hpp"
#include "store/common/job_columns.hpp"
#include "store/common/owner.hpp"
#include "store/common/state_machine.hpp"
#include "store/postgres/advisory_lock.hpp"
#include "store/postgres/postgres_schema.hpp"

namespace react1::store {
namespace {

using Ran = PostgresConnection::Ran;
using Answer = PostgresConnection::Answer;
using Kind = JobColumn::Kind;

constexpr std::size_t kWriteIdBytes = 16;
constexpr const char* kWhat = "job store";

// A commit that returned has reached the disk, whatever the server's default is; a stronger setting is kept. A program
// that is stopped during a transaction does not hold its locks for long.
constexpr const char* kBegin =
    "BEGIN; SELECT set_config('synchronous_commit', CASE WHEN current_setting('synchronous_commit') IN ('off', 'local')"
    " THEN 'on' ELSE current_setting('synchronous_commit') END, true),"
    " set_config('lock_timeout', '10s', true), set_config('idle_in_transaction_session_timeout', '20s', true);";
constexpr const char* kNow = "(extract(epoch FROM clock_timestamp()) * 1000)::bigint";

/// One row of a result, in the form read_job() and read_event() need.
class RowOf {
 public:
  RowOf(const Rows& rows, int row, std::span<const JobColumn> columns) : rows_(rows), row_(row), columns_(columns) {}
  [[nodiscard]] std::string text(int column) const {
    const auto at = static_cast<std::size_t>(column);
    const bool is_document = at >= columns_.size();
    return is_document || columns_[at].kind == Kind::bytes ? rows_.bytes(row_, column) : rows_.text(row_, column);
  }
  [[nodiscard]] std::int64_t number(int column) const { return rows_.number(row_, column); }

 private:
  const Rows& rows_;
  int row_;
  std::span<const JobColumn> columns_;
};

/// For job_events; the last column is bytes.
class EventRow {
 public:
  EventRow(const Rows& rows, int row) : rows_(rows), row_(row) {}
  [[nodiscard]] std::string text(int column) const {
    return column == kReason ? rows_.bytes(row_, column) : rows_.text(row_, column);
  }
  [[nodiscard]] std::int64_t number(int column) const { return rows_.number(row_, column); }

 private:
  static constexpr int kReason = 6;
  const Rows& rows_;
  int row_;
};

void add(Values& values, const JobColumn& column, const JobRow& job) {
  switch (column.kind) {
    case Kind::text:
      values.text(column.text(job));
      break;
    case Kind::bytes:
      values.bytes(column.text(job));
      break;
    case Kind::number:
      values.number(column.number(job));
      break;
  }
}

/// With their documents.
std::string select_jobs(const std::string& rest) {
  return "SELECT " + job_column_names() + ", coalesce(prepare_json, ''), coalesce(record_json, '')" +
         " FROM react1.jobs LEFT JOIN react1.job_documents ON job_documents.job_id = jobs.id " + rest;
}

constexpr const char* kNewestFirst = " ORDER BY created_ms DESC, id DESC LIMIT ";

std::int64_t bounded(std::size_t limit) {
  return static_cast<std::int64_t>(std::min(limit, std::size_t{1} << 40U));
}

std::string mark(std::size_t number) {
  return "$" + std::to_string(number);
}

/// One attempt at a write: a transaction on a connection. Every step reports whether it was executed; after a failure
/// the rest is skipped, and finish() returns nullopt.
class PgTransaction {
 public:
  PgTransaction(PostgresConnection& connection, const Wait& wait) : connection_(connection), wait_(wait) {
    note(connection_.script(kBegin, wait_));
  }
  PgTransaction(const PgTransaction&) = delete;
  PgTransaction& operator=(const PgTransaction&) = delete;
  ~PgTransaction() {
    if (open_) connection_.abandon_transaction();
  }

  void lock(Lock what) {
    if (runs_) note(connection_.script(advisory_lock(what), wait_));
  }
  void lock(Lock what, std::string_view value) {
    if (runs_) note(connection_.run(advisory_lock_of_value(what), Values().text(value), wait_));
  }
  [[nodiscard]] Rows run(const std::string& sql, const Values& values) {
    return runs_ ? note(connection_.run(sql, values, wait_)) : Rows();
  }
  [[nodiscard]] std::int64_t now_ms() {
    const Rows rows = run(std::string("SELECT ") + kNow, {});
    return runs_ ? rows.number(0, 0) : 0;
  }
  [[nodiscard]] bool runs() const noexcept { return runs_; }
  /// True: committed.
  [[nodiscard]] bool commit() {
    if (!runs_) return false;
    note(connection_.script("COMMIT", wait_));
    open_ = !runs_;
    return runs_;
  }

 private:
  Rows note(Answer answer) {
    runs_ = answer.ran == Ran::yes;
    return std::move(answer.rows);
  }

  PostgresConnection& connection_;
  const Wait& wait_;
  bool runs_ = true;
  bool open_ = true;
};

/// Whether the write with this id was committed, by an attempt whose answer was lost.
bool is_written(PgTransaction& transaction, const std::string& write_id) {
  return transaction.run("SELECT 1 FROM react1.job_events WHERE write_id = $1", Values().text(write_id)).size() > 0;
}

void add_event(PgTransaction& transaction, const Job& job, JobState from, const std::string& write_id) {
  Values values;
  values.text(job.id).number(job.updated_ms).text(to_string(from)).text(to_string(job.state)).number(job.epoch);
  values.text(job.owner).text(job.request.request_id).bytes(job.error).text(write_id);
  static_cast<void>(transaction.run(
      "INSERT INTO react1.job_events (job_id, at_ms, from_state, to_state, epoch, owner, request_id, reason,"
      " write_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
      values));
}

void insert(PgTransaction& transaction, const Job& job) {
  std::string marks;
  Values values;
  std::size_t count = 0;
  for (const JobColumn& column : job_columns()) {
    add(values, column, job);
    marks += (count == 0 ? "" : ", ") + mark(count + 1);
    ++count;
  }
  static_cast<void>(
      transaction.run("INSERT INTO react1.jobs (" + job_column_names() + ") VALUES (" + marks + ")", values));
}

/// Written only where they differ: most moves leave them as they are.
void write_documents(PgTransaction& transaction, const Job& job) {
  static_cast<void>(
      transaction.run("INSERT INTO react1.job_documents AS kept (job_id, prepare_json, record_json) VALUES ($1, $2, $3)"
                      " ON CONFLICT (job_id) DO UPDATE SET prepare_json = excluded.prepare_json,"
                      " record_json = excluded.record_json WHERE kept.prepare_json <> excluded.prepare_json"
                      " OR kept.record_json <> excluded.record_json",
                      Values().text(job.id).bytes(job.prepare_json).bytes(job.record_json)));
}

/// Writes all of `after` that a move may change, if the row is still `before` in state `from`.
bool update_row(PgTransaction& transaction, const Job& after, const Job& before, JobState from) {
  std::string sql;
  Values values;
  std::size_t count = 0;
  for (const JobColumn& column : job_columns()) {
    if (column.is_fixed) continue;
    add(values, column, after);
    sql += (count == 0 ? "UPDATE react1.jobs SET " : ", ") + std::string(column.name) + " = " + mark(count + 1);
    ++count;
  }
  values.text(after.id).text(to_string(from)).number(before.epoch);
  sql += " WHERE id = " + mark(count + 1) + " AND state = " + mark(count + 2) + " AND epoch = " + mark(count + 3);
  if (transaction.run(sql + " RETURNING 1", values).size() != 1) return false;
  write_documents(transaction, after);
  return transaction.runs();
}

std::optional<Job> newest_live(PgTransaction& transaction, const std::string& intent, const std::string& where) {
  const Rows rows = transaction.run(select_jobs("WHERE intent = $1 AND state NOT IN ('failed', 'cancelled')"
                                                " ORDER BY created_ms DESC, id DESC LIMIT 1"),
                                    Values().text(intent));
  return rows.size() == 0 ? std::nullopt : std::optional(read_job(RowOf(rows, 0, job_columns()), where));
}

bool belongs_to_another(PgTransaction& transaction, const Job& job) {
  return transaction
             .run("SELECT 1 FROM react1.jobs WHERE request_id = $1 AND id <> $2",
                  Values().text(job.request.request_id).text(job.id))
             .size() > 0;
}

std::int64_t spent(PgTransaction& transaction, std::int64_t since_ms) {
  // A job that is back in created, or failed without a request, was refused or never sent.
  const Rows rows = transaction.run(
      "SELECT coalesce(sum(cost_microusd), 0)::bigint FROM react1.jobs WHERE paid_ms >= $1 AND paid_ms > 0 AND"
      " (request_id <> '' OR state IN ('submitting', 'outcome_unknown'))",
      Values().number(since_ms));
  return transaction.runs() ? rows.number(0, 0) : 0;
}

void require_move(JobState from, JobState to, const std::string& id) {
  if (can_move(from, to)) return;
  throw Error(ErrorCode::internal, "job " + id,
              "there is no move from " + std::string(to_string(from)) + " to " + std::string(to_string(to)));
}

/// One attempt at a move. true: moved, `job` is as in the row; false: another process moved it; nullopt: not known.
std::optional<bool> try_move(PgTransaction& transaction, Job& job, JobState from, JobState to,
                             const std::string& write_id, bool is_doubtful) {
  const bool attaches = from == JobState::outcome_unknown && to == JobState::submitted;
  if (attaches) transaction.lock(Lock::request, job.request.request_id);
  Job after = after_move(job, from, to, transaction.now_ms());
  const bool may = transaction.runs() && !(attaches && belongs_to_another(transaction, job));
  if (may && update_row(transaction, after, job, from)) {
    add_event(transaction, after, from, write_id);
    if (!transaction.commit()) return std::nullopt;
    job = std::move(after);
    return true;
  }
  if (!transaction.runs()) return std::nullopt;
  if (!is_doubtful || !is_written(transaction, write_id))
    return transaction.runs() ? std::optional(false) : std::nullopt;
  // Committed by the previous attempt: its row is read, because its times are those of that transaction.
  const Rows rows = transaction.run("SELECT at_ms FROM react1.job_events WHERE write_id = $1", Values().text(write_id));
  if (!transaction.runs()) return std::nullopt;
  job = after_move(job, from, to, rows.number(0, 0));
  return true;
}

}  // namespace

template <class Work>
auto PostgresStore::until_answered(const Work& work) const {
  const Patience patience;
  const Turn::Hold turn(turn_, connection_.where(), kWhat);
  const Wait wait;
  using namespace std::chrono_literals;
  for (auto pause = 20ms;; pause = std::min(pause * 2, std::chrono::milliseconds(500))) {
    bool is_ready = connection_.connect(wait);
    if (is_ready && connection_.is_new()) {
      const auto identity = ensure_schema(connection_, wait);
      is_ready = identity.has_value();
      if (identity) store_id_ = identity->store_id;
      if (!identity) connection_.close();
    }
    if (is_ready) {
      if (auto result = work(wait)) return std::move(*result);
    }
    if (const Wait::State state = wait.sleep(pause); state != Wait::State::on) connection_.throw_unreachable(state);
  }
}

PostgresStore::PostgresStore(const std::string& address, std::string journal_folder)
    : connection_(address), journal_folder_(std::move(journal_folder)) {
  static_cast<void>(until_answered([](const Wait&) { return std::optional(true); }));
}

JobStore::Opened PostgresStore::open(const Job& job, bool again) {
  const std::string write_id = random_hex(kWriteIdBytes);
  bool is_doubtful = false;
  return until_answered([&](const Wait& wait) -> std::optional<Opened> {
    PgTransaction transaction(connection_, wait);
    transaction.lock(Lock::intent, job.intent);
    if (std::exchange(is_doubtful, true)) {
      const Rows rows =
          transaction.run("SELECT job_id FROM react1.job_events WHERE write_id = $1", Values().text(write_id));
      if (!transaction.runs()) return std::nullopt;
      if (rows.size() > 0) {
        const Rows row = transaction.run(select_jobs("WHERE id = $1"), Values().text(rows.text(0, 0)));
        if (row.size() == 0) return std::nullopt;
        return Opened{read_job(RowOf(row, 0, job_columns()), connection_.where()), /*is_new=*/true};
      }
    }
    if (!again) {
      auto existing = newest_live(transaction, job.intent, connection_.where());
      if (existing) return Opened{std::move(*existing), /*is_new=*/false};
    }
    Job added = job;
    const bool is_taken =
        transaction.run("SELECT 1 FROM react1.jobs WHERE id = $1", Values().text(added.id)).size() > 0;
    if (added.id.empty() || is_taken) added.id = new_id(system_clock());
    added.state = JobState::created;
    added.owner.clear();
    added.created_ms = added.updated_ms = transaction.now_ms();
    insert(transaction, added);
    write_documents(transaction, added);
    add_event(transaction, added, JobState::created, write_id);
    if (!transaction.commit()) return std::nullopt;
    return Opened{std::move(added), /*is_new=*/true};
  });
}

bool PostgresStore::move(Job& job, JobState from, JobState to) {
  require_move(from, to, job.id);
  const std::string write_id = random_hex(kWriteIdBytes);
  bool is_doubtful = false;
  return until_answered([&](const Wait& wait) {
    PgTransaction transaction(connection_, wait);
    return try_move(transaction, job, from, to, write_id, std::exchange(is_doubtful, true));
  });
}

JobStore::Reserved PostgresStore::reserve(Job& job, const Rational& budget_usd, std::int64_t since_ms) {
  const std::string write_id = random_hex(kWriteIdBytes);
  bool is_doubtful = false;
  return until_answered([&](const Wait& wait) -> std::optional<Reserved> {
    PgTransaction transaction(connection_, wait);
    transaction.lock(Lock::budget);
    const bool was_doubtful = std::exchange(is_doubtful, true);
    const bool is_mine = was_doubtful && is_written(transaction, write_id);  // its cost is already included in the sum
    const std::int64_t already = is_mine ? 0 : spent(transaction, since_ms);
    if (!transaction.runs()) return std::nullopt;
    if (!is_mine && already + to_microusd(job.cost_usd) > budget_microusd(budget_usd)) return Reserved::over_budget;
    const auto moved = try_move(transaction, job, JobState::created, JobState::submitting, write_id, was_doubtful);
    if (!moved) return std::nullopt;
    return *moved ? Reserved::yes : Reserved::moved_away;
  });
}

Rational PostgresStore::spent_usd(std::int64_t since_ms) const {
  return from_microusd(until_answered([&](const Wait& wait) -> std::optional<std::int64_t> {
    PgTransaction transaction(connection_, wait);
    const std::int64_t sum = spent(transaction, since_ms);
    return transaction.runs() ? std::optional(sum) : std::nullopt;
  }));
}

bool PostgresStore::renew(Job& job) {
  const std::string sql = std::string("UPDATE react1.jobs SET lease_until_ms = ") + kNow + " + " +
                          std::to_string(claim_lease().count()) +
                          " WHERE id = $1 AND state = 'submitting' AND epoch = $2 AND lease_until_ms > " + kNow +
                          " RETURNING lease_until_ms";
  return until_answered([&](const Wait& wait) -> std::optional<bool> {
    PgTransaction transaction(connection_, wait);
    const Rows rows = transaction.run(sql, Values().text(job.id).number(job.epoch));
    if (!transaction.commit()) return std::nullopt;
    if (rows.size() == 1) job.lease_until_ms = rows.number(0, 0);
    return rows.size() == 1;
  });
}

bool PostgresStore::update(const Job& job) {
  return until_answered([&](const Wait& wait) -> std::optional<bool> {
    PgTransaction transaction(connection_, wait);
    const Job after = after_move(job, job.state, job.state, transaction.now_ms());
    const bool is_updated = transaction.runs() && update_row(transaction, after, job, job.state);
    if (!transaction.commit()) return std::nullopt;
    return is_updated;
  });
}

std::vector<Job> PostgresStore::select(const std::string& rest, const Values& values) const {
  return until_answered([&](const Wait& wait) -> std::optional<std::vector<Job>> {
    const Answer answer = connection_.run(select_jobs(rest), values, wait);
    if (answer.ran != Ran::yes) return std::nullopt;
    std::vector<Job> jobs;
    for (int row = 0; row < answer.rows.size(); ++row)
      jobs.push_back(read_job(RowOf(answer.rows, row, job_columns()), connection_.where()));
    return jobs;
  });
}

std::optional<Job> PostgresStore::select_one(const std::string& rest, std::string_view value) const {
  if (value.empty()) return std::nullopt;  // every job without one has the empty one
  std::vector<Job> jobs = select(rest + " ORDER BY created_ms DESC, id DESC LIMIT 1", Values().text(value));
  return jobs.empty() ? std::nullopt : std::optional(std::move(jobs.front()));
}

std::optional<Job> PostgresStore::find(std::string_view id) const {
  return select_one("WHERE id = $1", id);
}

std::optional<Job> PostgresStore::find_by_request(std::string_view request_id) const {
  return select_one("WHERE request_id = $1 AND request_id <> ''", request_id);
}

std::optional<Job> PostgresStore::find_by_token(std::string_view token) const {
  return select_one("WHERE token = $1 AND token <> ''", token);
}

bool PostgresStore::claim_holds(const Job& job) const {
  if (job.owner.empty()) return false;
  const std::int64_t now = until_answered([&](const Wait& wait) -> std::optional<std::int64_t> {
    const Answer answer = connection_.run(std::string("SELECT ") + kNow, {}, wait);
    return answer.ran == Ran::yes ? std::optional(answer.rows.number(0, 0)) : std::nullopt;
  });
  return job.lease_until_ms > now && attempt_alive(job.owner).value_or(true);
}

std::vector<JobEvent> PostgresStore::events(std::string_view job_id) const {
  return until_answered([&](const Wait& wait) -> std::optional<std::vector<JobEvent>> {
    const Answer answer = connection_.run(
        "SELECT at_ms, from_state, to_state, epoch, owner, request_id, reason FROM react1.job_events"
        " WHERE job_id = $1 ORDER BY id",
        Values().text(job_id), wait);
    if (answer.ran != Ran::yes) return std::nullopt;
    std::vector<JobEvent> events;
    for (int row = 0; row < answer.rows.size(); ++row)
      events.push_back(read_event(EventRow(answer.rows, row), connection_.where(), job_id));
    return events;
  });
}

std::string PostgresStore::journal_path() const {
  return (std::filesystem::path(journal_folder_) / ("postgres-" + store_id_ + ".accepted")).string();
}

std::vector<Job> PostgresStore::list(std::optional<JobState> state, std::size_t limit) const {
  if (!state) return select(std::string(kNewestFirst) + "$1", Values().number(bounded(limit)));
  return select("WHERE state = $1" + std::string(kNewestFirst) + "$2",
                Values().text(to_string(*state)).number(bounded(limit)));
}

std::vector<JobRow> PostgresStore::rows(std::optional<JobState> state, std::size_t limit, const JobRow* after) const {
  Values values;
  values.number(bounded(limit));
  std::string sql = "SELECT " + job_column_names() + " FROM react1.jobs WHERE true";
  if (state) {
    values.text(to_string(*state));
    sql += " AND state = $2";
  }
  if (after != nullptr) {
    values.number(after->created_ms).text(after->id);
    sql += state ? " AND (created_ms, id) < ($3, $4)" : " AND (created_ms, id) < ($2, $3)";
  }
  return until_answered([&](const Wait& wait) -> std::optional<std::vector<JobRow>> {
    const Answer answer = connection_.run(sql + kNewestFirst + "$1", values, wait);
    if (answer.ran != Ran::yes) return std::nullopt;
    std::vector<JobRow> rows;
    for (int row = 0; row < answer.rows.size(); ++row)
      read_row(rows.emplace_back(), RowOf(answer.rows, row, job_columns()), connection_.where());
    return rows;
  });
}

}  // namespace react1::store
