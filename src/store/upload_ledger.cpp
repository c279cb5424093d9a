// SPDX-License-Identifier: Apache-2.0
#include "store/upload_ledger.hpp"

#include <chrono>
#include <filesystem>

#include <react1/error.hpp>

#include "store/common/owner.hpp"
#include "store/sqlite/file_identity.hpp"

namespace react1::store {
namespace {

constexpr const char* kWhat = "memory of uploads";
constexpr std::int64_t kVersion = 1;
/// The ledger is optional, so the wait for it is shorter than for the job store.
constexpr std::chrono::milliseconds kLedgerPatience{2000};
constexpr std::int64_t kOldestMs = std::int64_t{30} * 24 * 3600 * 1000;

constexpr const char* kTables =
    "CREATE TABLE files (id TEXT PRIMARY KEY, sealed TEXT NOT NULL, uploaded_ms BIGINT NOT NULL,"
    "  expires_ms BIGINT NOT NULL);"
    "CREATE TABLE sessions (id TEXT PRIMARY KEY, sealed TEXT NOT NULL, part_bytes BIGINT NOT NULL,"
    "  begun_ms BIGINT NOT NULL, holder TEXT NOT NULL);"
    "CREATE TABLE parts (id TEXT NOT NULL, number BIGINT NOT NULL, etag TEXT NOT NULL, PRIMARY KEY (id, number));";

std::int64_t wall_milliseconds(std::chrono::system_clock::time_point time) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

constexpr Identity kIdentity{kUploadLedgerId, kWhat, kVersion,
                             [](Database& empty, std::int64_t /*version*/) { empty.execute(kTables); }};

/// False for a ledger of ours that was damaged by a power cut.
bool is_sound(Database& database) {
  try {
    Statement query(database, "PRAGMA quick_check(1)");
    return query.step() && query.text(0) == "ok";
  } catch (const Error& error) {
    if (error.retryable()) throw;
    return false;
  }
}

/// Foreign files were refused before anything is dropped or removed here.
Database open_sound(const std::string& path) {
  const Patience patience(kLedgerPatience);
  {
    Database database(database_file(path, kIdentity), kWhat);
    claim(database, kIdentity);
    if (is_sound(database)) return database;
  }
  std::filesystem::remove(path);
  Database database(database_file(path, kIdentity), kWhat);
  claim(database, kIdentity);
  return database;
}

/// Whether a process on another machine still runs is unknown; two uploads of one file only cost bandwidth.
bool still_runs(const std::string& holder) {
  return !holder.empty() && process_alive(holder).value_or(false);
}

}  // namespace

UploadLedger::UploadLedger(const std::string& path, const Clock& clock) : clock_(clock), database_(open_sound(path)) {
  // Nothing waits for the disk: a killed process loses nothing, and a power cut costs at most
  // a second upload. A damaged file is created again.
  const Patience patience(kLedgerPatience);
  database_.execute("PRAGMA synchronous = OFF");
  Transaction transaction(database_);
  if (database_.number(kVersionQuery) != kVersion) {
    database_.execute("DROP TABLE IF EXISTS files; DROP TABLE IF EXISTS sessions; DROP TABLE IF EXISTS parts;");
    database_.execute(kTables);
    database_.execute(("PRAGMA user_version = " + std::to_string(kVersion)).c_str());
  }
  const std::int64_t oldest = wall_milliseconds(clock.wall()) - kOldestMs;
  Statement(database_, "DELETE FROM files WHERE uploaded_ms < ?").bind(1, oldest).run();
  Statement(database_, "DELETE FROM sessions WHERE begun_ms < ?").bind(1, oldest).run();
  database_.execute("DELETE FROM parts WHERE id NOT IN (SELECT id FROM sessions)");
  transaction.commit();
}

std::optional<UploadLedger::File> UploadLedger::find_file(const std::string& id) const {
  const Patience patience(kLedgerPatience);
  const Turn::Hold turn(turn_, database_.path(), database_.what());
  Statement query(database_, "SELECT sealed, uploaded_ms, expires_ms FROM files WHERE id = ?");
  query.bind(1, id);
  if (!query.step()) return std::nullopt;
  return File{query.text(0), query.number(1), query.number(2)};
}

void UploadLedger::put_file(const std::string& id, const File& file) {
  const Patience patience(kLedgerPatience);
  const Turn::Hold turn(turn_, database_.path(), database_.what());
  Statement(database_, "INSERT OR REPLACE INTO files (id, sealed, uploaded_ms, expires_ms) VALUES (?, ?, ?, ?)")
      .bind(1, id)
      .bind(2, file.sealed)
      .bind(3, file.uploaded_ms)
      .bind(4, file.expires_ms)
      .run();
}

void UploadLedger::forget_file(const std::string& id) {
  const Patience patience(kLedgerPatience);
  const Turn::Hold turn(turn_, database_.path(), database_.what());
  Statement(database_, "DELETE FROM files WHERE id = ?").bind(1, id).run();
}

std::string UploadLedger::holder_of(const std::string& id) const {
  Statement query(database_, "SELECT holder FROM sessions WHERE id = ?");
  query.bind(1, id);
  return query.step() ? query.text(0) : std::string();
}

std::optional<UploadLedger::Session> UploadLedger::take_session(const std::string& id) {
  const Patience patience(kLedgerPatience);
  const Turn::Hold turn(turn_, database_.path(), database_.what());
  Transaction transaction(database_);
  Statement query(database_, "SELECT sealed, part_bytes, begun_ms FROM sessions WHERE id = ?");
  query.bind(1, id);
  if (!query.step() || still_runs(holder_of(id))) return std::nullopt;
  Session session{query.text(0), query.number(1), query.number(2), {}};
  Statement parts(database_, "SELECT number, etag FROM parts WHERE id = ?");
  parts.bind(1, id);
  while (parts.step()) session.etags.emplace(static_cast<int>(parts.number(0)), parts.text(1));
  Statement(database_, "UPDATE sessions SET holder = ? WHERE id = ?").bind(1, this_process()).bind(2, id).run();
  transaction.commit();
  return session;
}

bool UploadLedger::begin_session(const std::string& id, const Session& session) {
  const Patience patience(kLedgerPatience);
  const Turn::Hold turn(turn_, database_.path(), database_.what());
  Transaction transaction(database_);
  if (still_runs(holder_of(id))) return false;
  remove_session(id);
  Statement(database_, "INSERT INTO sessions (id, sealed, part_bytes, begun_ms, holder) VALUES (?, ?, ?, ?, ?)")
      .bind(1, id)
      .bind(2, session.sealed)
      .bind(3, session.part_bytes)
      .bind(4, wall_milliseconds(clock_.wall()))
      .bind(5, this_process())
      .run();
  transaction.commit();
  return true;
}

void UploadLedger::put_part(const std::string& id, int number, const std::string& etag) {
  const Patience patience(kLedgerPatience);
  const Turn::Hold turn(turn_, database_.path(), database_.what());
  Statement(database_, "INSERT OR REPLACE INTO parts (id, number, etag) VALUES (?, ?, ?)")
      .bind(1, id)
      .bind(2, std::int64_t{number})
      .bind(3, etag)
      .run();
}

void UploadLedger::release_session(const std::string& id) {
  const Patience patience(kLedgerPatience);
  const Turn::Hold turn(turn_, database_.path(), database_.what());
  Statement(database_, "UPDATE sessions SET holder = '' WHERE id = ?").bind(1, id).run();
}

void UploadLedger::remove_session(const std::string& id) {
  Statement(database_, "DELETE FROM parts WHERE id = ?").bind(1, id).run();
  Statement(database_, "DELETE FROM sessions WHERE id = ?").bind(1, id).run();
}

void UploadLedger::forget_session(const std::string& id) {
  const Patience patience(kLedgerPatience);
  const Turn::Hold turn(turn_, database_.path(), database_.what());
  Transaction transaction(database_);
  remove_session(id);
  transaction.commit();
}

}  // namespace react1::store
