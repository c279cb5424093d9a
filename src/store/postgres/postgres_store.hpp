// SPDX-License-Identifier: Apache-2.0
// The job store in a PostgreSQL database, shared by any number of machines. Only the database's clock counts. Writes
// that decide about money are durable at the server when a call returns, and a write whose answer was lost is read
// back.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <react1/jobs.hpp>

#include "store/postgres/connection.hpp"

namespace react1::store {

class PostgresStore final : public JobStore {
 public:
  /// Connects, and creates the tables if there are none (postgres_schema.hpp). `journal_folder`: where the ids of
  /// accepted requests are noted, on this machine. Throws Error{io}, as every call does; all of them wait for locks,
  /// and for a server that is restarting (store/common/patience).
  PostgresStore(const std::string& address, std::string journal_folder);

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
  [[nodiscard]] std::vector<JobEvent> events(std::string_view job_id) const override;
  [[nodiscard]] std::string journal_path() const override;
  [[nodiscard]] std::vector<Job> list(std::optional<JobState> state, std::size_t limit) const override;
  [[nodiscard]] std::vector<JobRow> rows(std::optional<JobState> state, std::size_t limit,
                                         const JobRow* after) const override;

 private:
  /// `work` runs on a connection until it returns a value; nullopt: the connection was lost, or the server has rolled
  /// back, and it is retried.
  template <class Work>
  [[nodiscard]] auto until_answered(const Work& work) const;
  [[nodiscard]] std::vector<Job> select(const std::string& rest, const Values& values) const;
  [[nodiscard]] std::optional<Job> select_one(const std::string& rest, std::string_view value) const;

  mutable Turn turn_;  // serialises the use of connection_
  mutable PostgresConnection connection_;
  std::string journal_folder_;
  mutable std::string store_id_;
};

}  // namespace react1::store
