// SPDX-License-Identifier: Apache-2.0
// The queue of the service: jobs wait, a limited number runs at a time, all are remembered.
#pragma once

#include <array>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <vector>

#include "sandbox/faults/faults.hpp"
#include "sandbox/protocol/job_view.hpp"
#include "sandbox/protocol/model_input.hpp"
#include "sandbox/render/render.hpp"
#include "serve/timer.hpp"

namespace react1::sandbox {

enum class Cancelled { requested, already_completed, not_found };

/// The settings of a submit other than the model's input.
struct JobWish {
  ModelInput input{};
  bool low_priority = false;                                 ///< behind every job of normal priority
  std::optional<std::chrono::milliseconds> start_timeout{};  ///< fails when it has not started by then
  std::optional<std::chrono::milliseconds> requeue_after{};  ///< runs this long, waits again, and then runs to its end
  std::optional<Outcome> fails_with{};                       ///< in place of the work
  RenderTwist twist{};
  Listing listing{};
  bool keeps_payload = true;                             ///< the history shows what was sent
  std::optional<std::chrono::seconds> media_lifetime{};  ///< of the result's file; nullopt: for ever
};

/// Safe from any thread. A model's simulated time uses no thread, so that a thousand jobs may run at once.
/// The destructor ends its workers, and the jobs they are running.
class JobQueue {
 public:
  using Log = std::function<void(std::string)>;
  /// Runs on a worker; must return soon after a stop. An exception becomes an internal error of the service.
  using Work = std::function<Outcome(const std::string& id, const JobWish&, const Log&, std::stop_token)>;
  /// Called with the queue's lock held: it must not call the queue.
  using Completed = std::function<void(const std::string& id, const Outcome&)>;
  /// As Completed; called at once, and then whenever phase or logs changed. False: unsubscribes.
  using Watcher = std::function<bool(const JobView&)>;

  struct Options {
    unsigned concurrency = 2;                     ///< jobs that run at a time
    unsigned workers = 2;                         ///< threads for the work itself
    std::chrono::milliseconds queue_time{0};      ///< every job waits at least this long
    std::chrono::milliseconds inference_time{0};  ///< added to the time the work takes
  };

  JobQueue(Options options, Work work, Completed completed = {});
  JobQueue(const JobQueue&) = delete;
  JobQueue& operator=(const JobQueue&) = delete;
  ~JobQueue();

  /// `id` must be new.
  void submit(const std::string& id, JobWish wish);
  [[nodiscard]] std::optional<JobView> view(std::string_view id) const;
  /// A queued job never runs; a running one is asked to stop.
  Cancelled cancel(std::string_view id);
  [[nodiscard]] std::size_t waiting() const;
  /// False when there is no such job.
  bool watch(std::string_view id, Watcher watcher);
  /// Calls every watcher: a queue position changes without any change of the job itself.
  void notify_watchers();

 private:
  struct Job {
    std::string id;
    JobWish wish;
    std::chrono::steady_clock::time_point not_before, started;
    JobPhase phase = JobPhase::queued;
    bool is_worked_at = false;
    std::vector<LogEntry> logs;
    std::optional<Outcome> outcome;
    std::optional<double> inference_s;
    std::stop_source stop;
    std::vector<Watcher> watchers;
  };
  using JobPointer = std::shared_ptr<Job>;

  void work_until(const std::stop_token& stop);
  void run(const JobPointer& job);
  [[nodiscard]] Outcome outcome_of(Job& job);

  // With the lock held:
  void enqueue(const JobPointer& job);
  void admit();
  void requeue(const JobPointer& job);
  void expire(const JobPointer& job);
  void finish(const JobPointer& job, Outcome outcome);
  [[nodiscard]] bool leave_queue(const JobPointer& job);
  [[nodiscard]] JobPointer take_due();
  void notify(const JobPointer& job);
  [[nodiscard]] JobView view_of(const JobPointer& job) const;
  [[nodiscard]] JobPointer find(std::string_view id) const;
  /// Runs it later, with the lock held.
  void later(std::chrono::milliseconds delay, std::function<void()> task);

  const Options options_;
  const Work work_;
  const Completed completed_;
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  std::unordered_map<std::string, JobPointer> jobs_;
  std::array<std::deque<JobPointer>, 2> waiting_;  ///< normal, low
  std::deque<JobPointer> ready_;                   ///< running, not yet taken by a worker
  std::set<JobPointer> watched_;
  unsigned running_ = 0;
  serve::Timer timer_;
  std::vector<std::jthread> workers_;  // last: they use everything above
};

}  // namespace react1::sandbox
