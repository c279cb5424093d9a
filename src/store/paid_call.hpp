// SPDX-License-Identifier: Apache-2.0
// The paid call of one job, from the claim to its outcome in the store.
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include <react1/error.hpp>
#include <react1/jobs.hpp>
#include <react1/rational.hpp>

#include "store/common/owner.hpp"
#include "store/journal.hpp"

namespace react1::store {

/// The limit that a claim must not exceed.
struct DayBudget {
  Rational usd;
  std::int64_t since_ms = 0;
};

/// One attempt at the paid call. It owns the claim: while the job is in submitting, a thread renews the lease, and
/// every write carries the epoch, so that an attempt that slept past its lease changes nothing but what it knows for
/// sure (an id). Used by one thread.
class PaidCall {
 public:
  /// `job` is in created. Reserves space for a note in the store's journal. Throws Error{io}.
  PaidCall(JobStore& jobs, Job job);
  PaidCall(const PaidCall&) = delete;
  PaidCall& operator=(const PaidCall&) = delete;
  /// A claim that was not ended stays as it is: the next process that checks it finds an unknown outcome.
  ~PaidCall() = default;

  /// created → submitting. `budget` unset: no limit.
  [[nodiscard]] JobStore::Reserved claim(const std::optional<DayBudget>& budget);
  /// submitting → created: the call provably did not arrive. False: the claim was lost, others treat the outcome
  /// as unknown.
  [[nodiscard]] bool hand_back(const std::string& error);
  /// submitting → failed or outcome_unknown.
  void end(JobState state, const std::string& error);
  /// The id is on disk when note() returns; submitted() writes it to the store, within `patience`.
  /// Both throw Error{io} with the request id.
  void note(const RequestRef& request);
  void submitted(std::chrono::milliseconds patience);
  /// For an id that belongs to another job.
  void forget_note() noexcept;

  [[nodiscard]] bool claimed() const noexcept { return job_.state == JobState::submitting; }
  [[nodiscard]] const Job& job() const noexcept { return job_; }

 private:
  void renew_until_stopped(const std::stop_token& stop);
  [[nodiscard]] bool end_claim(JobState to, const std::string& error);
  /// The store has the request, whichever process wrote it.
  [[nodiscard]] bool bring_in();

  JobStore& jobs_;
  const Attempt attempt_;
  std::optional<JournalSlot> slot_;
  std::mutex mutex_;  ///< guards job_ while the lease is renewed
  Job job_;
  std::jthread renewal_;  // last
};

/// Moves the notes of attempts that have ended into the store; returns how many. Throws Error{io}.
int recover_accepted(JobStore& jobs);

}  // namespace react1::store
