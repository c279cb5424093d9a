// SPDX-License-Identifier: Apache-2.0
// From a known request to a verified file: wait; then fetch the answer, download, verify, record.
#pragma once

#include <optional>
#include <react1/error.hpp>
#include <react1/pipeline.hpp>
#include <react1/run_context.hpp>
#include <string>

#include "stages/output/output_guard.hpp"

namespace react1::stages {

/// A submitted request and what is known about it.
struct PendingResult {
  std::optional<Job> job;  ///< nullopt: another program submitted it
  RequestRef request;
  /// What is known before the result is: ids, the pair, the parameters, the URLs, the timings of the stages so far.
  RunRecord record;
  OnInterrupt on_interrupt = OnInterrupt::detach;
};

/// How a wait for a request ended.
struct Waited {
  WaitResult result;
  double seconds = 0;
};

/// Waits on this thread. Throws nothing: an Error is part of the result.
[[nodiscard]] Waited wait_for(const RequestRef& request, Service& service, const RunContext& context);

/// After a wait: downloads, verifies, commits the file and writes its record. Moves the job to done, or to
/// failed when the service failed it. Errors carry the request id. A failed verification is not an Error:
/// check the record. Once the file has its name, failures are warnings to the observer.
[[nodiscard]] RunRecord collect(PendingResult pending, const Waited& waited, const OutputGuard& output,
                                Service& service, const RunContext& context);

/// Moves a job whose result is on the disk and recorded in `record` to done; a store that can't be written is a warning
/// to the observer, `job_not_written`.
void mark_done(Service& service, Job& job, const RunRecord& record, const RunContext& context);

}  // namespace react1::stages
