// The queue of the service: jobs wait, a few run at a time, all are remembered.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <vector>

#include "sandbox/model_input.hpp"
#include "serve/http_types.hpp"

namespace react1::sandbox {

struct LogEntry {
  std::string timestamp;  ///< UTC, "2026-11-22T08:30:00.123456": no zone, as the service writes it
  std::string message;
};

/// What happened to a job in the end.
struct Outcome {
  serve::Response response;       ///< what the result's URL answers
  std::string error, error_type;  ///< for the status; empty also for a model-level refusal, as on the real service
};

enum class JobPhase { queued, running, completed };

/// A snapshot.
struct JobView {
  JobPhase phase = JobPhase::queued;
  std::int64_t queue_position = 0;  ///< 0 = next
  std::vector<LogEntry> logs;
  std::optional<Outcome> outcome;  ///< once completed
  std::optional<double> inference_s;
};

enum class Cancelled { requested, already_completed, not_found };

/// Safe from any thread. Ends its workers, and the jobs they are at, in the destructor.
class JobQueue {
 public:
  using Log = std::function<void(std::string)>;
  /// Runs on a worker; must return soon after a stop. What it throws becomes an internal error of the service.
  using Work = std::function<Outcome(const std::string& id, const ModelInput&, const Log&, std::stop_token)>;

  struct Timing {
    std::chrono::milliseconds queue_time{0};      ///< every job waits at least this long
    std::chrono::milliseconds inference_time{0};  ///< added to the time the work takes
  };

  JobQueue(unsigned workers, Timing timing, Work work);
  JobQueue(const JobQueue&) = delete;
  JobQueue& operator=(const JobQueue&) = delete;
  ~JobQueue();

  /// The new job's id.
  [[nodiscard]] std::string submit(ModelInput input);
  [[nodiscard]] std::optional<JobView> view(std::string_view id) const;
  /// A queued job never runs; a running one is told to stop.
  Cancelled cancel(std::string_view id);
  [[nodiscard]] std::uint64_t accepted() const;

 private:
  struct Job {
    std::string id;
    ModelInput input;
    std::chrono::steady_clock::time_point not_before;
    JobPhase phase = JobPhase::queued;
    std::vector<LogEntry> logs;
    std::optional<Outcome> outcome;
    std::optional<double> inference_s;
    std::stop_source stop;
  };
  using JobPointer = std::shared_ptr<Job>;

  void work_until(const std::stop_token& stop);
  [[nodiscard]] JobPointer next(const std::stop_token& stop);
  void run(const JobPointer& job);
  void finish(Job& job, Outcome outcome);
  [[nodiscard]] JobPointer find(std::string_view id) const;

  const Timing timing_;
  const Work work_;
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  std::unordered_map<std::string, JobPointer> jobs_;
  std::deque<JobPointer> waiting_;
  std::vector<std::jthread> workers_;  // last: they use everything above
};

}  // namespace react1::sandbox
