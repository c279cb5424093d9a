// SPDX-License-Identifier: Apache-2.0
#include "core/own_folder.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <mutex>
#include <set>

#include "core/housekeeping.hpp"
#include "core/log.hpp"
#include "core/part_file.hpp"

namespace react1 {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view kWorkshopPrefix = ".react1-";
constexpr std::size_t kRandomLetters = 6;  // of mkdtemp

bool is_workshop_name(std::string_view name) {
  if (name.size() != kWorkshopPrefix.size() + kRandomLetters || !name.starts_with(kWorkshopPrefix)) return false;
  return std::all_of(name.begin() + kWorkshopPrefix.size(), name.end(),
                     [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); });
}

constexpr HouseKeeper::Rule kWorkshops{"workshop", is_workshop_name, /*is_locked_in_use=*/true};

/// Logs once per place what is not removed, and why.
void warn_once(const fs::path& path, const char* why) {
  static std::mutex mutex;
  static std::set<std::string> warned;
  const std::lock_guard lock(mutex);
  if (warned.insert(path.string()).second) log::warning("clean-up", fmt::format("{}: {}", path.string(), why));
}

bool is_mine(const struct stat& facts) {
  return facts.st_uid == ::geteuid();
}

/// The whole mark, or nothing when there is none of ours.
std::string read_mark(int folder) {
  const Descriptor file(::openat(folder, kMarkName, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  struct stat facts {};
  if (!file.is_open() || ::fstat(file.get(), &facts) != 0 || !S_ISREG(facts.st_mode) || !is_mine(facts)) return {};
  std::array<char, 512> text{};
  const ssize_t size = ::read(file.get(), text.data(), text.size());
  return size > 0 ? std::string(text.data(), static_cast<std::size_t>(size)) : std::string();
}

bool holds_only_our_files(int folder) {
  for (const std::string& name : names_in(folder)) {
    struct stat facts {};
    if (!is_clip_file_name(name) || ::fstatat(folder, name.c_str(), &facts, AT_SYMLINK_NOFOLLOW) != 0) return false;
    if (!S_ISREG(facts.st_mode) || !is_mine(facts)) return false;
  }
  return true;
}

bool is_proved(int folder, const std::string& name, const HouseKeeper::Rule& rule) {
  struct stat facts {};
  if (::fstat(folder, &facts) != 0 || !is_mine(facts)) return false;
  return read_mark(folder) == mark_text(rule.kind, name) && holds_only_our_files(folder);
}

std::chrono::nanoseconds since_epoch(fs::file_time_type time) {
  return std::chrono::file_clock::to_sys(time).time_since_epoch();
}

bool is_older(int folder, fs::file_time_type oldest) {
  struct stat facts {};
  if (::fstat(folder, &facts) != 0) return false;
  const auto written = std::chrono::seconds(facts.st_mtim.tv_sec) + std::chrono::nanoseconds(facts.st_mtim.tv_nsec);
  return written < since_epoch(oldest);
}

/// The mark is removed last, so that a partly removed folder is still recognised the next time.
bool remove_files(int folder) {
  for (const std::string& name : names_in(folder)) {
    if (name != kMarkName && ::unlinkat(folder, name.c_str(), /*flag=*/0) != 0) return false;
  }
  return ::unlinkat(folder, kMarkName, /*flag=*/0) == 0;
}

}  // namespace

std::string mark_text(std::string_view kind, std::string_view name) {
  return fmt::format("react1 {} {}\nreact1 made this folder and removes it.\n", kind, name);
}

void mark_folder(const fs::path& folder, std::string_view kind, std::string_view name) {
  write_file_atomically(folder / kMarkName, mark_text(kind, name));
}

bool is_clip_file_name(std::string_view name) {
  constexpr std::array<std::string_view, 4> kNames{"video.mp4", "audio.mp3", "prepare.json", kMarkName};
  const auto is_one = [&](std::string_view text) {
    return std::find(kNames.begin(), kNames.end(), text) != kNames.end();
  };
  return is_one(name) || is_one(final_name_of_part(name));
}

Workshop::Workshop(const fs::path& parent)
    : folder_(parent), lock_(::open(folder_.path().c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)) {
  // Before the mark: a marked folder without a lock is one whose process has ended.
  if (lock_.is_open()) static_cast<void>(::flock(lock_.get(), LOCK_EX | LOCK_NB));
  mark_folder(folder_.path(), kWorkshops.kind, folder_.path().filename().string());
}

HouseKeeper::HouseKeeper(const fs::path& root, Root whose)
    : path_(root), root_(::open(root.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)) {
  if (whose == Root::any) return;
  struct stat facts {};
  if (!root_.is_open()) {
    if (errno == ELOOP || errno == ENOTDIR) warn_once(root, "is a symlink or no folder; nothing is removed there");
    return;
  }
  if (::fstat(root_.get(), &facts) == 0 && is_mine(facts)) return;
  warn_once(root, "belongs to another user; nothing is removed there");
  root_.close();
}

void HouseKeeper::lock() noexcept {
  while (root_.is_open() && ::flock(root_.get(), LOCK_EX) != 0 && errno == EINTR) {
  }
}

std::vector<std::string> HouseKeeper::candidates(const Rule& rule) const {
  std::vector<std::string> names;
  if (!root_.is_open()) return names;
  for (std::string& name : names_in(root_.get())) {
    if (rule.is_name(name)) names.push_back(std::move(name));
  }
  return names;
}

Descriptor HouseKeeper::open_folder(const std::string& name) const {
  return Descriptor(::openat(root_.get(), name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
}

bool HouseKeeper::is_ours(const std::string& name, const Rule& rule) const {
  if (!root_.is_open() || !rule.is_name(name)) return false;
  const Descriptor folder = open_folder(name);
  return folder.is_open() && is_proved(folder.get(), name, rule);
}

bool HouseKeeper::remove(const std::string& name, const Rule& rule, std::optional<fs::file_time_type> oldest) const {
  if (!root_.is_open() || !rule.is_name(name)) return false;
  const Descriptor folder = open_folder(name);
  if (!folder.is_open()) return false;
  if (rule.is_locked_in_use && ::flock(folder.get(), LOCK_EX | LOCK_NB) != 0) return false;
  if (oldest && !is_older(folder.get(), *oldest)) return false;
  if (!is_proved(folder.get(), name, rule)) {
    if (oldest) warn_once(path_ / name, "is not removed: it contains files that react1 did not create");
    return false;
  }
  return remove_files(folder.get()) && ::unlinkat(root_.get(), name.c_str(), AT_REMOVEDIR) == 0;
}

void sweep_workshops(const fs::path& parent) noexcept {
  clean_up([&] {
    const HouseKeeper keeper(parent, HouseKeeper::Root::any);
    for (const std::string& name : keeper.candidates(kWorkshops)) static_cast<void>(keeper.remove(name, kWorkshops));
  });
}

}  // namespace react1
