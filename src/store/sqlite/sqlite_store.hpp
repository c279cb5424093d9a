// SPDX-License-Identifier: Apache-2.0
// The job store in one SQLite file, shared by any number of threads and processes of one machine.
#pragma once

#include <memory>
#include <string>

#include <react1/jobs.hpp>

#include "core/clock.hpp"
#include "store/sqlite/sqlite.hpp"

namespace react1::store {

class SqliteStore final : public JobStore {
 public:
  /// `clock` must outlive the store. Throws Error{io}, as every call does; all of them wait for others
  /// (store/common/patience).
  SqliteStore(const std::string& path, const Clock& clock);

  [[nodiscard]] Opened open(const Job& job, bool again) override;
  [[nodiscard]] bool move(Job& job, JobState from, JobState to) override;
  [[nodiscard]] Reserved reserve(Job& job, const Rational& budget_usd, std::int64_t since_ms) override;
  [[nodiscard]] Rational spent_usd(std::int64_t since_ms) const override;
  [[nodiscard]] bool renew(Job& job) override;
  [[nodiscard]] bool update(const Job& job) override;
  [[nodiscard]] std::optional<Job> find(std::string_view id) const override;
  [[nodiscard]] std::optional<Job> find_by_request(std::string_view request_id) const override;
  [[nodiscard]] std::optional<Job> find_by_token(std::string_view token) const override;
  [[nodiscard]] bool claim_holds(const Job& job) const override;
  [[nodiscard]] std::string journal_path() const override;
  [[nodiscard]] std::vector<JobEvent> events(std::string_view job_id) const override;
  [[nodiscard]] std::vector<Job> list(std::optional<JobState> state, std::size_t limit) const override;
  [[nodiscard]] std::vector<JobRow> rows(std::optional<JobState> state, std::size_t limit,
                                         const JobRow* after) const override;

 private:
  [[nodiscard]] std::int64_t now_ms() const;
  // These two leave the locking, and the transaction, to their callers.
  [[nodiscard]] std::int64_t spent_microusd(std::int64_t since_ms) const;
  [[nodiscard]] bool write(Job& job, JobState from, JobState to);
  /// In a transaction of its own; the locking is the caller's.
  [[nodiscard]] bool write_alone(Job& job, JobState from, JobState to);
  [[nodiscard]] std::optional<Job> newest_with(const char* column, std::string_view value) const;

  const Clock& clock_;
  mutable Turn turn_;  // serialises the use of database_
  mutable Database database_;
};

}  // namespace react1::store
