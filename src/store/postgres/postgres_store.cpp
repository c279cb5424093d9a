// SPDX-License-Identifier: Apache-2.0
#include "store/postgres/postgres_store.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <utility>

#include "core/clock.hpp"
#include "core/random.hpp"
#include "store/common/job_columns.hpp"
#include "store/common/owner.hpp"
#include "store/common/state_machine.hpp"
#include "store/postgres/job_statements.hpp"
#include "store/postgres/postgres_schema.hpp"
#include "store/postgres/transaction.hpp"

namespace react1::store {
namespace {

using Ran = PostgresConnection::Ran;
using Answer = PostgresConnection::Answer;

constexpr std::size_t kWriteIdBytes = 16;
constexpr const char* kWhat = "job store";

/// One attempt at a move. true: moved, `job` is as in the row; false: another process moved it; nullopt: not known.
std::optional<bool> try_move(PgTransaction& transaction, Job& job, JobState from, JobState to,
                             const std::string& write_id, bool is_doubtful) {
  const bool attaches = from == JobState::outcome_unknown && to == JobState::submitted;
  if (attaches) transaction.lock(Lock::request, job.request.request_id);
  Job after = after_move(job, from, to, transaction.now_ms());
  const bool may = transaction.runs() && !(attaches && belongs_to_another(transaction, job));
  if (may && update_job(transaction, after, job, from)) {
    add_event(transaction, after, from, write_id);
    if (!transaction.commit()) return std::nullopt;
    job = std::move(after);
    return true;
  }
  const auto written = is_doubtful ? written_ms(transaction, write_id) : std::nullopt;
  if (!transaction.runs()) return std::nullopt;
  // Committed by the previous attempt: the times of the row are those of that transaction.
  if (written) job = after_move(job, from, to, *written);
  return written.has_value();
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
    insert_job(transaction, added);
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
    const bool is_mine =
        was_doubtful && written_ms(transaction, write_id).has_value();  // its cost is already included in the sum
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
    const bool is_updated = transaction.runs() && update_job(transaction, after, job, job.state);
    if (!transaction.commit()) return std::nullopt;
    return is_updated;
  });
}

std::vector<Job> PostgresStore::select(const std::string& rest, const Values& values) const {
  return until_answered([&](const Wait& wait) -> std::optional<std::vector<Job>> {
    const Answer answer = connection_.run(select_jobs(rest), values, wait);
    if (answer.ran != Ran::yes) return std::nullopt;
    std::vector<Job> jobs;
    jobs.reserve(static_cast<std::size_t>(answer.rows.size()));
    for (int row = 0; row < answer.rows.size(); ++row)
      jobs.push_back(read_job(RowOf(answer.rows, row, job_columns()), connection_.where()));
    return jobs;
  });
}

std::optional<Job> PostgresStore::select_one(const std::string& rest, std::string_view value) const {
  if (value.empty()) return std::nullopt;  // every job without one has the empty one
  std::vector<Job> jobs = select(rest + kNewestFirst + "1", Values().text(value));
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
        std::string("SELECT ") + kEventColumns + " FROM react1.job_events WHERE job_id = $1 ORDER BY id",
        Values().text(job_id), wait);
    if (answer.ran != Ran::yes) return std::nullopt;
    std::vector<JobEvent> events;
    events.reserve(static_cast<std::size_t>(answer.rows.size()));
    for (int row = 0; row < answer.rows.size(); ++row)
      events.push_back(read_event(EventRow(answer.rows, row), connection_.where(), job_id));
    return events;
  });
}

std::string PostgresStore::journal_path() const {
  return (std::filesystem::path(journal_folder_) / ("postgres-" + store_id_ + ".accepted")).string();
}

std::vector<Job> PostgresStore::list(std::optional<JobState> state, std::size_t limit) const {
  if (!state) return select(std::string(kNewestFirst) + "$1", Values().number(list_limit(limit)));
  return select("WHERE state = $1" + std::string(kNewestFirst) + "$2",
                Values().text(to_string(*state)).number(list_limit(limit)));
}

std::vector<JobRow> PostgresStore::rows(std::optional<JobState> state, std::size_t limit, const JobRow* after) const {
  Values values;
  values.number(list_limit(limit));
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
