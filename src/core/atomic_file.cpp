// SPDX-License-Identifier: Apache-2.0
#include "core/atomic_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <random>
#include <react1/error.hpp>
#include <system_error>
#include <tuple>
#include <utility>

#include "core/file_kind.hpp"
#include "core/log.hpp"
#include "core/part_file.hpp"

namespace react1 {
namespace fs = std::filesystem;
namespace {

[[noreturn]] void throw_io(const fs::path& path, std::string message, int error) {
  std::string hint;
  if (error == ENOSPC) hint = "free some space or inodes (df, df -i), or choose another folder";
  if (error == EDQUOT) hint = "the quota is used up: free some space, or choose another folder";
  if (error == EFBIG) hint = "allow larger files (ulimit -f), or choose another folder";
  if (error == EROFS) hint = "the file system is read-only: choose another folder";
  if (error == EACCES || error == EPERM) hint = "check the permissions of the folder";
  throw Error(ErrorCode::io, path.string(), std::move(message),
              {.detail = std::generic_category().message(error), .hint = std::move(hint)});
}

/// Creates and locks a file with a fresh name. Opened with the usual 0666 less the umask (mkstemp would make a private
/// file; a result should be as readable as any).
std::pair<fs::path, Descriptor> create_temporary(const OutputPlace& place) {
  const fs::path& final_path = place.named;
  std::random_device random;
  for (int attempt = 0; attempt < 100; ++attempt) {
    fs::path candidate = folder_of(place.file) / part_name(place.file.filename().string(), random());
    Descriptor file(::open(candidate.c_str(), O_CREAT | O_EXCL | O_RDWR | O_NOFOLLOW | O_CLOEXEC, 0666));
    if (!file.is_open()) {
      if (errno != EEXIST) throw_io(final_path, "can't create a file here", errno);
      continue;
    }
    struct stat facts {};
    // A clean-up may have locked it before we did. On a file system without locks no clean-up takes place.
    const bool is_taken = ::flock(file.get(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
    if (!is_taken && ::fstat(file.get(), &facts) == 0 && facts.st_nlink > 0) return {candidate, std::move(file)};
  }
  throw_io(final_path, "can't create a file here", EEXIST);
}

void write_all(int file, std::string_view content, const fs::path& path) {
  while (!content.empty()) {
    const ssize_t written = ::write(file, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) throw_io(path, "can't write it", errno);
    content.remove_prefix(static_cast<std::size_t>(written));
  }
}

/// Not every file system can flush a file or a folder.
bool is_unsupported(int error) {
  return error == EINVAL || error == ENOTSUP || error == ENOSYS;
}

void flush(int file, const fs::path& path) {
  if (::fsync(file) != 0 && !is_unsupported(errno)) throw_io(path, "can't flush it to disk", errno);
}

/// The file has its name by now, so nothing here is an error. What a file system does not offer is not even
/// a warning.
void flush_folder(const fs::path& folder) noexcept {
  const Descriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  // A folder may be writable and not readable.
  if (opened.is_open() ? ::fsync(opened.get()) == 0 : errno == EACCES) return;
  const int error = errno;
  try {
    log::write(is_unsupported(error) ? log::Level::debug : log::Level::warning, "files",
               fmt::format("{} can't be flushed to disk, a power cut may lose what was written to it: {}",
                           folder.string(), std::generic_category().message(error)));
  } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch): a log line that can't be made
  }
}

int rename_over(const char* from, const char* to) {
  return ::rename(from, to) == 0 ? 0 : errno;
}

/// 0, or why not: EEXIST when the name is taken. Where a file system supports neither the flag nor hard links,
/// there is a short race between check and rename.
int rename_if_free(const char* from, const char* to) {
  if (::renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0) return 0;
  if (errno != EINVAL && errno != ENOSYS) return errno;
  if (::link(from, to) == 0) {
    ::unlink(from);
    return 0;
  }
  if (errno != EPERM && errno != ENOTSUP && errno != ENOSYS) return errno;
  struct stat ignored {};
  if (::lstat(to, &ignored) == 0) return EEXIST;
  return errno == ENOENT ? rename_over(from, to) : errno;
}

}  // namespace

AtomicFile::AtomicFile(const fs::path& final_path, Existing existing)
    : AtomicFile(look_at_output(final_path), existing) {}

AtomicFile::AtomicFile(OutputPlace place, Existing existing) : place_(std::move(place)), existing_(existing) {
  std::tie(temporary_, file_) = create_temporary(place_);
}

AtomicFile::~AtomicFile() {
  if (!committed_) {
    std::error_code ignored;
    fs::remove(temporary_, ignored);
  }
}

void AtomicFile::write(std::string_view content) {
  if (::ftruncate(file_.get(), 0) != 0 || ::lseek(file_.get(), 0, SEEK_SET) < 0) {
    throw_io(final_path(), "can't write it", errno);
  }
  write_all(file_.get(), content, final_path());
}

void AtomicFile::copy_from(const fs::path& source) {
  const Descriptor in(::open(source.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  struct stat facts {};
  if (!in.is_open() || ::fstat(in.get(), &facts) != 0) throw_io(source, "can't read it", errno);
  if (!S_ISREG(facts.st_mode)) throw_io(source, "is no regular file", EINVAL);
  write({});
  std::string block(std::size_t{1} << 17U, '\0');
  while (true) {
    const ssize_t got = ::read(in.get(), block.data(), block.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw_io(source, "can't read it", errno);
    if (got == 0) return;
    write_all(file_.get(), std::string_view(block).substr(0, static_cast<std::size_t>(got)), final_path());
  }
}

/// In a folder that others may write to, the name may lead elsewhere by now.
void AtomicFile::require_unchanged() const {
  struct stat ours {};
  struct stat named {};
  if (::fstat(file_.get(), &ours) != 0 || ::lstat(temporary_.c_str(), &named) != 0) {
    throw_io(final_path(), "the unfinished file is gone", errno);
  }
  if (ours.st_ino == named.st_ino && ours.st_dev == named.st_dev) return;
  throw Error(ErrorCode::io, final_path().string(), "the unfinished file was replaced by another one",
              {.detail = temporary_.string(), .hint = "another user can write to this folder; choose another one"});
}

/// Another file may have been created there meanwhile. True when it may be replaced.
bool AtomicFile::may_replace() const {
  struct stat facts {};
  if (::lstat(place_.file.c_str(), &facts) != 0) {
    if (errno != ENOENT) throw_io(final_path(), "can't move the finished file here", errno);
    return existing_ == Existing::replace;
  }
  if (!S_ISREG(facts.st_mode)) {
    throw Error(ErrorCode::io, final_path().string(), fmt::format("is {} by now", file_kind(facts.st_mode)),
                {.hint = "choose another name"});
  }
  if (existing_ == Existing::replace) return true;
  return existing_ == Existing::replace_unchanged && place_.existing && stamp_of(place_.file) == place_.existing;
}

void AtomicFile::take_final_name() const {
  const int error = may_replace() ? rename_over(temporary_.c_str(), place_.file.c_str())
                                  : rename_if_free(temporary_.c_str(), place_.file.c_str());
  if (error == 0) return;
  if (error != EEXIST) throw_io(final_path(), "can't move the finished file here", error);
  throw Error(ErrorCode::io, final_path().string(), "was created or changed by another process, and is not replaced",
              {.hint = "that happened while this file was being written; choose another name, or use --overwrite"});
}

void AtomicFile::commit() {
  flush(file_.get(), final_path());
  require_unchanged();
  take_final_name();
  committed_ = true;
  flush_folder(folder_of(place_.file));
}

void write_file_atomically(const fs::path& path, std::string_view content) {
  AtomicFile file(path);
  file.write(content);
  file.commit();
}

std::string read_file(const fs::path& path, std::size_t max_bytes) {
  std::error_code error;
  if (fs::is_directory(path, error)) throw_io(path, "is a directory, not a file", EISDIR);
  std::ifstream in(path, std::ios::binary);
  if (!in) throw_io(path, "can't read it", errno);
  std::string content;
  std::string block(std::size_t{1} << 16U, '\0');
  while (in.read(block.data(), static_cast<std::streamsize>(block.size())) || in.gcount() > 0) {
    content.append(block, 0, static_cast<std::size_t>(in.gcount()));
    if (content.size() > max_bytes) throw_io(path, "is larger than expected", EFBIG);
  }
  if (in.bad()) throw_io(path, "can't read it", EIO);
  return content;
}

TemporaryDirectory::TemporaryDirectory(const fs::path& parent) {
  std::string pattern = ((parent.empty() ? fs::temp_directory_path() : parent) / ".react1-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) throw_io(pattern, "can't create a temporary folder", errno);
  path_ = pattern;
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

}  // namespace react1
