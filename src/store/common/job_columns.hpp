// SPDX-License-Identifier: Apache-2.0
// The columns of a job's row, shared by all databases: what is written, what is read back and what is plausible.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include <react1/jobs.hpp>

namespace react1::store {

struct JobColumn {
  enum class Kind {
    text,    ///< UTF-8 without a zero byte
    bytes,   ///< as a file system or a foreign program returned it: any bytes
    number,  ///< 0 to `most`
  };
  const char* name;
  Kind kind;
  bool is_fixed;      ///< written with the row and never changed
  std::int64_t most;  ///< of a number
  std::string_view (*text)(const JobRow& job);
  std::int64_t (*number)(const JobRow& job);
  /// Both return false for a value that no valid job has.
  bool (*set_text)(JobRow& job, const std::string& value);
  bool (*set_number)(JobRow& job, std::int64_t value);
};

/// Columns of table `jobs`, in the order in which every statement names them; the first is `id`. Documents are in
/// a separate table, `job_documents`, so that lists and sums need not read them.
[[nodiscard]] std::span<const JobColumn> job_columns() noexcept;

/// "id, intent, …"
[[nodiscard]] const std::string& job_column_names();

/// Cost as it is stored: millionths of a dollar, rounded up.
[[nodiscard]] std::int64_t to_microusd(const Rational& usd);
[[nodiscard]] Rational from_microusd(std::int64_t microusd);
/// A budget in millionths, rounded down.
[[nodiscard]] std::int64_t budget_microusd(const Rational& usd);

/// `row` has text(i) and number(i), i counting job_columns(). Throws Error{io} naming `store` for a value that no valid
/// job has.
[[noreturn]] void throw_implausible(const std::string& store, const JobRow& job, const JobColumn& column,
                                    const std::string& value);
template <class Row>
void read_row(JobRow& job, const Row& row, const std::string& store) {
  int index = 0;
  for (const JobColumn& column : job_columns()) {
    if (column.kind == JobColumn::Kind::number) {
      const std::int64_t value = row.number(index++);
      if (!column.set_number(job, value)) throw_implausible(store, job, column, std::to_string(value));
    } else {
      const std::string value = row.text(index++);
      if (!column.set_text(job, value)) throw_implausible(store, job, column, value);
    }
  }
}
/// A row of the columns, then the two documents.
template <class Row>
Job read_job(const Row& row, const std::string& store) {
  Job job;
  read_row(job, row, store);
  const int columns = static_cast<int>(job_columns().size());
  job.prepare_json = row.text(columns);
  job.record_json = row.text(columns + 1);
  return job;
}
/// The order of lists, up to the word LIMIT, and a limit as databases take it.
inline constexpr const char* kNewestFirst = " ORDER BY created_ms DESC, id DESC LIMIT ";
[[nodiscard]] std::int64_t list_limit(std::size_t limit) noexcept;
/// True when `row` comes after `last` in that order.
[[nodiscard]] bool comes_after(const JobRow& row, const JobRow& last) noexcept;

/// A job of this condition is the one that its intent continues.
inline constexpr const char* kIsLive = "state NOT IN ('failed', 'cancelled')";
/// The paid call of a job of this condition was, or may have been, accepted. One that is back in created, or failed
/// without a request, was refused or never sent.
inline constexpr const char* kMayBePaid = "(request_id <> '' OR state IN ('submitting', 'outcome_unknown'))";

/// Columns of table `job_events`, as read_event() takes them.
inline constexpr const char* kEventColumns = "at_ms, from_state, to_state, epoch, owner, request_id, reason";
/// Throws Error{io} for a word that names no state.
[[nodiscard]] JobState state_of_event(const std::string& word, const std::string& store, std::string_view job_id);
template <class Row>
JobEvent read_event(const Row& row, const std::string& store, std::string_view job_id) {
  return {.at_ms = row.number(0),
          .from = state_of_event(row.text(1), store, job_id),
          .to = state_of_event(row.text(2), store, job_id),
          .epoch = row.number(3),
          .owner = row.text(4),
          .request_id = row.text(5),
          .reason = row.text(6)};
}

/// `job` after a move to `to` at `now_ms`: a move to submitting begins the next claim.
[[nodiscard]] Job after_move(const Job& job, JobState from, JobState to, std::int64_t now_ms);

}  // namespace react1::store
