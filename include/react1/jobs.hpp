// SPDX-License-Identifier: Apache-2.0
// Jobs and their store: one row per paid intent, so that nothing is paid twice and nothing paid is lost.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include <react1/api.hpp>
#include <react1/fal.hpp>
#include <react1/rational.hpp>

namespace react1::REACT1_ABI {

/// created → submitting → submitted → done | failed | cancelled; submitting → outcome_unknown | created.
/// The whole table, with the transitions a user may make: src/store/common/state_machine.cpp.
enum class JobState {
  created,          ///< the intent is known, nothing was sent
  submitting,       ///< the paid call is about to be sent or was sent; no answer yet
  submitted,        ///< the request id is known
  done,             ///< the result is on disk and was verified (whatever the verdict)
  failed,           ///< the service refused or failed it; nothing more will come
  outcome_unknown,  ///< the paid call may have been accepted; evidence of that or a user's decision resolves it
  cancelled,
};
[[nodiscard]] REACT1_API std::string_view to_string(JobState state) noexcept;

/// A job without its documents: enough for lists and decisions.
struct JobRow {
  std::string id;      ///< ours; time-ordered text
  std::string intent;  ///< sha256 over both clips, the six parameters and the endpoint
  JobState state = JobState::created;
  std::string endpoint, queue_url;  ///< where it was submitted
  std::string sandbox;              ///< the sandbox run that it was submitted to; empty: a paid service
  /// Identifies this payment, unguessably, in the names of its uploads and the URL of its report. Chosen before those;
  /// empty: not chosen yet.
  std::string token;
  std::string input_sha256;          ///< of the canonical input of its last paid call; empty: none, or not known
  RequestRef request;                ///< empty until submitted
  std::string video, audio, output;  ///< as the user named them, absolute
  std::string parameters_json;
  std::string answer_json;                      ///< an answer of the service that could not be parsed; else empty
  std::string error;                            ///< last failure, one line
  Rational cost_usd = 0;                        ///< predicted; kept in millionths, rounded up
  std::string owner;                            ///< the attempt that moved it to submitting; opaque
  std::int64_t epoch = 0;                       ///< how often it moved to submitting; every later write carries it
  std::int64_t lease_until_ms = 0;              ///< in submitting: how long that attempt's claim holds
  std::int64_t cancel_asked_ms = 0;             ///< when the service was asked to cancel the request; 0 = never
  std::int64_t created_ms = 0, updated_ms = 0;  ///< Unix time, milliseconds
  std::int64_t paid_ms = 0;                     ///< when it last moved to submitting; 0 = never. Set by the store
};

/// A job with its documents, each some 10 KiB.
struct Job : JobRow {
  std::string prepare_json;  ///< the prepare document, for verification after a restart
  std::string record_json;   ///< the run document once done
};

/// One move of a job, as the store keeps it for good.
struct JobEvent {
  std::int64_t at_ms = 0;  ///< Unix time, milliseconds, of the store's clock
  JobState from = JobState::created;
  JobState to = JobState::created;  ///< the same as `from` in the first one: the job was opened
  std::int64_t epoch = 0;           ///< of the claim that moved it
  std::string owner;                ///< the attempt that had claimed it; opaque
  std::string request_id;           ///< as known then
  std::string reason;               ///< the failure that caused the move, one line; empty: none
};

/// Returned by JobStore::open().
struct OpenedJob {
  Job job;
  bool is_new = true;
};

/// Port. Every call is durable when it returns. Safe from several threads and several processes.
class REACT1_API JobStore {
 public:
  JobStore();
  JobStore(const JobStore&) = delete;
  JobStore& operator=(const JobStore&) = delete;
  virtual ~JobStore();

  /// Adds `job` in state created (an empty id is filled in), or returns the newest job of the same intent that is not
  /// failed or cancelled. One atomic step, also across processes.
  using Opened = OpenedJob;
  [[nodiscard]] virtual Opened open(const Job& job, bool again) = 0;
  /// Compare-and-set on (id, from, job.epoch). False when the job is not in `from` any more, or was claimed by another
  /// attempt since. False also when it would leave outcome_unknown with a request that another job has. Throws
  /// Error{internal} on a move that the state machine does not have. All fields of `job` but id, intent and created_ms
  /// are written; on success `job` is as in the row. A move to submitting begins a claim:
  /// the next epoch, a lease of claim_lease(), and this process as the owner where `job` names no attempt.
  [[nodiscard]] virtual bool move(Job& job, JobState from, JobState to) = 0;
  enum class Reserved { yes, over_budget, moved_away };
  /// move(job, created, submitting), but only when job.cost_usd and what was spent since `since_ms` stay within
  /// `budget_usd`. One atomic step, also across processes: of two jobs that only just fit, one is refused.
  [[nodiscard]] virtual Reserved reserve(Job& job, const Rational& budget_usd, std::int64_t since_ms) = 0;
  /// Cost of all jobs whose paid call was sent at or after `since_ms`: those the service accepted, whatever their
  /// outcome, and those whose outcome is not known (yet). A definite refusal costs nothing.
  [[nodiscard]] virtual Rational spent_usd(std::int64_t since_ms) const = 0;
  /// Extends the claim of a job in submitting by another claim_lease(); false when it is another's, or over.
  [[nodiscard]] virtual bool renew(Job& job) = 0;
  /// Writes the fields of `job` without moving it; false when it is not in job.state any more, or claimed since.
  [[nodiscard]] virtual bool update(const Job& job) = 0;
  [[nodiscard]] virtual std::optional<Job> find(std::string_view id) const = 0;
  [[nodiscard]] virtual std::optional<Job> find_by_request(std::string_view request_id) const = 0;
  [[nodiscard]] virtual std::optional<Job> find_by_token(std::string_view token) const = 0;
  /// Whether the attempt that moved `job` to submitting may still make its paid call: its lease runs, and neither its
  /// process nor the attempt itself is known to have ended. False: the call may have been sent, its outcome is unknown.
  [[nodiscard]] virtual bool claim_holds(const Job& job) const = 0;
  /// Every move of a job, oldest first; empty for an unknown job. react1 before 0.2 did not store moves.
  [[nodiscard]] virtual std::vector<JobEvent> events(std::string_view job_id) const;
  /// File next to the store in which the ids of accepted requests are noted before the store itself is written; empty:
  /// this store has none.
  [[nodiscard]] virtual std::string journal_path() const;
  /// Newest first, with their documents.
  [[nodiscard]] virtual std::vector<Job> list(std::optional<JobState> state, std::size_t limit) const = 0;
  /// Newest first, without documents: at most `limit` that come after `after`, the last row of the page before.
  [[nodiscard]] virtual std::vector<JobRow> rows(std::optional<JobState> state, std::size_t limit,
                                                 const JobRow* after = nullptr) const;
};

/// Duration of a claim that is not renewed.
[[nodiscard]] REACT1_API std::chrono::milliseconds claim_lease() noexcept;

/// A user's decision about a paid call whose outcome was not known.
struct Resolution {
  enum class Kind {
    attach,     ///< the service accepted it as `request_id`: the job is submitted, its result can be fetched
    pay_again,  ///< the same intent may be sent; a second payment, if the first call was accepted
    drop,       ///< the result is not wanted any more; the same intent starts as a new job
  };
  Kind kind = Kind::attach;
  std::string request_id{};
};
/// Resolves a job in outcome_unknown (or in submitting, its process dead) and returns it in its new state. Throws
/// Error{usage} for any other job, for a request that belongs to another job, and when another process was faster.
/// Does not query the service.
[[nodiscard]] REACT1_API Job resolve_job(JobStore& jobs, const std::string& id, const Resolution& resolution);

/// Opens (creating if needed) the SQLite store at the path `place`, or the one in the PostgreSQL database that it
/// names: postgresql://[USER[:PASSWORD]@]HOST[:PORT]/DATABASE, as libpq accepts it, with its environment (PGPASSFILE,
/// …); PostgreSQL 15 or newer, in a schema `react1` of its own. Throws Error{io}; Error{usage} for a place that is
/// neither. When other processes hold the store, or its server can't be reached, this and every later call waits up to
/// 10 s, all its waits together, and then throws Error{io} (retryable); a stop ends a wait with Error{interrupted}:
/// that of `stop` here, and that of their RunContext in run(), submit(), fetch_result() and cancel_request(). For a
/// database, the ids of accepted requests are noted in state_directory() before they are written.
[[nodiscard]] REACT1_API std::unique_ptr<JobStore> open_job_store(const std::string& place,
                                                                  const std::stop_token& stop = {});

/// REACT1_STATE_DIR, else $XDG_STATE_HOME/react1, else ~/.local/state/react1; created when missing. Throws Error{io}.
[[nodiscard]] REACT1_API std::string state_directory();

}  // namespace react1::REACT1_ABI
