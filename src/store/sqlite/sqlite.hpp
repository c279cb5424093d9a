// SPDX-License-Identifier: Apache-2.0
// The part of SQLite's C interface that the store needs, with owning types.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "store/common/patience.hpp"

namespace react1::store {

inline constexpr const char* kVersionQuery = "PRAGMA user_version";

/// An open connection. Not thread-safe: the store serialises its use.
class Database {
 public:
  enum class Access {
    write,
    read,
    read_at_rest,  ///< no process has it open to write: no locks are taken and no files created next to it
  };
  /// Opens or (to write) creates `path`. `what` names it in errors. Throws Error{io}.
  explicit Database(const std::string& path, std::string what = "job store", Access access = Access::write);

  /// Runs one or more statements that return no rows (or whose rows do not matter).
  void execute(const char* sql);
  /// From now on readers and a writer do not wait for each other. Stored in the file.
  void use_write_ahead_log();
  /// The first column of the first row of `sql`; 0 when there is no row.
  [[nodiscard]] std::int64_t number(const char* sql);
  /// Rows changed by the last statement.
  [[nodiscard]] int changes() const noexcept { return sqlite3_changes(handle_.get()); }
  [[nodiscard]] sqlite3* handle() const noexcept { return handle_.get(); }
  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  [[nodiscard]] const std::string& what() const noexcept { return what_; }

  /// Throws Error{io} when its path now refers to another file: writes would be lost.
  void require_in_place() const;
  /// Throws Error{io} with the cause of `rc` (full disk, read-only, not a database, busy, no locks, …), or
  /// Error{interrupted} when a stop has ended the wait for a lock. Waits are bounded: store/patience.hpp.
  [[noreturn]] void fail(int rc, std::string_view doing) const;

 private:
  struct Close {
    void operator()(sqlite3* handle) const noexcept { sqlite3_close_v2(handle); }
  };
  /// On the heap: SQLite keeps its address.
  struct Busy {
    std::string path;
    Wait wait;
    Wait::State state = Wait::State::on;
  };
  /// Called by SQLite before every further attempt to get a lock.
  static int wait_for_others(void* busy, int count);

  std::string path_;
  std::string what_;
  std::unique_ptr<Busy> busy_;  // outlives handle_
  std::unique_ptr<sqlite3, Close> handle_;
};

/// A prepared statement; parameters count from 1, columns from 0. The database must outlive it.
class Statement {
 public:
  Statement(Database& database, std::string_view sql);

  Statement& bind(int index, std::string_view text);
  Statement& bind(int index, std::int64_t number);
  /// True while there is a row.
  [[nodiscard]] bool step();
  /// For a statement that returns no rows.
  void run();
  [[nodiscard]] std::string text(int column) const;
  [[nodiscard]] std::int64_t number(int column) const;

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const noexcept { sqlite3_finalize(statement); }
  };
  Database& database_;
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

/// A write transaction. It takes the write lock at once (BEGIN IMMEDIATE), so that what it reads stays valid until it
/// commits. commit() is explicit; the destructor rolls back silently.
class Transaction {
 public:
  explicit Transaction(Database& database);
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction();
  void commit();

 private:
  Database& database_;
  bool open_ = true;
};

}  // namespace react1::store
