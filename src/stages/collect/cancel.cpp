// SPDX-License-Identifier: Apache-2.0
// cancel_request(): requests a cancellation and polls for its outcome.
#include <chrono>
#include <optional>
#include <utility>

#include <react1/error.hpp>
#include <react1/pipeline.hpp>

#include "core/boundary.hpp"
#include "core/clock.hpp"
#include "core/log.hpp"
#include "core/saturate.hpp"
#include "fal/protocol/verdict.hpp"
#include "stages/common/grace_stop.hpp"
#include "store/common/patience.hpp"

namespace react1::REACT1_ABI {
namespace {

using namespace std::chrono_literals;

constexpr auto kBetweenLooks = 200ms;

/// Polls once a request whose cancellation was requested; nullopt: it has not ended yet.
std::optional<Cancelled> look(const RequestRef& request, FalClient& client, const RunContext& context) {
  const QueueStatus status = client.status(request, context);
  if (status.state != QueueStatus::State::completed) return std::nullopt;
  if (fal::is_cancellation(status)) return Cancelled::cancelled;
  if (fal::has_failed(status)) return Cancelled::failed;
  try {
    static_cast<void>(client.result(request, context));
  } catch (const Error& error) {
    if (error.code() != ErrorCode::refused) throw;
    return fal::is_cancellation(error) ? Cancelled::cancelled : Cancelled::failed;
  }
  return Cancelled::finished;
}

Cancelled look_for(std::chrono::milliseconds patience, const RequestRef& request, FalClient& client,
                   const RunContext& context) {
  const auto until = saturating_add(std::chrono::steady_clock::now(), patience);
  for (;;) {
    try {
      if (const auto end = look(request, client, context)) return *end;
    } catch (const Error& error) {
      if (error.code() == ErrorCode::interrupted) throw;
      log::info("cancel", error.what());
    }
    if (std::chrono::steady_clock::now() + kBetweenLooks > until) return Cancelled::asked;
    if (!system_clock().sleep_for(kBetweenLooks, context.stop)) context.throw_if_stopped();
  }
}

void write_down(Cancelled end, Job& job, JobStore& jobs) {
  if (job.state != JobState::submitted) return;
  job.cancel_asked_ms =
      std::chrono::duration_cast<std::chrono::milliseconds>(system_clock().wall().time_since_epoch()).count();
  bool written = false;
  if (end == Cancelled::cancelled) {
    job.error = "cancelled";
    written = jobs.move(job, JobState::submitted, JobState::cancelled);
  } else {
    written = jobs.update(job);
  }
  if (!written) log::info("cancel", "the job was moved while its request was being cancelled");
}

Cancelled cancel_at_service(const RequestRef& request, Service service, std::chrono::milliseconds patience,
                            const RunContext& context) {
  const store::StopScope stoppable(context.stop);
  Cancelled end = Cancelled::asked;
  switch (service.client.cancel(request, context)) {
    case CancelOutcome::already_completed:
      return Cancelled::finished;
    case CancelOutcome::not_found:
      return Cancelled::not_found;
    case CancelOutcome::requested:
      end = look_for(patience, request, service.client, context);
      break;
  }
  if (std::optional<Job> job = service.jobs.find_by_request(request.request_id)) write_down(end, *job, service.jobs);
  return end;
}

}  // namespace

Cancelled cancel_request(const RequestRef& request, Service service, std::chrono::milliseconds patience,
                         const RunContext& context) {
  return at_boundary("cancel_request", [&] { return cancel_at_service(request, service, patience, context); });
}

}  // namespace react1::REACT1_ABI
