// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/file_identity.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <new>
#include <optional>
#include <set>
#include <string_view>
#include <system_error>

#include <react1/error.hpp>

#include "core/descriptor.hpp"
#include "core/file_kind.hpp"

namespace react1::store {
namespace {

constexpr std::string_view kMagic{"SQLite format 3\0", 16};
constexpr std::size_t kHeader = 100, kIdOffset = 68;

[[noreturn]] void refuse(const std::string& path, const Identity& identity, std::string what_it_is) {
  throw Error(ErrorCode::io, path, fmt::format("is not a {} of react1; it is left alone", identity.what),
              {.detail = std::move(what_it_is), .hint = "name another file, or one that does not exist yet"});
}

std::string owner_of(std::int32_t application_id) {
  if (application_id == kJobStoreId) return "a job store of react1";
  if (application_id == kUploadLedgerId) return "a memory of uploads of react1";
  return fmt::format("a database of another program (application_id 0x{:08x})", static_cast<unsigned>(application_id));
}

/// Every object and, of tables, every column: what two databases have in common when they have the same tables.
std::set<std::string> outline_of(Database& database) {
  std::set<std::string> outline;
  Statement objects(database,
                    "SELECT type, name, tbl_name FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'");
  while (objects.step()) outline.insert(objects.text(0) + ' ' + objects.text(1) + ' ' + objects.text(2));
  Statement columns(database,
                    "SELECT s.name, c.name, c.type FROM sqlite_schema AS s, pragma_table_info(s.name) AS c"
                    " WHERE s.type = 'table'");
  while (columns.step()) outline.insert(columns.text(0) + '.' + columns.text(1) + ' ' + columns.text(2));
  return outline;
}

bool has_tables_of(Database& database, const Identity& identity, std::int64_t version) {
  if (version < 1 || version > identity.newest) return false;
  Database reference(":memory:", identity.what);
  identity.build(reference, version);
  return outline_of(database) == outline_of(reference);
}

/// Anything in the schema that runs automatically when a table is read or written.
void refuse_active_schema(Database& database, const Identity& identity) {
  Statement query(database,
                  "SELECT type, name FROM sqlite_schema WHERE type IN ('trigger', 'view')"
                  " OR sql LIKE 'CREATE VIRTUAL%' LIMIT 1");
  if (query.step())
    refuse(database.path(), identity, fmt::format("it has a {} that react1 never creates", query.text(0)));
}

enum class Whose { ours, older, fresh };

Whose whose(Database& database, const Identity& identity) {
  const auto id = static_cast<std::int32_t>(database.number("PRAGMA application_id"));
  const std::int64_t version = database.number(kVersionQuery);
  if (id != 0 && id != identity.application_id) refuse(database.path(), identity, owner_of(id));
  refuse_active_schema(database, identity);
  if (id == identity.application_id) {
    refuse_newer(database, identity, version);
    return Whose::ours;
  }
  const bool is_empty = database.number("SELECT count(*) FROM sqlite_schema") == 0;
  if (is_empty && version == 0) return Whose::fresh;
  if (has_tables_of(database, identity, version)) return Whose::older;
  refuse(database.path(), identity, "a database of another program");
}

bool exists(const std::string& path) {
  struct stat ignored {};
  return ::stat(path.c_str(), &ignored) == 0;
}

/// What changes while another process makes or marks the file.
std::string state_of(const std::string& path) {
  struct stat facts {};
  static_cast<void>(::stat(path.c_str(), &facts));
  return fmt::format("{} {} {}.{} {}", static_cast<long long>(facts.st_size), static_cast<long long>(facts.st_ino),
                     static_cast<long long>(facts.st_mtim.tv_sec), static_cast<long long>(facts.st_mtim.tv_nsec),
                     (exists(path + "-wal") ? 1 : 0) + (exists(path + "-journal") ? 2 : 0));
}

/// Reads only, and creates no files next to it: a foreign file is not changed.
void look_at_unmarked(const std::string& path, const Identity& identity) {
  const bool in_use = exists(path + "-wal") || exists(path + "-journal");
  Database reading(path, identity.what, in_use ? Database::Access::read : Database::Access::read_at_rest);
  reading.execute("BEGIN");  // a consistent snapshot
  static_cast<void>(whose(reading, identity));
}

/// Calls `look`, and calls it again after an error while the file changes: another process may be creating it.
template <typename Look>
void look_until_stable(const std::string& path, const Identity& identity, Look look) {
  const Patience patience;
  const Wait wait;
  for (;;) {
    const std::string before = state_of(path);
    try {
      look();
      return;
    } catch (const Error& error) {
      const bool is_moving = error.code() == ErrorCode::io && (error.retryable() || state_of(path) != before);
      if (!is_moving) throw;
      const Wait::State state = wait.sleep(std::chrono::milliseconds(20));
      if (state == Wait::State::stopped) throw_waited(state, path, identity.what);
      if (state == Wait::State::over) throw;
    }
  }
}

/// Corrects the mode of a file that was created with another umask, or by hand. Not of another user's file.
void close_to_others(const std::string& path, const struct stat& facts) noexcept {
  constexpr mode_t kOwner = S_IRWXU, kOthers = S_IRWXG | S_IRWXO;
  const bool is_open = S_ISREG(facts.st_mode) && facts.st_uid == ::geteuid() && (facts.st_mode & kOthers) != 0;
  // No permission is added for the owner, who may have made it read-only.
  if (is_open) static_cast<void>(::chmod(path.c_str(), facts.st_mode & kOwner));
}

/// SQLite's own files next to a database have the database's mode when they are made, and keep it.
void make_private(const std::string& path, const struct stat& facts) noexcept {
  close_to_others(path, facts);
  for (const char* ending : {"-wal", "-shm", "-journal"}) {
    const std::string sibling = path + ending;
    struct stat others {};
    if (::lstat(sibling.c_str(), &others) == 0) close_to_others(sibling, others);
  }
}

/// An empty file for its owner alone, in one step. It has its name only once our descriptor of it is closed (see
/// read_header()). Where it can't be made, SQLite says why.
void make_empty(const std::string& path) {
  std::string pattern = path + "-XXXXXX";
  {
    const Descriptor made(::mkostemp(pattern.data(), O_CLOEXEC));
    if (!made.is_open()) return;
  }
  if (::link(pattern.c_str(), path.c_str()) != 0 && errno != EEXIST) {  // no hard links here
    static_cast<void>(::renameat2(AT_FDCWD, pattern.c_str(), AT_FDCWD, path.c_str(), RENAME_NOREPLACE));
  }
  static_cast<void>(::unlink(pattern.c_str()));
}

struct CloseFile {
  void operator()(sqlite3_file* file) const noexcept {
    if (file->pMethods != nullptr) file->pMethods->xClose(file);
    sqlite3_free(file);
  }
};

struct FreeName {
  void operator()(const char* name) const noexcept { sqlite3_free_filename(name); }
};

/// The first bytes of the file, as many as there are; nullopt where it can't be read. By SQLite's own file system: any
/// other descriptor of ours would, when it is closed, drop the locks that connections of this process hold on the file.
std::optional<std::string> read_header(const std::string& path) {
  sqlite3_vfs* vfs = sqlite3_vfs_find(nullptr);
  std::string full(static_cast<std::size_t>(vfs->mxPathname) + 1, '\0');
  if ((vfs->xFullPathname(vfs, path.c_str(), vfs->mxPathname + 1, full.data()) & 0xff) != SQLITE_OK)
    return std::nullopt;
  const std::unique_ptr<const char, FreeName> name(sqlite3_create_filename(full.c_str(), "", "", 0, nullptr));
  const std::unique_ptr<sqlite3_file, CloseFile> file(
      static_cast<sqlite3_file*>(sqlite3_malloc64(static_cast<sqlite3_uint64>(vfs->szOsFile))));
  if (!name || !file) throw std::bad_alloc();
  file->pMethods = nullptr;
  int flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_MAIN_DB;
  if (vfs->xOpen(vfs, name.get(), file.get(), flags, &flags) != SQLITE_OK) return std::nullopt;
  sqlite3_int64 size = 0;
  if (file->pMethods->xFileSize(file.get(), &size) != SQLITE_OK) return std::nullopt;
  std::string header(static_cast<std::size_t>(std::min<sqlite3_int64>(size, kHeader)), '\0');
  const int rc =
      header.empty() ? SQLITE_OK : file->pMethods->xRead(file.get(), header.data(), static_cast<int>(header.size()), 0);
  return rc == SQLITE_OK ? std::optional(header) : std::nullopt;
}

}  // namespace

void refuse_newer(const Database& database, const Identity& identity, std::int64_t version) {
  if (version <= identity.newest) return;
  throw Error(ErrorCode::io, database.path(), fmt::format("this {} was written by a newer react1", identity.what),
              {.detail = fmt::format("version {}, this program knows up to {}", version, identity.newest),
               .hint = "use the newer program, or choose another store with --store"});
}

const std::string& database_file(const std::string& path, const Identity& identity) {
  struct stat facts {};
  if (::stat(path.c_str(), &facts) != 0) {
    if (errno == ENOENT && ::lstat(path.c_str(), &facts) == 0 && S_ISLNK(facts.st_mode))
      refuse(path, identity, "a dangling symlink");
    make_empty(path);  // unless another process is faster; its file is then checked like any other
    if (::stat(path.c_str(), &facts) != 0) return path;
  }
  if (!S_ISREG(facts.st_mode)) refuse(path, identity, file_kind(facts.st_mode));
  const std::optional<std::string> header = read_header(path);
  if (!header) return path;  // SQLite reports the reason
  if (!header->empty()) {
    if (header->size() < kHeader || !std::string_view(*header).starts_with(kMagic)) {
      refuse(path, identity, "not an SQLite database");
    }
    std::uint32_t id = 0;
    for (std::size_t i = 0; i < 4; ++i) id = (id << 8U) | static_cast<unsigned char>(header->at(kIdOffset + i));
    // The file may be behind its write-ahead log, so a 0 says nothing yet.
    if (id != 0 && id != static_cast<std::uint32_t>(identity.application_id)) {
      refuse(path, identity, owner_of(static_cast<std::int32_t>(id)));
    }
    if (id == 0) look_until_stable(path, identity, [&] { look_at_unmarked(path, identity); });
  }
  make_private(path, facts);
  return path;
}

void claim(Database& database, const Identity& identity) {
  look_until_stable(database.path(), identity, [&] {
    if (database.number("PRAGMA application_id") == identity.application_id) {
      static_cast<void>(whose(database, identity));  // newer, or with a schema that runs: refused
      return;
    }
    Transaction transaction(database);  // a consistent snapshot that stays valid
    if (whose(database, identity) != Whose::ours)
      database.execute(fmt::format("PRAGMA application_id = {}", identity.application_id).c_str());
    transaction.commit();
  });
}

}  // namespace react1::store
