// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/sqlite_migrations.hpp"

#include <array>
#include <cstdint>
#include <string>

#include <react1/error.hpp>

namespace react1::store {
namespace {

// Entry n migrates from version n to n + 1. Never edit one that was released; append.
constexpr std::array kMigrations{
    "CREATE TABLE jobs ("
    "  id TEXT PRIMARY KEY,"
    "  intent TEXT NOT NULL,"
    "  state TEXT NOT NULL,"
    "  endpoint TEXT NOT NULL,"
    "  queue_url TEXT NOT NULL,"
    "  request_id TEXT NOT NULL,"
    "  status_url TEXT NOT NULL,"
    "  response_url TEXT NOT NULL,"
    "  cancel_url TEXT NOT NULL,"
    "  video TEXT NOT NULL,"
    "  audio TEXT NOT NULL,"
    "  output TEXT NOT NULL,"
    "  parameters_json TEXT NOT NULL,"
    "  prepare_json TEXT NOT NULL,"
    "  record_json TEXT NOT NULL,"
    "  error TEXT NOT NULL,"
    "  owner TEXT NOT NULL,"
    "  created_ms BIGINT NOT NULL,"
    "  updated_ms BIGINT NOT NULL);"
    "CREATE INDEX jobs_by_intent ON jobs (intent, created_ms);"
    "CREATE INDEX jobs_by_request ON jobs (request_id);"
    "CREATE INDEX jobs_by_age ON jobs (created_ms, id);",

    "ALTER TABLE jobs ADD COLUMN cost_microusd BIGINT NOT NULL DEFAULT 0;"
    "ALTER TABLE jobs ADD COLUMN paid_ms BIGINT NOT NULL DEFAULT 0;"
    "CREATE INDEX jobs_by_payment ON jobs (paid_ms);",

    "ALTER TABLE jobs ADD COLUMN epoch BIGINT NOT NULL DEFAULT 0;"
    "ALTER TABLE jobs ADD COLUMN lease_until_ms BIGINT NOT NULL DEFAULT 0;"
    "ALTER TABLE jobs ADD COLUMN cancel_asked_ms BIGINT NOT NULL DEFAULT 0;"
    "ALTER TABLE jobs ADD COLUMN answer_json TEXT NOT NULL DEFAULT '';",

    "ALTER TABLE jobs ADD COLUMN sandbox TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE jobs ADD COLUMN token TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE jobs ADD COLUMN input_sha256 TEXT NOT NULL DEFAULT '';"
    "CREATE INDEX jobs_by_token ON jobs (token);",

    // A day's spending is read from the index alone: the rows behind it hold some 15 KiB of JSON each.
    "CREATE INDEX jobs_by_spending ON jobs (paid_ms, state, request_id, cost_microusd);"
    "DROP INDEX jobs_by_payment;"
    "CREATE INDEX jobs_by_state ON jobs (state, created_ms, id);"
    "CREATE TABLE job_documents ("
    "  job_id TEXT PRIMARY KEY,"
    "  prepare_json TEXT NOT NULL,"
    "  record_json TEXT NOT NULL);"
    "INSERT INTO job_documents SELECT id, prepare_json, record_json FROM jobs;"
    "ALTER TABLE jobs DROP COLUMN prepare_json;"
    "ALTER TABLE jobs DROP COLUMN record_json;"
    "CREATE TABLE job_events ("
    "  id INTEGER PRIMARY KEY,"
    "  job_id TEXT NOT NULL,"
    "  at_ms BIGINT NOT NULL,"
    "  from_state TEXT NOT NULL,"
    "  to_state TEXT NOT NULL,"
    "  epoch BIGINT NOT NULL,"
    "  owner TEXT NOT NULL,"
    "  request_id TEXT NOT NULL,"
    "  reason TEXT NOT NULL);"
    "CREATE INDEX job_events_by_job ON job_events (job_id, id);",
};

}  // namespace

Identity job_store_identity() noexcept {
  return {kJobStoreId, "job store", current_version(), [](Database& empty, std::int64_t version) {
            for (std::size_t step = 0; step < static_cast<std::size_t>(version); ++step)
              empty.execute(kMigrations[step]);
          }};
}

int current_version() noexcept {
  return static_cast<int>(kMigrations.size());
}

void migrate(Database& database) {
  if (database.number(kVersionQuery) == current_version()) {
    return;  // the common case takes no write lock
  }
  Transaction transaction(database);
  const std::int64_t version = database.number(kVersionQuery);  // again: another process may have been faster
  refuse_newer(database, job_store_identity(), version);
  if (version < 0) {
    throw Error(ErrorCode::io, database.path(), "this job store has an unknown version",
                {.detail = std::to_string(version), .hint = "it is damaged, or was edited by hand"});
  }
  for (auto step = static_cast<std::size_t>(version); step < kMigrations.size(); ++step) {
    database.execute(kMigrations[step]);
  }
  database.execute(("PRAGMA user_version = " + std::to_string(current_version())).c_str());
  transaction.commit();
}

}  // namespace react1::store
