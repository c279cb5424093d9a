// Where the store is and how a program gets one.
#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>

#include <react1/error.hpp>
#include <react1/jobs.hpp>

#include "core/clock.hpp"
#include "core/log.hpp"
#include "store/paid_call.hpp"
#include "store/sqlite_store.hpp"

namespace react1 {
namespace {

namespace fs = std::filesystem;

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : value;
}

/// For the user alone when it is made here: job rows name clips and people's folders. One that was there is his.
void create_folder(const fs::path& folder) {
  std::error_code failed;
  const bool is_new = fs::create_directories(folder, failed);
  std::error_code ignored;  // a file system without permissions is no reason to stop
  if (is_new && !failed) fs::permissions(folder, fs::perms::owner_all, ignored);
  if (failed) {
    throw Error(
        ErrorCode::io, folder.string(), "cannot create the folder of the job store",
        {.detail = failed.message(), .hint = "name a place that you can write to with --store or REACT1_STATE_DIR"});
  }
}

}  // namespace

std::string state_directory() {
  fs::path folder = environment("REACT1_STATE_DIR");
  const bool named_by_us = folder.empty();  // not a folder of the user that was there before
  if (folder.empty()) {
    if (const std::string base = environment("XDG_STATE_HOME"); !base.empty()) {
      folder = fs::path(base) / "react1";
    } else if (const std::string home = environment("HOME"); !home.empty()) {
      folder = fs::path(home) / ".local" / "state" / "react1";
    } else {
      throw Error(ErrorCode::io, "REACT1_STATE_DIR", "there is no place for the job store",
                  {.detail = "neither REACT1_STATE_DIR, XDG_STATE_HOME nor HOME is set",
                   .hint = "set REACT1_STATE_DIR to a folder that you can write to"});
    }
  }
  create_folder(folder);
  std::error_code ignored;
  if (named_by_us) fs::permissions(folder, fs::perms::owner_all, ignored);
  return fs::absolute(folder).string();
}

std::chrono::milliseconds claim_lease() noexcept {
  return std::chrono::seconds(30);
}

std::unique_ptr<JobStore> open_job_store(const std::string& path) {
  if (path.rfind("postgresql://", 0) == 0 || path.rfind("postgres://", 0) == 0) {
    throw Error(ErrorCode::usage, "--store", "this build keeps jobs in SQLite files only",
                {.hint = "give a path instead of a database URL"});
  }
  if (path.empty()) {
    throw Error(ErrorCode::usage, "--store", "the path of the job store is empty");
  }
  if (const fs::path folder = fs::path(path).parent_path(); !folder.empty()) {
    create_folder(folder);
  }
  auto jobs = std::make_unique<store::SqliteStore>(path, system_clock());
  try {
    static_cast<void>(store::recover_accepted(*jobs));
  } catch (const Error& error) {  // reading jobs needs no journal; paying does, and says so
    log::warning("store", error.what());
  }
  return jobs;
}

}  // namespace react1
