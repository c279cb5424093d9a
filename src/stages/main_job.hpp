// SPDX-License-Identifier: Apache-2.0
// The main job as two steps with a wait between them. The same steps serve run(), which waits on its own thread, and
// run_async(), which waits on none.
#pragma once

#include <memory>
#include <optional>
#include <react1/pipeline.hpp>
#include <react1/run_context.hpp>
#include <react1/source.hpp>
#include <string>

#include "stages/collect/collect.hpp"
#include "stages/common/stopwatch.hpp"
#include "stages/output/output_guard.hpp"
#include "stages/submit/ensure_submitted.hpp"
#include "stages/submit/pair_upload.hpp"

namespace react1::stages {

/// The inputs of a job. The references in `service`, and the observer of `context`, outlive it.
struct JobOrder {
  Source video, audio;
  std::string output;  ///< ignored by submit_job()
  PipelineOptions options;
  Service service;
  RunContext context;
};

/// The request of a job, from its stored data.
[[nodiscard]] PendingResult pending_result_of(const Job& job);

/// One step at a time; each may run on another thread. start() and finish() use CPU and network and may be
/// slow.
class MainJob {
 public:
  explicit MainJob(JobOrder order);

  /// Prepares, uploads and submits. A record: the result exists already, and there is nothing to wait for. Throws as
  /// run() does.
  [[nodiscard]] std::optional<RunRecord> start();
  /// The request to wait for after start(), with a context that names the job. Reports the stage to the observer.
  void begin_wait();
  [[nodiscard]] const RequestRef& request() const noexcept { return intent_.job.request; }
  [[nodiscard]] Service& service() noexcept { return order_.service; }
  [[nodiscard]] const RunContext& context() const noexcept { return context_; }
  /// Seconds since begin_wait().
  [[nodiscard]] double waited_s() const { return waiting_.seconds(); }
  /// Downloads, verifies, records. nullopt: the request turned out to be another call's, and this job's own was found
  /// or submitted: wait once more.
  [[nodiscard]] std::optional<RunRecord> finish(const Waited& waited);

 private:
  [[nodiscard]] std::optional<RunRecord> reuse_result();
  [[nodiscard]] std::optional<RunRecord> submit_or_join();

  JobOrder order_;
  RunContext context_;  ///< with the job's id
  Stopwatch total_, waiting_;
  std::optional<OutputGuard> guard_;
  std::shared_ptr<ClipHost> host_;
  std::optional<PairUpload> uploads_;  ///< to host_
  Intent intent_;
  bool was_done_ = false;  ///< when it was found
  bool doubted_ = false;   ///< its request was another call's once
};

/// submit() of one order.
[[nodiscard]] Job submit_job(JobOrder order);

}  // namespace react1::stages
