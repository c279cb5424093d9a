#include "store/identity.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <optional>
#include <set>
#include <string_view>
#include <system_error>
#include <thread>

#include <react1/error.hpp>

#include "core/descriptor.hpp"

namespace react1::store {
namespace {

constexpr std::string_view kMagic{"SQLite format 3\0", 16};
constexpr std::size_t kHeader = 100, kIdOffset = 68;

[[noreturn]] void refuse(const std::string& path, const Identity& identity, std::string what_it_is) {
  throw Error(ErrorCode::io, path, fmt::format("is not a {} of react1; it is left alone", identity.what),
              {.detail = std::move(what_it_is), .hint = "name another file, or one that does not exist yet"});
}

std::string kind_of(mode_t mode) {
  if (S_ISDIR(mode)) return "a folder";
  if (S_ISFIFO(mode)) return "a pipe";
  if (S_ISSOCK(mode)) return "a socket";
  return "a device";
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

/// Anything in the schema that runs by itself when a table is read or written.
void refuse_active_schema(Database& database, const Identity& identity) {
  Statement query(database,
                  "SELECT type, name FROM sqlite_schema WHERE type IN ('trigger', 'view')"
                  " OR sql LIKE 'CREATE VIRTUAL%' LIMIT 1");
  if (query.step())
    refuse(database.path(), identity, fmt::format("it holds a {} that react1 never makes", query.text(0)));
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

/// Reads only, and leaves no files beside it: a foreign file stays as it is.
void look_at_unmarked(const std::string& path, const Identity& identity) {
  const bool in_use = exists(path + "-wal") || exists(path + "-journal");
  Database reading(path, identity.what, in_use ? Database::Access::read : Database::Access::read_at_rest);
  reading.execute("BEGIN");  // all that is read is of one moment
  static_cast<void>(whose(reading, identity));
}

/// Calls `look`, and calls it again after an error while the file changes: another process may be creating it.
template <typename Look>
void look_until_stable(const std::string& path, Look look) {
  constexpr int kTries = 100;
  for (int attempt = 1;; ++attempt) {
    const std::string before = state_of(path);
    try {
      look();
      return;
    } catch (const Error& error) {
      const bool is_moving = error.retryable() || state_of(path) != before;
      if (!is_moving || attempt == kTries) throw;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

/// The mode of a file that was made by another umask, or by hand. Not one of another user: he chose it.
bool is_open_to_others(const struct stat& facts) noexcept {
  constexpr mode_t kOthers = 077;
  return S_ISREG(facts.st_mode) && facts.st_uid == ::geteuid() && (facts.st_mode & kOthers) != 0;
}

void make_private(int file, const struct stat& facts) noexcept {
  if (is_open_to_others(facts)) static_cast<void>(::fchmod(file, 0600));
}

/// SQLite's own files beside a database have the database's mode when they are made, and keep it.
void make_private(const std::string& path) noexcept {
  struct stat facts {};
  if (::lstat(path.c_str(), &facts) == 0 && is_open_to_others(facts)) static_cast<void>(::chmod(path.c_str(), 0600));
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
      refuse(path, identity, "a symlink that leads nowhere");
    // Where it can't be made, SQLite says why.
    const Descriptor made(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (made.is_open() || ::stat(path.c_str(), &facts) != 0) return path;
    // Another process was quicker: what it has made is looked at like any other file.
  }
  if (!S_ISREG(facts.st_mode)) refuse(path, identity, kind_of(facts.st_mode));
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  if (!file.is_open()) return path;
  if (::fstat(file.get(), &facts) != 0 || !S_ISREG(facts.st_mode)) refuse(path, identity, "no regular file");
  std::array<char, kHeader> header{};
  const ssize_t size = ::pread(file.get(), header.data(), header.size(), /*offset=*/0);
  if (size > 0) {
    if (static_cast<std::size_t>(size) < kHeader || std::string_view(header.data(), kMagic.size()) != kMagic) {
      refuse(path, identity, "no SQLite database");
    }
    std::uint32_t id = 0;
    for (std::size_t i = 0; i < 4; ++i) id = (id << 8U) | static_cast<unsigned char>(header.at(kIdOffset + i));
    // The file may be behind its write-ahead log, so a 0 says nothing yet.
    if (id != 0 && id != static_cast<std::uint32_t>(identity.application_id)) {
      refuse(path, identity, owner_of(static_cast<std::int32_t>(id)));
    }
    if (id == 0) look_until_stable(path, [&] { look_at_unmarked(path, identity); });
  }
  make_private(file.get(), facts);
  for (const char* beside : {"-wal", "-shm", "-journal"}) make_private(path + beside);
  return path;
}

void claim(Database& database, const Identity& identity) {
  look_until_stable(database.path(), [&] {
    if (database.number("PRAGMA application_id") == identity.application_id) {
      static_cast<void>(whose(database, identity));  // newer, or with a schema that runs: refused
      return;
    }
    Transaction transaction(database);  // what is read below is of one moment, and stays true
    if (whose(database, identity) != Whose::ours)
      database.execute(fmt::format("PRAGMA application_id = {}", identity.application_id).c_str());
    transaction.commit();
  });
}

}  // namespace react1::store
