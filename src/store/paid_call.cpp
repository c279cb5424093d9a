// SPDX-License-Identifier: Apache-2.0
#include "store/paid_call.hpp"

#include <fmt/format.h>
#include <filesystem>
#include <system_error>

#include <chrono>
#include <condition_variable>
#include <utility>

#include "core/log.hpp"
#include "core/printable.hpp"
#include "store/common/patience.hpp"
#include "store/orphaned.hpp"

namespace react1::store {
namespace {

using namespace std::chrono_literals;

constexpr auto kRenewEvery = 10s;  // a third of the lease

/// The move by which a job gets the id of the request accepted for this attempt.
bool attach(JobStore& jobs, Job& job, const RequestRef& request) {
  const JobState from = job.state;
  if (from != JobState::submitting && from != JobState::outcome_unknown) return false;
  job.request = request;
  job.error.clear();
  return jobs.move(job, from, JobState::submitted);
}

}  // namespace

PaidCall::PaidCall(JobStore& jobs, Job job) : jobs_(jobs), job_(std::move(job)) {
  job_.owner = attempt_.name();
  if (std::string path = jobs.journal_path(); !path.empty()) slot_.emplace(std::move(path));
}

JobStore::Reserved PaidCall::claim(const std::optional<DayBudget>& budget) {
  auto reserved = JobStore::Reserved::moved_away;
  if (budget) {
    reserved = jobs_.reserve(job_, budget->usd, budget->since_ms);
  } else if (jobs_.move(job_, JobState::created, JobState::submitting)) {
    reserved = JobStore::Reserved::yes;
  }
  if (reserved == JobStore::Reserved::yes)
    renewal_ = std::jthread([this](const std::stop_token& stop) { renew_until_stopped(stop); });
  return reserved;
}

void PaidCall::renew_until_stopped(const std::stop_token& stop) {
  const StopScope stoppable(stop);  // the thread that ends the claim waits for this thread
  std::mutex sleeping;
  std::condition_variable_any never;
  std::unique_lock lock(sleeping);
  while (!never.wait_for(lock, stop, kRenewEvery, [] { return false; }) && !stop.stop_requested()) {
    try {
      Job job = [this] {
        const std::lock_guard guard(mutex_);
        return job_;
      }();
      if (!jobs_.renew(job)) return;  // lost: the outcome of the call is still recorded where it is known
    } catch (const Error& error) {
      log::warning("store", fmt::format("the claim could not be renewed: {}", error.what()));
    }
  }
}

bool PaidCall::end_claim(JobState to, const std::string& error) {
  renewal_ = {};  // joined: from here on only this thread uses job_
  job_.error = error;
  return jobs_.move(job_, JobState::submitting, to);
}

bool PaidCall::hand_back(const std::string& error) {
  return end_claim(JobState::created, error);
}

void PaidCall::end(JobState state, const std::string& error) {
  if (!end_claim(state, error)) log::warning("store", "job " + job_.id + " was taken over during its paid call");
}

void PaidCall::note(const RequestRef& request) {
  {
    const std::lock_guard guard(mutex_);
    job_.request = request;
  }
  if (!slot_) return;
  try {
    slot_->write({job_.id, job_.epoch, request});
  } catch (const Error& error) {  // the store is tried anyway
    log::error("store", fmt::format("request {} was accepted, but not noted: {}", request.request_id, error.what()));
  }
}

void PaidCall::forget_note() noexcept {
  {
    const std::lock_guard guard(mutex_);
    job_.request = {};
  }
  if (slot_) slot_->clear();
}

bool PaidCall::bring_in() {
  if (end_claim(JobState::submitted, /*error=*/"")) return true;
  // Taken over while this attempt slept. Its epoch proves that the request belongs to the job in its current state.
  std::optional<Job> current = jobs_.find(job_.id);
  if (!current) return false;
  const bool is_known = current->request.request_id == job_.request.request_id;
  const bool is_same_attempt = current->epoch == job_.epoch;
  if (!is_known && !(is_same_attempt && attach(jobs_, *current, job_.request))) return false;
  job_ = std::move(*current);
  return true;
}

void PaidCall::submitted(std::chrono::milliseconds patience) {
  const Patience bounded(patience);
  const Wait wait;
  const std::string id = job_.request.request_id;
  for (auto pause = 50ms;; pause = std::min(pause * 2, std::chrono::milliseconds(1000))) {
    try {
      if (!bring_in()) {
        throw Error(ErrorCode::internal, job_.id,
                    fmt::format("request {} was accepted for this job, which was sent again meanwhile", id),
                    {.hint = "see `react1 jobs show " + shell_word(job_.id) + "`; both are paid", .request_id = id});
      }
      if (slot_) slot_->clear();
      return;
    } catch (const Error& error) {
      const bool is_stopped = error.code() == ErrorCode::interrupted;
      if (error.code() != ErrorCode::io && !is_stopped) throw;
      if (is_stopped || wait.sleep(pause) != Wait::State::on) {
        std::error_code none;
        const bool is_noted = slot_ && std::filesystem::exists(jobs_.journal_path(), none);
        const std::string known =
            is_noted ? "its id is in " + jobs_.journal_path() + ", and the next run of the same command uses it"
                     : "keep its id";
        throw Error(error.code(), error.where(),
                    fmt::format("the service accepted request {}, but the job store {}", id,
                                is_stopped ? "is held by another process" : "can't be written"),
                    {.detail = error.detail().empty() ? error.message() : error.detail(),
                     .hint = fmt::format("{}{}{}", known, error.hint().empty() ? "" : "; ", error.hint()),
                     .request_id = id});
      }
    }
  }
}

int recover_accepted(JobStore& jobs) {
  const std::string path = jobs.journal_path();
  if (path.empty()) return 0;
  int recovered = 0;
  for (const FoundNote& note : read_journal(path)) {
    std::optional<Job> job = jobs.find(note.accepted.job_id);
    if (!job) continue;  // of another store at the same path: kept
    const std::string& id = note.accepted.request.request_id;
    if (const auto owner = jobs.find_by_request(id); owner && owner->id != job->id) {
      forget_note(path, note);  // a misrouted answer, whose attempt ended before it was detected
      continue;
    }
    const bool is_same_attempt = job->epoch == note.accepted.epoch && job->request.request_id.empty();
    if (is_same_attempt && attach(jobs, *job, note.accepted.request)) {
      ++recovered;
      log::info("store", fmt::format("request {} of job {} was found in the journal", id, job->id));
    }
    refresh(*job, jobs);
    if (job->request.request_id == id) forget_note(path, note);
  }
  return recovered;
}

}  // namespace react1::store
