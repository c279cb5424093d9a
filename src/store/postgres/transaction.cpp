// SPDX-License-Identifier: Apache-2.0
#include "store/postgres/transaction.hpp"

#include <utility>

namespace react1::store {
namespace {

// A commit that returned has reached the disk, whatever the server's default is; a stronger setting is kept. A program
// that is stopped during a transaction does not hold its locks for long.
constexpr const char* kBegin =
    "BEGIN; SELECT set_config('synchronous_commit', CASE WHEN current_setting('synchronous_commit') IN ('off', 'local')"
    " THEN 'on' ELSE current_setting('synchronous_commit') END, true),"
    " set_config('lock_timeout', '10s', true), set_config('idle_in_transaction_session_timeout', '20s', true);";

}  // namespace

PgTransaction::PgTransaction(PostgresConnection& connection, const Wait& wait) : connection_(connection), wait_(wait) {
  note(connection_.script(kBegin, wait_));
}

PgTransaction::~PgTransaction() {
  if (open_) connection_.abandon_transaction();
}

void PgTransaction::lock(Lock what) {
  if (runs_) note(connection_.script(advisory_lock(what), wait_));
}

void PgTransaction::lock(Lock what, std::string_view value) {
  if (runs_) note(connection_.run(advisory_lock_of_value(what), Values().text(value), wait_));
}

Rows PgTransaction::run(const std::string& sql, const Values& values) {
  return runs_ ? note(connection_.run(sql, values, wait_)) : Rows();
}

std::int64_t PgTransaction::now_ms() {
  const Rows rows = run(std::string("SELECT ") + kNow, {});
  return runs_ ? rows.number(0, 0) : 0;
}

bool PgTransaction::commit() {
  if (!runs_) return false;
  note(connection_.script("COMMIT", wait_));
  open_ = !runs_;
  return runs_;
}

Rows PgTransaction::note(PostgresConnection::Answer answer) {
  runs_ = answer.ran == PostgresConnection::Ran::yes;
  return std::move(answer.rows);
}

}  // namespace react1::store
