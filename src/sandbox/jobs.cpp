#include "sandbox/jobs.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <utility>

#include <react1/error.hpp>

#include "core/clock.hpp"
#include "core/log.hpp"
#include "sandbox/problems.hpp"

namespace react1::sandbox {
namespace {

std::string service_timestamp() {
  const auto now = std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
  const auto seconds = std::chrono::time_point_cast<std::chrono::seconds>(now);
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:06}", fmt::gmtime(std::chrono::system_clock::to_time_t(seconds)),
                     (now - seconds).count());
}

Outcome infrastructure(int status, const char* type, const char* text) {
  Outcome outcome{json_response(status, Json{{"detail", text}, {"error_type", type}}), text, type};
  outcome.response.headers.emplace("X-Fal-Error-Type", type);
  return outcome;
}

Outcome cancelled() {
  return infrastructure(499, "client_cancelled", "Request was cancelled by the client");
}

}  // namespace

JobQueue::JobQueue(unsigned workers, Timing timing, Work work) : timing_(timing), work_(std::move(work)) {
  for (unsigned i = 0; i < workers; ++i) {
    workers_.emplace_back([this](const std::stop_token& stop) { work_until(stop); });
  }
}

JobQueue::~JobQueue() {
  for (auto& worker : workers_) worker.request_stop();
  {
    const std::lock_guard lock{mutex_};
    for (const auto& [id, job] : jobs_) job->stop.request_stop();
  }
  workers_.clear();
}

std::string JobQueue::submit(ModelInput input) {
  auto job = std::make_shared<Job>();
  job->id = new_id(system_clock());
  job->input = std::move(input);
  job->not_before = std::chrono::steady_clock::now() + timing_.queue_time;
  {
    const std::lock_guard lock{mutex_};
    jobs_.emplace(job->id, job);
    waiting_.push_back(job);
  }
  changed_.notify_one();
  return job->id;
}

JobQueue::JobPointer JobQueue::find(std::string_view id) const {
  const auto found = jobs_.find(std::string{id});
  return found == jobs_.end() ? nullptr : found->second;
}

std::optional<JobView> JobQueue::view(std::string_view id) const {
  const std::lock_guard lock{mutex_};
  const auto job = find(id);
  if (!job) return std::nullopt;
  JobView view{job->phase, 0, job->logs, job->outcome, job->inference_s};
  if (job->phase == JobPhase::queued) {
    view.queue_position = std::find(waiting_.begin(), waiting_.end(), job) - waiting_.begin();
  }
  return view;
}

Cancelled JobQueue::cancel(std::string_view id) {
  const std::lock_guard lock{mutex_};
  const auto job = find(id);
  if (!job) return Cancelled::not_found;
  if (job->phase == JobPhase::completed) return Cancelled::already_completed;
  if (job->phase == JobPhase::queued) {
    waiting_.erase(std::remove(waiting_.begin(), waiting_.end(), job), waiting_.end());
    finish(*job, cancelled());
  }
  job->stop.request_stop();
  return Cancelled::requested;
}

std::uint64_t JobQueue::accepted() const {
  const std::lock_guard lock{mutex_};
  return jobs_.size();
}

void JobQueue::finish(Job& job, Outcome outcome) {
  job.outcome = std::move(outcome);
  job.phase = JobPhase::completed;
}

JobQueue::JobPointer JobQueue::next(const std::stop_token& stop) {
  std::unique_lock lock{mutex_};
  while (!stop.stop_requested()) {
    if (waiting_.empty()) {
      changed_.wait(lock, stop, [this] { return !waiting_.empty(); });
      continue;
    }
    const auto due = waiting_.front()->not_before;
    if (std::chrono::steady_clock::now() >= due) {
      auto job = waiting_.front();
      waiting_.pop_front();
      job->phase = JobPhase::running;
      return job;
    }
    // Jobs become due in the order they came, so only the first one's time matters; a cancel may have removed it.
    changed_.wait_until(lock, stop, due, [&] { return waiting_.empty() || waiting_.front()->not_before != due; });
  }
  return nullptr;
}

void JobQueue::work_until(const std::stop_token& stop) {
  while (const auto job = next(stop)) run(job);
}

void JobQueue::run(const JobPointer& job) {
  const log::Scope scope{"", job->id};
  const Log log = [&](std::string message) {
    log::info("sandbox", message);
    const std::lock_guard lock{mutex_};
    job->logs.push_back({service_timestamp(), "sandbox: " + std::move(message)});
  };
  const auto started = std::chrono::steady_clock::now();
  const auto stop = job->stop.get_token();
  Outcome outcome;
  try {
    outcome = work_(job->id, job->input, log, stop);
    if (!system_clock().sleep_for(timing_.inference_time, stop)) outcome = cancelled();
  } catch (const Error& error) {
    log::warning("sandbox", error.what());
    outcome = error.code() == ErrorCode::interrupted
                  ? cancelled()
                  : infrastructure(500, "internal_error", "The sandbox failed to render; see its log");
  } catch (const std::exception& error) {
    log::error("sandbox", error.what());
    outcome = infrastructure(500, "internal_error", "The sandbox failed to render; see its log");
  }
  const std::lock_guard lock{mutex_};
  job->inference_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
  finish(*job, std::move(outcome));
}

}  // namespace react1::sandbox
