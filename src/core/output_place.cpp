// SPDX-License-Identifier: Apache-2.0
#include "core/output_place.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <limits>
#include <react1/error.hpp>
#include <string>
#include <system_error>

#include "core/file_kind.hpp"

namespace react1 {
namespace fs = std::filesystem;
namespace {

std::string words_of(int error) {
  return std::generic_category().message(error);
}

[[noreturn]] void refuse(const fs::path& path, std::string message, std::string detail = {}) {
  throw Error(ErrorCode::usage, path.string(), std::move(message),
              {.detail = std::move(detail), .hint = "name another output"});
}

/// What `error`, from examining `path`, means for an output.
[[noreturn]] void refuse_by(const fs::path& path, int error) {
  if (error == ENAMETOOLONG) refuse(path, "this name is too long for a file here", words_of(error));
  if (error == ELOOP) refuse(path, "this path has a loop of symlinks", words_of(error));
  std::string hint = "check the path";
  if (error == EACCES || error == EPERM) hint = "check the permissions of the folder";
  throw Error(ErrorCode::io, path.string(), "can't create a file here",
              {.detail = words_of(error), .hint = std::move(hint)});
}

void require_file_name(const fs::path& path) {
  const std::string text = path.string();
  const std::string name = path.filename().string();
  if (text.find('\0') != std::string::npos) refuse("-o", "a path can't hold a NUL character");
  if (!name.empty() && name != "." && name != "..") return;
  throw Error(ErrorCode::usage, text.empty() ? "-o" : text, "a file name is needed, not a folder",
              {.hint = "for example -o " + (path / "out.mp4").string()});
}

void require_folder(const fs::path& file) {
  struct stat facts {};
  const fs::path folder = folder_of(file);
  if (::stat(folder.c_str(), &facts) != 0) refuse_by(file, errno);
  if (!S_ISDIR(facts.st_mode)) refuse_by(file, ENOTDIR);
}

fs::path followed(const fs::path& link) {
  std::error_code error;
  fs::path target = fs::canonical(link, error);
  if (!error) return target;
  const bool leads_nowhere = error.value() == ENOENT || error.value() == ENOTDIR;
  refuse(link,
         leads_nowhere ? "is a dangling symlink; nothing is written through it" : "is a symlink that can't be followed",
         error.message());
}

FileStamp stamp_from(const struct stat& facts) {
  constexpr std::int64_t kSecond = 1'000'000'000;
  return {facts.st_dev, facts.st_ino, facts.st_size, facts.st_mtim.tv_sec * kSecond + facts.st_mtim.tv_nsec};
}

/// Renaming over a file needs more permissions than writing to its folder.
void require_replaceable(const fs::path& file, const struct stat& facts) {
  const auto fixed = [&](const char* why, const char* hint) {
    throw Error(ErrorCode::io, file.string(), "this file can't be replaced", {.detail = why, .hint = hint});
  };
  struct stat folder {};
  if (::stat(folder_of(file).c_str(), &folder) != 0) refuse_by(file, errno);
  const uid_t me = ::geteuid();
  const bool is_sticky = (folder.st_mode & S_ISVTX) != 0;
  if (is_sticky && me != 0 && facts.st_uid != me && folder.st_uid != me) {
    fixed("it belongs to another user, and in this folder only owners replace their files", "name another output");
  }
  struct statx more {};
  if (::statx(AT_FDCWD, file.c_str(), AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS, &more) != 0) return;
  if ((more.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0) {
    fixed("it is mounted by itself, as into a container", "mount its folder, or name another output");
  }
  if ((more.stx_attributes & (STATX_ATTR_IMMUTABLE | STATX_ATTR_APPEND)) != 0) {
    fixed("its attributes forbid it (see lsattr)", "name another output");
  }
}

}  // namespace

fs::path folder_of(const fs::path& file) {
  return file.has_parent_path() ? file.parent_path() : fs::path(".");
}

std::optional<FileStamp> stamp_of(const fs::path& path) {
  struct stat facts {};
  if (::lstat(path.c_str(), &facts) != 0 || !S_ISREG(facts.st_mode)) return std::nullopt;
  return stamp_from(facts);
}

OutputPlace look_at_output(const fs::path& path) {
  require_file_name(path);
  OutputPlace place{.named = path, .file = path, .existing = std::nullopt};
  struct stat facts {};
  if (::lstat(path.c_str(), &facts) != 0) {
    if (errno != ENOENT) refuse_by(path, errno);
    require_folder(path);
    return place;
  }
  const bool is_link = S_ISLNK(facts.st_mode);
  if (is_link) {
    place.file = followed(path);
    if (::lstat(place.file.c_str(), &facts) != 0) refuse_by(path, errno);
  }
  if (!S_ISREG(facts.st_mode)) {
    refuse(path, fmt::format("is {}{}, not a file that could be replaced by a result", is_link ? "a symlink to " : "",
                             file_kind(facts.st_mode)));
  }
  require_replaceable(place.file, facts);
  place.existing = stamp_from(facts);
  return place;
}

void require_room(const OutputPlace& place, std::int64_t bytes) {
  const auto too_little = [&](const char* what, std::uint64_t have, const char* hint) {
    throw Error(ErrorCode::io, place.named.string(), "the result would not fit here",
                {.detail = fmt::format("{}: {} bytes; about {} are needed", what, have, bytes), .hint = hint});
  };
  const auto needed = static_cast<std::uint64_t>(bytes);
  struct statvfs facts {};
  // Some network and user-space file systems do not know their size and report 0 of 0.
  if (::statvfs(folder_of(place.file).c_str(), &facts) == 0 && facts.f_blocks != 0) {
    const std::uint64_t block = facts.f_frsize;
    const bool is_huge = block != 0 && facts.f_bavail > std::numeric_limits<std::uint64_t>::max() / block;
    if (!is_huge && facts.f_bavail * block < needed) {
      too_little("free space", facts.f_bavail * block, "free some space, or choose another folder");
    }
  }
  rlimit limit{};
  if (::getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY && limit.rlim_cur < needed) {
    too_little("the limit for a file's size", limit.rlim_cur, "raise it (ulimit -f)");
  }
}

}  // namespace react1
