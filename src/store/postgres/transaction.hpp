// SPDX-License-Identifier: Apache-2.0
// A transaction on a connection that may be lost at any step.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "store/postgres/advisory_lock.hpp"
#include "store/postgres/connection.hpp"

namespace react1::store {

/// The database's clock, Unix time in milliseconds: the only one that counts.
inline constexpr const char* kNow = "(extract(epoch FROM clock_timestamp()) * 1000)::bigint";

/// One attempt at a write. After the first step that was not executed the rest is skipped, and commit() is false. What
/// is not committed is rolled back by the end of the object.
class PgTransaction {
 public:
  /// Begins it; both must outlive it.
  PgTransaction(PostgresConnection& connection, const Wait& wait);
  PgTransaction(const PgTransaction&) = delete;
  PgTransaction& operator=(const PgTransaction&) = delete;
  ~PgTransaction();

  /// Waits for the lock, which is held to the end of the transaction.
  void lock(Lock what);
  void lock(Lock what, std::string_view value);
  /// No rows when it was skipped, or not executed. Throws as PostgresConnection::run().
  [[nodiscard]] Rows run(const std::string& sql, const Values& values);
  [[nodiscard]] std::int64_t now_ms();
  /// False once a step was not executed.
  [[nodiscard]] bool runs() const noexcept { return runs_; }
  /// True: committed. False: not executed, or its answer was lost.
  [[nodiscard]] bool commit();

 private:
  Rows note(PostgresConnection::Answer answer);

  PostgresConnection& connection_;
  const Wait& wait_;
  bool runs_ = true;
  bool open_ = true;
};

}  // namespace react1::store
