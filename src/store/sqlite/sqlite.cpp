// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/sqlite.hpp"

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include <react1/error.hpp>

#include "store/sqlite/sqlite_fault.hpp"

namespace react1::store {
namespace {

// Far above the longest record.
constexpr int kLongestValue = 64 << 20;

/// The file may be foreign: nothing in its schema runs, none of it is trusted, and no value can
/// fill the memory.
void distrust(sqlite3* handle) noexcept {
  for (const auto& [option, value] :
       {std::pair(SQLITE_DBCONFIG_DEFENSIVE, 1), std::pair(SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0),
        std::pair(SQLITE_DBCONFIG_ENABLE_TRIGGER, 0), std::pair(SQLITE_DBCONFIG_ENABLE_VIEW, 0)}) {
    sqlite3_db_config(handle, option, value, nullptr);
  }
  sqlite3_limit(handle, SQLITE_LIMIT_LENGTH, kLongestValue);
  sqlite3_exec(handle, "PRAGMA cell_size_check = ON", nullptr, nullptr, nullptr);
}

std::string uri_of(const std::string& path) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  // With an empty authority before an absolute path, so that none is read from one that begins with "//".
  std::string uri = path.starts_with('/') ? "file://" : "file:";
  for (const char letter : path) {
    const auto byte = static_cast<unsigned char>(letter);
    const bool is_plain = byte == '/' || (byte > 0x2c && byte < 0x7f && byte != '?' && byte != '%');
    if (is_plain) {
      uri += letter;
    } else {
      uri += {'%', kDigits[byte >> 4U], kDigits[byte & 0xFU]};
    }
  }
  return uri;
}

}  // namespace

Database::Database(const std::string& path, std::string what, Access access)
    : path_(path), what_(std::move(what)), busy_(std::make_unique<Busy>(Busy{path, {}, Wait::State::on})) {
  sqlite3* raw = nullptr;
  const int mode = access == Access::write ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY;
  const bool at_rest = access == Access::read_at_rest;
  const std::string name = at_rest ? uri_of(path) + "?immutable=1" : path;
  const int rc =
      sqlite3_open_v2(name.c_str(), &raw, mode | (at_rest ? SQLITE_OPEN_URI : 0) | SQLITE_OPEN_FULLMUTEX, nullptr);
  handle_.reset(raw);  // set even on failure: SQLite returns a handle that carries the message
  if (rc != SQLITE_OK) {
    fail(rc, "cannot open the " + what_);
  }
  sqlite3_extended_result_codes(handle_.get(), /*onoff=*/1);
  sqlite3_busy_handler(handle_.get(), &Database::wait_for_others, busy_.get());
  distrust(handle_.get());
}

int Database::wait_for_others(void* busy, int count) {
  auto& self = *static_cast<Busy*>(busy);
  if (count == 0) {
    self.wait = Wait();
    if (!takes_locks(self.path)) return 0;  // no lock is held
  }
  constexpr int kLongest = 25;
  self.state = self.wait.sleep(std::chrono::milliseconds(std::min(kLongest, 1 + count)));
  return self.state == Wait::State::on ? 1 : 0;
}

void Database::fail(int rc, std::string_view doing) const {
  const Wait::State waited = std::exchange(busy_->state, Wait::State::on);
  if ((rc & 0xff) == SQLITE_BUSY && waited == Wait::State::stopped) throw_waited(waited, path_, what_);
  Fault fault = fault_of(handle_.get(), rc, path_, what_);
  throw Error(ErrorCode::io, path_, std::string(doing),
              {.detail = std::move(fault.detail), .hint = std::move(fault.hint), .retryable = fault.retryable});
}

void Database::require_in_place() const {
  int has_moved = 0;
  if (sqlite3_file_control(handle_.get(), "main", SQLITE_FCNTL_HAS_MOVED, &has_moved) != SQLITE_OK || has_moved == 0)
    return;
  throw Error(ErrorCode::io, path_, "the " + what_ + " was moved, removed or unmounted while it was open",
              {.hint = "put it back where it was, and look for what cleans or unmounts that folder"});
}

void Database::execute(const char* sql) {
  const int rc = sqlite3_exec(handle_.get(), sql, /*callback=*/nullptr, /*argument=*/nullptr, /*errmsg=*/nullptr);
  if (rc != SQLITE_OK) {
    fail(rc, "the " + what_ + " refused an operation");
  }
}

std::int64_t Database::number(const char* sql) {
  Statement query(*this, sql);
  return query.step() ? query.number(0) : 0;
}

void Database::use_write_ahead_log() {
  // Two processes that switch a fresh file at the same time collide without a call of SQLite's busy handler.
  const Patience patience;
  const Wait wait;
  for (;;) {
    try {
      execute("PRAGMA journal_mode = WAL");
      return;
    } catch (const Error& error) {
      if (error.code() != ErrorCode::io || !error.retryable()) throw;
      const Wait::State state = wait.sleep(std::chrono::milliseconds(20));
      if (state == Wait::State::stopped) throw_waited(state, path_, what_);
      if (state == Wait::State::over) throw;
    }
  }
}

Statement::Statement(Database& database, std::string_view sql) : database_(database) {
  sqlite3_stmt* raw = nullptr;
  const int rc =
      sqlite3_prepare_v2(database.handle(), sql.data(), static_cast<int>(sql.size()), &raw, /*pzTail=*/nullptr);
  statement_.reset(raw);
  if (rc != SQLITE_OK) {
    database.fail(rc, "cannot read the " + database.what());
  }
}

Statement& Statement::bind(int index, std::string_view text) {
  const char* data = text.empty() ? "" : text.data();  // a null pointer would become SQL's NULL
  const int rc = sqlite3_bind_text64(statement_.get(), index, data, text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  if (rc != SQLITE_OK) {
    database_.fail(rc, "cannot bind a value for the " + database_.what());
  }
  return *this;
}

Statement& Statement::bind(int index, std::int64_t number) {
  const int rc = sqlite3_bind_int64(statement_.get(), index, number);
  if (rc != SQLITE_OK) {
    database_.fail(rc, "cannot bind a value for the " + database_.what());
  }
  return *this;
}

bool Statement::step() {
  const int rc = sqlite3_step(statement_.get());
  if (rc == SQLITE_ROW) {
    return true;
  }
  if (rc != SQLITE_DONE) {
    database_.fail(rc, "the " + database_.what() + " refused an operation");
  }
  return false;
}

void Statement::run() {
  while (step()) {
  }
}

std::string Statement::text(int column) const {
  const unsigned char* data = sqlite3_column_text(statement_.get(), column);
  if (data == nullptr) {
    return {};
  }
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column));
  return {reinterpret_cast<const char*>(data), size};
}

std::int64_t Statement::number(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

Transaction::Transaction(Database& database) : database_(database) {
  database_.execute("BEGIN IMMEDIATE");
}

Transaction::~Transaction() {
  if (open_) {
    // The result does not matter: a failed rollback means that SQLite has rolled back already.
    sqlite3_exec(database_.handle(), "ROLLBACK", /*callback=*/nullptr, /*argument=*/nullptr, /*errmsg=*/nullptr);
  }
}

void Transaction::commit() {
  database_.execute("COMMIT");
  open_ = false;
}

}  // namespace react1::store
