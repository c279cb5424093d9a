// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <react1/jobs.hpp>
#include <string_view>
#include <system_error>

#include "doctor/examinations.hpp"
#include "store/state_folder.hpp"
#include "store/trial.hpp"

namespace react1::doctor {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kLeastBytes = 64ULL << 20;  // a prepared pair and the store with its log
constexpr std::uint64_t kUsualBytes = 1ULL << 30;
constexpr std::size_t kMostUnknown = 100;
constexpr const char* kLocal = "keep jobs on a local disk: REACT1_STATE_DIR names another folder";

struct FileSystem {
  std::uint32_t magic;
  std::string_view name;
};
/// File systems whose locks depend on a server or a program. Numbers: linux/magic.h, and SMB2 and CIFS from the
/// kernel's fs/smb.
constexpr std::array<FileSystem, 6> kRemote{{{0x6969, "NFS"},
                                             {0x517B, "SMB"},
                                             {0xFF534D42, "CIFS"},
                                             {0xFE534D42, "SMB2"},
                                             {0x65735546, "FUSE"},
                                             {0x01021997, "9P"}}};

Finding owner_of(const std::string& folder) {
  struct stat facts {};
  if (::stat(folder.c_str(), &facts) != 0) {
    const int reason = errno;
    return failed("state_folder", ErrorCode::io, fmt::format("{}: {}", folder, std::generic_category().message(reason)),
                  "name a folder that you can write to with REACT1_STATE_DIR");
  }
  if (facts.st_uid != ::geteuid()) {
    return warning("state_folder", fmt::format("{} belongs to another user", folder),
                   "change its owner to the user that runs react1 (chown), or name another with REACT1_STATE_DIR");
  }
  if ((facts.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return warning("state_folder",
                   fmt::format("{} is accessible to other users (mode {:o})", folder, facts.st_mode & 07777U),
                   "chmod 700, unless this is intended");
  }
  return good("state_folder", fmt::format("{} exists, accessible to this user only", folder));
}

Finding space_of(const std::string& folder) {
  struct statvfs facts {};
  if (::statvfs(folder.c_str(), &facts) != 0) return skipped("disk_space", "the file system does not report it");
  const std::uint64_t bytes = static_cast<std::uint64_t>(facts.f_bavail) * facts.f_frsize;
  const std::string free = fmt::format("{} MB are free in {}", bytes >> 20, folder);
  const char* cure = "make room, or name another folder with REACT1_STATE_DIR";
  if (bytes < kLeastBytes) return failed("disk_space", ErrorCode::io, free, cure);
  if (bytes < kUsualBytes) return warning("disk_space", free, cure);
  return good("disk_space", free);
}

Finding file_system_of(const std::string& folder) {
  struct statfs facts {};
  if (::statfs(folder.c_str(), &facts) != 0) return skipped("file_system", "the file system does not report it");
  for (const FileSystem& remote : kRemote) {
    if (static_cast<std::uint32_t>(facts.f_type) == remote.magic) {
      return warning("file_system", fmt::format("{} is on {}, where locks may not work", folder, remote.name), kLocal);
    }
  }
  return good("file_system", "a local file system");
}

Finding locks_in(const std::string& folder) {
  try {
    store::try_store_in(folder);
  } catch (const Error& error) {
    return failed("locks", error.code(), error.what(), error.hint().empty() ? kLocal : error.hint());
  } catch (const fs::filesystem_error& error) {
    return failed("locks", ErrorCode::io, error.what(), kLocal);
  }
  return good("locks", "a store can be created, written and locked there");
}

Finding look_into(const std::string& path) {
  std::error_code ignored;
  if (!fs::exists(path, ignored)) return good("job_store", fmt::format("{} is created with the first job", path));
  const auto jobs = open_job_store(path);
  const std::size_t unknown = jobs->rows(JobState::outcome_unknown, kMostUnknown).size();
  if (unknown > 0) {
    return warning("job_store",
                   fmt::format("{} has {}{} job{} whose paid call has an unknown outcome", path,
                               unknown == kMostUnknown ? "at least " : "", unknown, unknown == 1 ? "" : "s"),
                   "`react1 jobs list --state outcome_unknown` lists them, `react1 jobs resolve` resolves them");
  }
  return good("job_store", fmt::format("{} can be read and written", path));
}

}  // namespace

void check_state(const DoctorOptions& options, Findings& findings) {
  std::string folder = options.state_directory;
  try {
    if (folder.empty()) folder = state_directory();
  } catch (const Error& error) {
    findings.push_back(failed("state_folder", error));
    return;
  }
  findings.push_back(owner_of(folder));
  if (findings.back().health == Health::failed) return;
  findings.push_back(space_of(folder));
  const std::string path = options.store.empty() ? (fs::path(folder) / store::kStoreName).string() : options.store;
  const std::string place = fs::absolute(path).parent_path().string();
  findings.push_back(file_system_of(place));
  findings.push_back(locks_in(place));
  if (findings.back().health == Health::failed) return;
  try {
    findings.push_back(look_into(path));
  } catch (const Error& error) {
    findings.push_back(failed("job_store", error));
  }
}

}  // namespace react1::doctor
