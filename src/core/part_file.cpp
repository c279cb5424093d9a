// SPDX-License-Identifier: Apache-2.0
#include "core/part_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <climits>
#include <ctime>

#include "core/descriptor.hpp"
#include "core/housekeeping.hpp"

namespace react1 {
namespace {

constexpr std::string_view kTag = ".react1-";
constexpr std::string_view kEnd = ".part";
constexpr std::size_t kTagDigits = 8;
constexpr std::size_t kAround = 1 + kTag.size() + kTagDigits + kEnd.size();

/// Locks of another machine may not be visible on a network file system, so a part must also be unchanged for a while.
bool may_hide_locks(int folder) {
  constexpr unsigned kNfs = 0x6969, kCifs = 0xFF534D42, kSmb2 = 0xFE534D42, kFuse = 0x65735546;
  struct statfs facts {};
  if (::fstatfs(folder, &facts) != 0) return true;
  const auto type = static_cast<unsigned>(facts.f_type);
  return type == kNfs || type == kCifs || type == kSmb2 || type == kFuse;
}

void remove_stale(int folder, const char* name, bool must_rest) {
  constexpr std::time_t kRest = 3600;
  const Descriptor file(::openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  struct stat facts {};
  if (!file.is_open() || ::fstat(file.get(), &facts) != 0) return;
  if (!S_ISREG(facts.st_mode) || facts.st_uid != ::geteuid() || facts.st_nlink != 1) return;
  if (must_rest && std::time(/*timer=*/nullptr) - facts.st_mtim.tv_sec < kRest) return;
  if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) return;  // in use, or there are no locks
  static_cast<void>(::unlinkat(folder, name, /*flag=*/0));
}

}  // namespace

std::string part_name(const std::string& final_name, unsigned random) {
  return fmt::format(".{}{}{:08x}{}", final_name.substr(0, NAME_MAX - kAround), kTag, random, kEnd);
}

std::string_view final_name_of_part(std::string_view name) {
  if (name.size() <= kAround || name.front() != '.' || !name.ends_with(kEnd)) return {};
  const std::string_view digits = name.substr(name.size() - kEnd.size() - kTagDigits, kTagDigits);
  const bool are_digits = std::all_of(digits.begin(), digits.end(),
                                      [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
  const std::string_view rest = name.substr(1, name.size() - 1 - kEnd.size() - kTagDigits);
  if (!are_digits || !rest.ends_with(kTag)) return {};
  return rest.substr(0, rest.size() - kTag.size());
}

void sweep_parts(const std::filesystem::path& folder) noexcept {
  clean_up([&] {
    const Descriptor opened(::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!opened.is_open()) return;
    const bool must_rest = may_hide_locks(opened.get());
    for (const std::string& name : names_in(opened.get())) {
      if (!final_name_of_part(name).empty()) remove_stale(opened.get(), name.c_str(), must_rest);
    }
  });
}

}  // namespace react1
