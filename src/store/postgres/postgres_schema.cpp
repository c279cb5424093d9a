// SPDX-License-Identifier: Apache-2.0
#include "store/postgres/postgres_schema.hpp"

#include <array>
#include <cstdint>
#include <string_view>

#include <react1/error.hpp>

#include "core/random.hpp"
#include "store/postgres/advisory_lock.hpp"

namespace react1::store {
namespace {

constexpr int kOldestServer = 15;
constexpr std::size_t kStoreIdBytes = 16;

struct Migration {
  const char* sql;
  /// The oldest version of the tables that a program has to know to use them after this: raised only by a migration
  /// that older programs are not compatible with.
  int usable_from;
};

// Entry n migrates from version n to n + 1. Never edit one that was released; append. Bytes where a path, or a text of
// another program, may contain invalid UTF-8; the "C" collation so that ids sort as in C++.
constexpr std::array kMigrations{
    Migration{R"(
CREATE TABLE react1.jobs (
  id text COLLATE "C" PRIMARY KEY,
  intent text NOT NULL,
  state text NOT NULL,
  endpoint text NOT NULL,
  queue_url text NOT NULL,
  request_id text NOT NULL,
  status_url text NOT NULL,
  response_url text NOT NULL,
  cancel_url text NOT NULL,
  video bytea NOT NULL,
  audio bytea NOT NULL,
  output bytea NOT NULL,
  parameters_json bytea NOT NULL,
  error bytea NOT NULL,
  owner text NOT NULL,
  created_ms bigint NOT NULL,
  updated_ms bigint NOT NULL,
  cost_microusd bigint NOT NULL,
  paid_ms bigint NOT NULL,
  epoch bigint NOT NULL,
  lease_until_ms bigint NOT NULL,
  cancel_asked_ms bigint NOT NULL,
  answer_json bytea NOT NULL,
  sandbox text NOT NULL,
  token text NOT NULL,
  input_sha256 text NOT NULL);
CREATE INDEX jobs_by_intent ON react1.jobs (intent, created_ms);
CREATE INDEX jobs_by_request ON react1.jobs (request_id) WHERE request_id <> '';
CREATE INDEX jobs_by_token ON react1.jobs (token) WHERE token <> '';
CREATE INDEX jobs_by_age ON react1.jobs (created_ms, id);
CREATE INDEX jobs_by_state ON react1.jobs (state, created_ms, id);
CREATE INDEX jobs_by_spending ON react1.jobs (paid_ms) INCLUDE (state, request_id, cost_microusd) WHERE paid_ms > 0;
ALTER TABLE react1.jobs SET (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 200);
CREATE TABLE react1.job_documents (
  job_id text COLLATE "C" PRIMARY KEY,
  prepare_json bytea NOT NULL,
  record_json bytea NOT NULL);
CREATE TABLE react1.job_events (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  job_id text COLLATE "C" NOT NULL,
  at_ms bigint NOT NULL,
  from_state text NOT NULL,
  to_state text NOT NULL,
  epoch bigint NOT NULL,
  owner text NOT NULL,
  request_id text NOT NULL,
  reason bytea NOT NULL,
  write_id text NOT NULL UNIQUE);
CREATE INDEX job_events_by_job ON react1.job_events (job_id, id);
)",
              1},
};

constexpr int kCurrent = static_cast<int>(kMigrations.size());

using Ran = PostgresConnection::Ran;

/// One value, as text; "" if there is none.
std::optional<std::string> value_of(PostgresConnection& connection, const std::string& sql, const Wait& wait) {
  const auto answer = connection.run(sql, {}, wait);
  if (answer.ran != Ran::yes) return std::nullopt;
  return answer.rows.size() == 0 ? std::string() : answer.rows.text(0, 0);
}

std::string setting(std::string_view key) {
  return "SELECT value FROM react1.meta WHERE key = '" + std::string(key) + "'";
}

/// The existing schema, before anything is created.
enum class Found { nothing, empty_schema, job_store, foreign, lost };

Found look(PostgresConnection& connection, const Wait& wait) {
  const auto answer = connection.run(
      "SELECT to_regnamespace('react1') IS NOT NULL, to_regclass('react1.meta') IS NOT NULL,"
      " EXISTS (SELECT FROM pg_class WHERE relnamespace = to_regnamespace('react1'))",
      {}, wait);
  if (answer.ran != Ran::yes) return Found::lost;
  const auto is = [&](int column) { return answer.rows.text(0, column) == "t"; };
  if (!is(0)) return Found::nothing;
  if (!is(1)) return is(2) ? Found::foreign : Found::empty_schema;
  const auto application = value_of(connection, setting("application"), wait);
  if (!application) return Found::lost;
  return *application == "react1 job store" ? Found::job_store : Found::foreign;
}

bool make(PostgresConnection& connection, Found found, const Wait& wait) {
  std::string sql = found == Found::nothing ? "CREATE SCHEMA react1;" : "";
  sql +=
      "CREATE TABLE react1.meta (key text PRIMARY KEY, value text NOT NULL);"
      "INSERT INTO react1.meta VALUES ('application', 'react1 job store'), ('version', '0'), ('usable_from', '0'),"
      " ('store_id', '" +
      random_hex(kStoreIdBytes) + "');";
  return connection.script(sql, wait).ran == Ran::yes;
}

std::optional<int> number_of(PostgresConnection& connection, std::string_view key, const Wait& wait) {
  const auto answer = connection.run("SELECT value::int FROM react1.meta WHERE key = $1", Values().text(key), wait);
  if (answer.ran != Ran::yes) return std::nullopt;
  return answer.rows.size() == 0 ? -1 : static_cast<int>(answer.rows.number(0, 0));
}

void refuse_newer(const PostgresConnection& connection, int usable_from) {
  if (usable_from <= kCurrent) return;
  connection.fail(
      "this job store is of a newer react1",
      "version " + std::to_string(usable_from) + " is needed, this program knows " + std::to_string(kCurrent),
      "update react1 on this machine");
}

/// Under the lock of migrations, in a transaction. False: the connection was lost.
bool migrate(PostgresConnection& connection, const Wait& wait) {
  const Found found = look(connection, wait);
  if (found == Found::lost) return false;
  if (found == Found::foreign) {
    connection.fail("the schema \"react1\" of this database is not a job store of react1", "",
                    "name another database, or rename that schema");
  }
  if (found != Found::job_store && !make(connection, found, wait)) return false;
  const auto version = number_of(connection, "version", wait);
  const auto usable_from = number_of(connection, "usable_from", wait);
  if (!version || !usable_from) return false;
  refuse_newer(connection, *usable_from);
  for (int step = std::max(*version, 0); step < kCurrent; ++step) {
    const Migration& migration = kMigrations[static_cast<std::size_t>(step)];
    const std::string mark = "UPDATE react1.meta SET value = '" + std::to_string(step + 1) +
                             "' WHERE key = 'version'; UPDATE react1.meta SET value = greatest(value::int, " +
                             std::to_string(migration.usable_from) + ")::text WHERE key = 'usable_from';";
    if (connection.script(migration.sql + mark, wait).ran != Ran::yes) return false;
  }
  return true;
}

}  // namespace

std::optional<PostgresIdentity> ensure_schema(PostgresConnection& connection, const Wait& wait) {
  const auto server = connection.run("SELECT current_setting('server_version_num')::int / 10000", {}, wait);
  if (server.ran != Ran::yes) return std::nullopt;
  if (server.rows.number(0, 0) < kOldestServer) {
    connection.fail("this server is PostgreSQL " + server.rows.text(0, 0), "",
                    "the job store needs PostgreSQL " + std::to_string(kOldestServer) + " or newer");
  }
  // The common case takes no lock.
  const Found found = look(connection, wait);
  if (found == Found::lost) return std::nullopt;
  const auto version = found == Found::job_store ? number_of(connection, "version", wait) : std::optional(0);
  if (!version) return std::nullopt;
  if (*version < kCurrent) {
    if (connection.script("BEGIN; " + advisory_lock(Lock::migration), wait).ran != Ran::yes) return std::nullopt;
    if (!migrate(connection, wait)) return std::nullopt;
    if (connection.script("COMMIT", wait).ran != Ran::yes) return std::nullopt;
  }
  const auto usable_from = number_of(connection, "usable_from", wait);
  if (!usable_from) return std::nullopt;
  refuse_newer(connection, *usable_from);
  const auto store_id = value_of(connection, setting("store_id"), wait);
  if (!store_id) return std::nullopt;
  return PostgresIdentity{*store_id};
}

}  // namespace react1::store
