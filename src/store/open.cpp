// SPDX-License-Identifier: Apache-2.0
// Where the store is, and how it is opened.
#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>

#include <react1/error.hpp>
#include <react1/jobs.hpp>

#include "core/boundary.hpp"
#include "core/clock.hpp"
#include "core/log.hpp"
#include "store/common/job_columns.hpp"
#include "store/common/patience.hpp"
#include "store/paid_call.hpp"
#include "store/postgres/postgres_address.hpp"
#include "store/postgres/postgres_store.hpp"
#include "store/sqlite/sqlite_store.hpp"
#include "store/state_folder.hpp"

namespace react1::REACT1_ABI {

JobStore::JobStore() = default;
JobStore::~JobStore() = default;
std::vector<JobEvent> JobStore::events(std::string_view /*job_id*/) const {
  return {};
}
std::vector<JobRow> JobStore::rows(std::optional<JobState> state, std::size_t limit, const JobRow* after) const {
  std::vector<JobRow> rows;
  for (Job& job : list(state, static_cast<std::size_t>(INT32_MAX))) {
    if (rows.size() == limit) break;
    if (after == nullptr || store::comes_after(job, *after)) rows.push_back(std::move(job));
  }
  return rows;
}
std::string JobStore::journal_path() const {
  return {};
}

namespace {

namespace fs = std::filesystem;

template <class Work>
auto guard(const Work& work) {
  return at_boundary("the job store", work);
}

/// The store for callers of the library: throws only Error.
class GuardedStore final : public JobStore {
 public:
  explicit GuardedStore(std::unique_ptr<JobStore> store) : store_(std::move(store)) {}

  [[nodiscard]] Opened open(const Job& job, bool again) override {
    return guard([&] { return store_->open(job, again); });
  }
  [[nodiscard]] bool move(Job& job, JobState from, JobState to) override {
    return guard([&] { return store_->move(job, from, to); });
  }
  [[nodiscard]] Reserved reserve(Job& job, const Rational& budget_usd, std::int64_t since_ms) override {
    return guard([&] { return store_->reserve(job, budget_usd, since_ms); });
  }
  [[nodiscard]] Rational spent_usd(std::int64_t since_ms) const override {
    return guard([&] { return store_->spent_usd(since_ms); });
  }
  [[nodiscard]] bool renew(Job& job) override {
    return guard([&] { return store_->renew(job); });
  }
  [[nodiscard]] bool update(const Job& job) override {
    return guard([&] { return store_->update(job); });
  }
  [[nodiscard]] std::optional<Job> find(std::string_view id) const override {
    return guard([&] { return store_->find(id); });
  }
  [[nodiscard]] std::optional<Job> find_by_request(std::string_view request_id) const override {
    return guard([&] { return store_->find_by_request(request_id); });
  }
  [[nodiscard]] std::optional<Job> find_by_token(std::string_view token) const override {
    return guard([&] { return store_->find_by_token(token); });
  }
  [[nodiscard]] bool claim_holds(const Job& job) const override {
    return guard([&] { return store_->claim_holds(job); });
  }
  [[nodiscard]] std::vector<JobEvent> events(std::string_view job_id) const override {
    return guard([&] { return store_->events(job_id); });
  }
  [[nodiscard]] std::string journal_path() const override {
    return guard([&] { return store_->journal_path(); });
  }
  [[nodiscard]] std::vector<Job> list(std::optional<JobState> state, std::size_t limit) const override {
    return guard([&] { return store_->list(state, limit); });
  }
  [[nodiscard]] std::vector<JobRow> rows(std::optional<JobState> state, std::size_t limit,
                                         const JobRow* after) const override {
    return guard([&] { return store_->rows(state, limit, after); });
  }

 private:
  std::unique_ptr<JobStore> store_;
};

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : value;
}

/// Private to the user when it is created here: job rows contain clips and folders. An existing one is not changed.
void create_folder(const fs::path& folder) {
  std::error_code failed;
  const bool is_new = fs::create_directories(folder, failed);
  std::error_code ignored;  // a file system without permissions is no error
  if (is_new && !failed) fs::permissions(folder, fs::perms::owner_all, ignored);
  if (failed) {
    throw Error(ErrorCode::io, folder.string(), "cannot create the folder of the job store",
                {.detail = failed.message(), .hint = "choose a writable place with --store or REACT1_STATE_DIR"});
  }
}

fs::path folder_from_environment() {
  if (const std::string named = environment("REACT1_STATE_DIR"); !named.empty()) return named;
  if (const std::string base = environment("XDG_STATE_HOME"); !base.empty()) return fs::path(base) / "react1";
  if (const std::string home = environment("HOME"); !home.empty()) return fs::path(home) / ".local/state/react1";
  throw Error(ErrorCode::io, "REACT1_STATE_DIR", "there is no folder for the job store",
              {.detail = "neither REACT1_STATE_DIR, XDG_STATE_HOME nor HOME is set",
               .hint = "set REACT1_STATE_DIR to a writable folder"});
}

std::string find_state_directory() {
  const fs::path folder = folder_from_environment();
  const bool named_by_us = environment("REACT1_STATE_DIR").empty();  // not a folder that the user had created before
  create_folder(folder);
  std::error_code ignored;
  if (named_by_us) fs::permissions(folder, fs::perms::owner_all, ignored);
  return fs::absolute(folder).string();
}

/// `jobs`, after adding what earlier processes noted about accepted requests and could not store.
std::unique_ptr<JobStore> recovered(std::unique_ptr<JobStore> jobs) {
  try {
    static_cast<void>(store::recover_accepted(*jobs));
  } catch (const Error& error) {  // reading jobs needs no journal; paying does, and reports the failure
    log::warning("store", error.what());
  }
  return jobs;
}

std::unique_ptr<JobStore> open_store(const std::string& path, const std::stop_token& stop) {
  const store::StopScope stoppable(stop);
  const store::Patience patience;
  if (store::is_postgres_address(path)) {
    static_cast<void>(
        store::PostgresConnection(path));  // an address that can't be read is refused before a folder is made
    return recovered(std::make_unique<store::PostgresStore>(path, find_state_directory()));
  }
  if (const auto scheme_end = path.find("://"); scheme_end != std::string::npos) {
    throw Error(ErrorCode::usage, "--store", "a job store is not kept at " + path.substr(0, scheme_end) + "://",
                {.hint = "give the path of a file, or postgresql://[USER@]HOST[:PORT]/DATABASE"});
  }
  if (path.empty()) {
    throw Error(ErrorCode::usage, "--store", "the path of the job store is empty");
  }
  if (const fs::path folder = fs::path(path).parent_path(); !folder.empty()) {
    create_folder(folder);
  }
  return recovered(std::make_unique<store::SqliteStore>(path, system_clock()));
}

}  // namespace

std::string state_directory() {
  return at_boundary("state_directory", [] { return find_state_directory(); });
}

std::chrono::milliseconds claim_lease() noexcept {
  return std::chrono::seconds(30);
}

std::unique_ptr<JobStore> open_job_store(const std::string& path, const std::stop_token& stop) {
  return at_boundary("open_job_store", [&]() -> std::unique_ptr<JobStore> {
    return std::make_unique<GuardedStore>(open_store(path, stop));
  });
}

}  // namespace react1::REACT1_ABI

namespace react1::store {

std::filesystem::path state_folder() {
  return folder_from_environment();
}

}  // namespace react1::store
