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
#include "store/patience.hpp"
#include "store/sqlite_store.hpp"
#include "store/state_folder.hpp"

namespace react1 {
namespace {

namespace fs = std::filesystem;

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : value;
}

void create_folder(const fs::path& folder) {
  std::error_code failed;
  if (fs::create_directories(folder, failed); failed) {
    throw Error(
        ErrorCode::io, folder.string(), "cannot create the folder of the job store",
        {.detail = failed.message(), .hint = "name a place that you can write to with --store or REACT1_STATE_DIR"});
  }
}

}  // namespace

std::filesystem::path store::state_folder() {
  if (const std::string named = environment("REACT1_STATE_DIR"); !named.empty()) return named;
  if (const std::string base = environment("XDG_STATE_HOME"); !base.empty()) return fs::path(base) / "react1";
  if (const std::string home = environment("HOME"); !home.empty()) return fs::path(home) / ".local/state/react1";
  throw Error(ErrorCode::io, "REACT1_STATE_DIR", "there is no place for the job store",
              {.detail = "neither REACT1_STATE_DIR, XDG_STATE_HOME nor HOME is set",
               .hint = "set REACT1_STATE_DIR to a folder that you can write to"});
}

std::string state_directory() {
  const fs::path folder = store::state_folder();
  const bool named_by_us = environment("REACT1_STATE_DIR").empty();  // not a folder of the user that was there before
  std::error_code ignored;
  const bool is_ours = named_by_us || !fs::exists(folder, ignored);
  create_folder(folder);
  if (is_ours) {
    // Only for the user: job rows name clips and people's folders. A file system without permissions is no reason to
    // stop.
    fs::permissions(folder, fs::perms::owner_all, ignored);
  }
  return fs::absolute(folder).string();
}

std::chrono::milliseconds claim_lease() noexcept {
  return std::chrono::seconds(30);
}

std::unique_ptr<JobStore> open_job_store(const std::string& path, const std::stop_token& stop) {
  const store::StopScope stoppable(stop);
  const store::Patience patience;
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
