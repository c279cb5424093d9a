// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/sqlite_fault.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <exception>
#include <filesystem>
#include <system_error>

#include "core/descriptor.hpp"

namespace react1::store {
namespace {

namespace fs = std::filesystem;

fs::path folder_of(const std::string& path) {
  const fs::path folder = fs::path(path).parent_path();
  return folder.empty() ? fs::path(".") : folder;
}

/// A file without a name, so that no lock of the database itself is lost when it is closed.
Descriptor scratch_file(const fs::path& folder) {
  Descriptor file(::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
  if (file.is_open()) return file;
  std::string pattern = (folder / ".react1-XXXXXX").string();
  Descriptor named(::mkostemp(pattern.data(), O_CLOEXEC));
  if (named.is_open()) ::unlink(pattern.c_str());
  return named;
}

/// Locks that are held, or that the system does not distinguish from held ones.
bool is_held(int extended) {
  const int primary = extended & 0xff;
  return primary == SQLITE_BUSY || primary == SQLITE_PROTOCOL;
}

bool is_lock_fault(int extended) {
  switch (extended) {
    case SQLITE_IOERR_LOCK:
    case SQLITE_IOERR_UNLOCK:
    case SQLITE_IOERR_RDLOCK:
    case SQLITE_IOERR_CHECKRESERVEDLOCK:
    case SQLITE_IOERR_SHMLOCK:
      return true;
    default:
      return false;
  }
}

bool is_shared_memory_fault(int extended) {
  return extended == SQLITE_IOERR_SHMOPEN || extended == SQLITE_IOERR_SHMSIZE || extended == SQLITE_IOERR_SHMMAP;
}

/// SQLite reports a log that can't grow as trouble with its shared memory.
bool is_full(const fs::path& folder) {
  constexpr std::uint64_t kLeast = 64 << 10;
  struct statvfs facts {};
  if (::statvfs(folder.c_str(), &facts) != 0) return false;
  const bool has_room = facts.f_blocks == 0 || facts.f_bavail * facts.f_frsize >= kLeast;
  const bool has_names = facts.f_files == 0 || facts.f_favail > 0;  // some file systems count no inodes
  return !has_room || !has_names;
}

/// The underlying errno, 0 where SQLite does not report it.
int system_error_of(sqlite3* handle, int extended) {
  if (handle == nullptr) return 0;
  if (const int error = sqlite3_system_errno(handle); error != 0) return error;
  int last = 0;
  const bool is_io = (extended & 0xff) == SQLITE_IOERR || (extended & 0xff) == SQLITE_PERM;
  if (!is_io || sqlite3_file_control(handle, "main", SQLITE_FCNTL_LAST_ERRNO, &last) != SQLITE_OK) return 0;
  return last;
}

/// The error of the system call, which SQLite's code may hide: an error at the log is one of its shared memory.
std::string hint_for_system(int error, const std::string& elsewhere) {
  switch (error) {
    case EFBIG:
      return fmt::format("allow larger files (ulimit -f), or {}", elsewhere);
    case ENOSPC:
      return "free some space on that disk";
    case EDQUOT:
      return "the quota is used up: free some space on that disk";
    case EROFS:
      return fmt::format("the file system is read-only: make it writable, or {}", elsewhere);
    default:
      return {};
  }
}

std::string hint_for(int extended, int error, const std::string& path, const std::string& elsewhere) {
  const std::string folder = folder_of(path).string();
  if (std::string hint = hint_for_system(error, elsewhere); !hint.empty()) return hint;
  if (is_lock_fault(extended)) {
    return fmt::format(
        "the file system of {} supports no locks, as NFS without its lock service or some FUSE ones; {} on a local "
        "disk",
        folder, elsewhere);
  }
  if (is_full(folder)) return "free some space on that disk, or some of its inodes (df -i)";
  if (is_shared_memory_fault(extended)) {
    return fmt::format(
        "the file system of {} offers no shared memory, which the write-ahead log needs, as some of NFS, SMB and FUSE; "
        "{} on a local disk",
        folder, elsewhere);
  }
  switch (extended & 0xff) {
    case SQLITE_FULL:
      return "free some space on that disk";
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return fmt::format("make the file and its folder writable, or {}", elsewhere);
    case SQLITE_CANTOPEN:
      return fmt::format("check that the folder exists and is writable, or {}", elsewhere);
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
      return fmt::format("it is damaged; move it away, or {}", elsewhere);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return "another process has locked it for long; look for a hanging one and try again";
    case SQLITE_PROTOCOL:
      return fmt::format(
          "another process has locked it for long, or the file system locks badly, as some of the network do; look for "
          "a "
          "hanging one, or {} on a local disk",
          elsewhere);
    case SQLITE_IOERR:
      return fmt::format("check that disk, or {}", elsewhere);
    default:
      return {};
  }
}

}  // namespace

Fault fault_of(sqlite3* handle, int rc, const std::string& path, const std::string& what) {
  const int known = handle != nullptr ? sqlite3_extended_errcode(handle) : rc;
  int extended = (known & 0xff) == (rc & 0xff) ? known : rc;
  const bool held = is_held(extended);
  const bool lacks_locks = held && !takes_locks(path);
  if (lacks_locks) extended = SQLITE_IOERR_LOCK;
  const std::string elsewhere = what == "job store" ? "choose another store with --store or REACT1_STATE_DIR"
                                                    : "choose another state folder with REACT1_STATE_DIR";
  Fault fault;
  fault.detail = lacks_locks || handle == nullptr ? sqlite3_errstr(extended) : sqlite3_errmsg(handle);
  const int error = lacks_locks ? ENOLCK : system_error_of(handle, extended);
  if (error != 0) fault.detail += ": " + std::generic_category().message(error);
  fault.hint = hint_for(extended, error, path, elsewhere);
  fault.retryable = held && !lacks_locks;
  return fault;
}

bool takes_locks(const std::string& path) noexcept {
  try {
    const Descriptor file = scratch_file(folder_of(path));
    if (!file.is_open()) return true;  // not known
    struct flock lock {};
    lock.l_type = F_WRLCK;
    lock.l_whence = SEEK_SET;
    lock.l_len = 1;
    if (::fcntl(file.get(), F_SETLK, &lock) == 0) return true;
    return errno != ENOLCK && errno != ENOTSUP && errno != ENOSYS && errno != EINVAL;
  } catch (const std::exception&) {
    return true;
  }
}

}  // namespace react1::store
