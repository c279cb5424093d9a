// SPDX-License-Identifier: Apache-2.0
#include "store/postgres/job_statements.hpp"

#include <cstddef>

namespace react1::store {
namespace {

using Kind = JobColumn::Kind;

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

std::string mark(std::size_t number) {
  return "$" + std::to_string(number);
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

}  // namespace

std::string select_jobs(const std::string& rest) {
  return "SELECT " + job_column_names() + ", coalesce(prepare_json, ''), coalesce(record_json, '')" +
         " FROM react1.jobs LEFT JOIN react1.job_documents ON job_documents.job_id = jobs.id " + rest;
}

std::optional<std::int64_t> written_ms(PgTransaction& transaction, const std::string& write_id) {
  const Rows rows = transaction.run("SELECT at_ms FROM react1.job_events WHERE write_id = $1", Values().text(write_id));
  return rows.size() == 0 ? std::nullopt : std::optional(rows.number(0, 0));
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

void insert_job(PgTransaction& transaction, const Job& job) {
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
  write_documents(transaction, job);
}

bool update_job(PgTransaction& transaction, const Job& after, const Job& before, JobState from) {
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
  const Rows rows = transaction.run(select_jobs(std::string("WHERE intent = $1 AND ") + kIsLive + kNewestFirst + "1"),
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
  const Rows rows = transaction.run(
      std::string("SELECT coalesce(sum(cost_microusd), 0)::bigint FROM react1.jobs WHERE paid_ms >= $1 AND paid_ms > 0"
                  " AND ") +
          kMayBePaid,
      Values().number(since_ms));
  return transaction.runs() ? rows.number(0, 0) : 0;
}

}  // namespace react1::store
