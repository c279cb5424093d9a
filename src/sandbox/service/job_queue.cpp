// SPDX-License-Identifier: Apache-2.0
#include "sandbox/service/job_queue.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <utility>

#include <react1/error.hpp>

#include "core/log.hpp"
#include "core/saturate.hpp"
#include "sandbox/protocol/problems.hpp"

namespace react1::sandbox {
namespace {

std::string service_timestamp() {
  const auto now = std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
  const auto seconds = std::chrono::time_point_cast<std::chrono::seconds>(now);
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:06}", fmt::gmtime(std::chrono::system_clock::to_time_t(seconds)),
                     (now - seconds).count());
}

Outcome cancelled() {
  return infrastructure_failure(499, "client_cancelled", "Request was cancelled by the client");
}

Outcome not_started_in_time() {
  auto outcome = infrastructure_failure(504, "request_timeout", "Request timed out");
  outcome.response.headers.emplace("X-Fal-Request-Timeout-Type", "user");
  return outcome;
}

}  // namespace

Outcome infrastructure_failure(int status, const std::string& type, const std::string& text) {
  Outcome outcome{json_response(status, Json{{"detail", text}, {"error_type", type}}), text, type};
  outcome.response.headers.emplace("X-Fal-Error-Type", type);
  return outcome;
}

JobQueue::JobQueue(Options options, Work work, Completed completed)
    : options_(options), work_(std::move(work)), completed_(std::move(completed)) {
  for (unsigned i = 0; i < std::min(options_.workers, options_.concurrency); ++i) {
    workers_.emplace_back([this](const std::stop_token& stop) { work_until(stop); });
  }
}

JobQueue::~JobQueue() {
  timer_.stop();
  for (auto& worker : workers_) worker.request_stop();
  {
    const std::lock_guard lock{mutex_};
    for (const auto& [id, job] : jobs_) job->stop.request_stop();
  }
  workers_.clear();
}

void JobQueue::submit(const std::string& id, JobWish wish) {
  auto job = std::make_shared<Job>();
  job->id = id;
  job->wish = std::move(wish);
  const std::lock_guard lock{mutex_};
  jobs_.emplace(id, job);
  if (job->wish.start_timeout) {
    later(*job->wish.start_timeout, [this, job] { expire(job); });
  }
  enqueue(job);
}

void JobQueue::enqueue(const JobPointer& job) {
  job->phase = JobPhase::queued;
  job->not_before = saturating_add(std::chrono::steady_clock::now(), options_.queue_time);
  waiting_[job->wish.low_priority ? 1 : 0].push_back(job);
  if (options_.queue_time.count() > 0) {
    later(options_.queue_time, [this] { admit(); });
  } else {
    admit();
  }
}

void JobQueue::later(std::chrono::milliseconds delay, std::function<void()> task) {
  timer_.after(delay, [this, task = std::move(task)] {
    const std::lock_guard lock{mutex_};
    task();
  });
}

JobQueue::JobPointer JobQueue::take_due() {
  const auto now = std::chrono::steady_clock::now();
  for (auto& queue : waiting_) {
    // Within one queue, jobs become due in order of arrival.
    if (queue.empty() || queue.front()->not_before > now) continue;
    auto job = queue.front();
    queue.pop_front();
    return job;
  }
  return nullptr;
}

void JobQueue::admit() {
  while (running_ < options_.concurrency) {
    const auto job = take_due();
    if (!job) return;
    ++running_;
    job->phase = JobPhase::running;
    job->started = std::chrono::steady_clock::now();
    if (const auto after = std::exchange(job->wish.requeue_after, std::nullopt)) {
      later(*after, [this, job] { requeue(job); });
    } else {
      job->is_worked_at = true;
      ready_.push_back(job);
      changed_.notify_one();
    }
    notify(job);
  }
}

void JobQueue::requeue(const JobPointer& job) {
  if (job->phase != JobPhase::running) return;
  --running_;
  enqueue(job);
  if (job->phase == JobPhase::queued) notify(job);
  admit();
}

void JobQueue::expire(const JobPointer& job) {
  if (leave_queue(job)) finish(job, not_started_in_time());
}

bool JobQueue::leave_queue(const JobPointer& job) {
  auto& queue = waiting_[job->wish.low_priority ? 1 : 0];
  const auto found = std::find(queue.begin(), queue.end(), job);
  if (found == queue.end()) return false;
  queue.erase(found);
  return true;
}

JobQueue::JobPointer JobQueue::find(std::string_view id) const {
  const auto found = jobs_.find(std::string{id});
  return found == jobs_.end() ? nullptr : found->second;
}

JobView JobQueue::view_of(const JobPointer& job) const {
  JobView view{job->phase, 0, job->logs, job->outcome, job->inference_s};
  if (job->phase == JobPhase::queued) {
    const auto& queue = waiting_[job->wish.low_priority ? 1 : 0];
    view.queue_position = std::find(queue.begin(), queue.end(), job) - queue.begin();
    if (job->wish.low_priority) view.queue_position += static_cast<std::int64_t>(waiting_[0].size());
  }
  return view;
}

std::optional<JobView> JobQueue::view(std::string_view id) const {
  const std::lock_guard lock{mutex_};
  const auto job = find(id);
  return job ? std::optional{view_of(job)} : std::nullopt;
}

std::size_t JobQueue::waiting() const {
  const std::lock_guard lock{mutex_};
  return waiting_[0].size() + waiting_[1].size();
}

Cancelled JobQueue::cancel(std::string_view id) {
  const std::lock_guard lock{mutex_};
  const auto job = find(id);
  if (!job) return Cancelled::not_found;
  if (job->phase == JobPhase::completed) return Cancelled::already_completed;
  job->stop.request_stop();
  if (leave_queue(job) || !job->is_worked_at) finish(job, cancelled());  // else its worker notices
  return Cancelled::requested;
}

bool JobQueue::watch(std::string_view id, Watcher watcher) {
  const std::lock_guard lock{mutex_};
  const auto job = find(id);
  if (!job) return false;
  if (!watcher(view_of(job)) || job->phase == JobPhase::completed) return true;
  job->watchers.push_back(std::move(watcher));
  watched_.insert(job);
  return true;
}

void JobQueue::notify_watchers() {
  const std::lock_guard lock{mutex_};
  for (const auto& job : std::vector<JobPointer>{watched_.begin(), watched_.end()}) notify(job);
}

void JobQueue::notify(const JobPointer& job) {
  if (job->watchers.empty()) return;
  const JobView view = view_of(job);
  std::erase_if(job->watchers, [&](const Watcher& watcher) { return !watcher(view); });
  if (job->phase == JobPhase::completed) job->watchers.clear();
  if (job->watchers.empty()) watched_.erase(job);
}

void JobQueue::finish(const JobPointer& job, Outcome outcome) {
  if (job->phase == JobPhase::running) {
    --running_;
    job->inference_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - job->started).count();
  }
  job->outcome = std::move(outcome);
  job->phase = JobPhase::completed;
  if (completed_) completed_(job->id, *job->outcome);
  notify(job);
  admit();
}

void JobQueue::work_until(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    JobPointer job;
    {
      std::unique_lock lock{mutex_};
      if (!changed_.wait(lock, stop, [this] { return !ready_.empty(); })) return;
      job = ready_.front();
      ready_.pop_front();
    }
    run(job);
  }
}

void JobQueue::run(const JobPointer& job) {
  Outcome outcome = outcome_of(*job);
  const std::lock_guard lock{mutex_};
  job->is_worked_at = false;
  if (options_.inference_time.count() == 0 || job->stop.stop_requested()) {
    finish(job, std::move(outcome));
    return;
  }
  later(options_.inference_time, [this, job, outcome = std::move(outcome)] {
    if (job->phase == JobPhase::running) finish(job, outcome);  // else it was cancelled meanwhile
  });
}

Outcome JobQueue::outcome_of(Job& job) {
  const log::Scope scope{"", job.id};
  const Log log = [&](std::string message) {
    log::info("sandbox", message);
    const std::lock_guard lock{mutex_};
    job.logs.push_back({service_timestamp(), "sandbox: " + std::move(message)});
    if (const auto pointer = find(job.id)) notify(pointer);
  };
  if (job.wish.fails_with) return *job.wish.fails_with;
  try {
    Outcome outcome = work_(job.id, job.wish, log, job.stop.get_token());
    return job.stop.stop_requested() ? cancelled() : outcome;
  } catch (const Error& error) {
    log::warning("sandbox", error.what());
    if (error.code() == ErrorCode::interrupted) return cancelled();
  } catch (const std::exception& error) {
    log::error("sandbox", error.what());
  }
  return infrastructure_failure(500, "internal_error", "The sandbox failed to render; see its log");
}

}  // namespace react1::sandbox
