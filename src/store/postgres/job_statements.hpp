// SPDX-License-Identifier: Apache-2.0
// What is read from and written to the three tables of jobs, one statement each.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include <react1/jobs.hpp>

#include "store/common/job_columns.hpp"
#include "store/postgres/transaction.hpp"

namespace react1::store {

/// One row of a result, in the form read_job() and read_event() need.
class RowOf {
 public:
  RowOf(const Rows& rows, int row, std::span<const JobColumn> columns) : rows_(rows), row_(row), columns_(columns) {}
  [[nodiscard]] std::string text(int column) const {
    const auto at = static_cast<std::size_t>(column);
    const bool is_document = at >= columns_.size();
    return is_document || columns_[at].kind == JobColumn::Kind::bytes ? rows_.bytes(row_, column)
                                                                      : rows_.text(row_, column);
  }
  [[nodiscard]] std::int64_t number(int column) const { return rows_.number(row_, column); }

 private:
  const Rows& rows_;
  int row_;
  std::span<const JobColumn> columns_;
};

/// For job_events; the last column is bytes.
class EventRow {
 public:
  EventRow(const Rows& rows, int row) : rows_(rows), row_(row) {}
  [[nodiscard]] std::string text(int column) const {
    return column == kReason ? rows_.bytes(row_, column) : rows_.text(row_, column);
  }
  [[nodiscard]] std::int64_t number(int column) const { return rows_.number(row_, column); }

 private:
  static constexpr int kReason = 6;
  const Rows& rows_;
  int row_;
};

/// A SELECT of jobs with their documents.
[[nodiscard]] std::string select_jobs(const std::string& rest);

/// When the write with this id was committed, by an attempt whose answer was lost; nullopt: it was not.
[[nodiscard]] std::optional<std::int64_t> written_ms(PgTransaction& transaction, const std::string& write_id);
void add_event(PgTransaction& transaction, const Job& job, JobState from, const std::string& write_id);
/// The row and its documents.
void insert_job(PgTransaction& transaction, const Job& job);
/// Writes all of `after` that a move may change, if the row is still `before` in state `from`.
[[nodiscard]] bool update_job(PgTransaction& transaction, const Job& after, const Job& before, JobState from);
[[nodiscard]] std::optional<Job> newest_live(PgTransaction& transaction, const std::string& intent,
                                             const std::string& where);
/// Whether another job has the request of this one.
[[nodiscard]] bool belongs_to_another(PgTransaction& transaction, const Job& job);
/// Millionths of a dollar.
[[nodiscard]] std::int64_t spent(PgTransaction& transaction, std::int64_t since_ms);

}  // namespace react1::store
