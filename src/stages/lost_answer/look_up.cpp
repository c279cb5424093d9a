// SPDX-License-Identifier: Apache-2.0
#include "stages/lost_answer/look_up.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <optional>
#include <react1/error.hpp>
#include <string>
#include <utility>
#include <vector>

#include "core/boundary.hpp"
#include "core/clock.hpp"
#include "core/log.hpp"
#include "core/saturate.hpp"
#include "stages/lost_answer/history_match.hpp"
#include "store/orphaned.hpp"
#include "store/paid_call.hpp"

namespace react1::REACT1_ABI {
namespace {

using namespace stages;
using std::chrono::milliseconds;

/// Whether the job's call was sent to this client's service, so that its history is the right one.
bool is_same_service(const Job& job, const ServiceIdentity& service) {
  std::string queue = job.queue_url;
  while (queue.ends_with('/')) queue.pop_back();
  return job.endpoint == service.endpoint && queue == service.queue_url && job.sandbox == service.sandbox;
}

/// The time in which the service may have accepted the job's call.
HistoryQuery span_of(const Job& job, std::chrono::system_clock::time_point now) {
  const std::chrono::system_clock::time_point paid{milliseconds(job.paid_ms)};
  return {.start = paid - kClockTolerance, .end = now + kClockTolerance};
}

/// Whether a request belongs to another job of the store.
std::function<bool(const std::string&)> taken_by_others(const Job& job, JobStore& jobs) {
  return [&jobs, own = job.id](const std::string& request_id) {
    const auto other = jobs.find_by_request(request_id);
    return other && other->id != own;
  };
}

class Search {
 public:
  Search(Job job, Service service, const LostAnswerOptions& options, const RunContext& context)
      : job_(std::move(job)), service_(service), options_(options), context_(context) {}

  [[nodiscard]] LookUp run() {
    try {
      if (const auto reason = why_not()) return ended(LookUp::Kind::unreadable, *reason);
    } catch (const Error& error) {
      if (error.code() == ErrorCode::interrupted) throw;
      return ended(LookUp::Kind::unreadable, error.what());
    }
    const auto until = saturating_add(system_clock().now(), options_.max_wait);
    auto pause = at_most_forever(options_.base_delay);
    for (int attempt = 1;; ++attempt) {
      if (auto found = by_others()) return std::move(*found);
      if (auto found = by_report(milliseconds(0))) return std::move(*found);
      if (service_.client.has_platform()) {
        if (auto found = by_history()) return std::move(*found);
      }
      if (attempt >= options_.attempts || saturating_add(system_clock().now(), pause) > until)
        return ended(last_, saw_);
      if (auto found = by_report(pause)) return std::move(*found);
      pause = std::min(2 * pause, at_most_forever(options_.max_delay));
    }
  }

 private:
  /// Why no query is possible.
  [[nodiscard]] std::optional<std::string> why_not() {
    if (!can_look_up(service_.client, options_)) {
      return service_.client.has_platform()
                 ? "looking up is switched off"
                 : "there is no request history to search: REACT1_PLATFORM_URL is not set, and the "
                   "queue is not fal's own";
    }
    if (job_.input_sha256.empty()) return "it was sent by an older react1, which did not record its input";
    const ServiceIdentity here = service_.client.identity(context_);
    if (is_same_service(job_, here)) return std::nullopt;
    return fmt::format("it was sent to another service ({})", job_.sandbox.empty() ? job_.queue_url : "a sandbox");
  }

  [[nodiscard]] LookUp ended(LookUp::Kind kind, std::string saw) const { return {kind, std::move(saw), job_}; }

  /// nullopt: query again. Never throws for faults of the history.
  [[nodiscard]] std::optional<LookUp> by_history() {
    const auto now = system_clock().wall();
    HistoryMatch match;
    try {
      match = match_history(service_.client.history(span_of(job_, now), context_), job_, now,
                            taken_by_others(job_, service_.jobs));
    } catch (const Error& error) {
      if (error.code() == ErrorCode::interrupted || error.code() == ErrorCode::io) throw;
      if (!error.retryable()) return ended(LookUp::Kind::unreadable, error.what());
      return again(LookUp::Kind::unreadable, error.what());
    }
    log::info("lookup", match.saw);
    switch (match.kind) {
      case HistoryMatch::Kind::one:
        return attach(match.request_id, match.saw);
      case HistoryMatch::Kind::ambiguous:
        return ended(LookUp::Kind::undecided, match.saw);
      case HistoryMatch::Kind::unclear:
        return again(LookUp::Kind::undecided, match.saw);
      case HistoryMatch::Kind::none:
        break;
    }
    return again(LookUp::Kind::not_found, match.saw);
  }

  /// Another process, or the user, may have moved the job meanwhile.
  [[nodiscard]] std::optional<LookUp> by_others() {
    store::refresh(job_, service_.jobs);
    if (!job_.request.request_id.empty()) return ended(LookUp::Kind::attached, "another process has found it");
    if (job_.state == JobState::outcome_unknown) return std::nullopt;
    return ended(LookUp::Kind::undecided, "another process has resolved it");
  }

  /// Sleeps for `patience` without a receiver.
  [[nodiscard]] std::optional<LookUp> by_report(milliseconds patience) {
    if (!service_.client.expects_reports()) {
      if (!system_clock().sleep_for(patience, context_.stop)) context_.throw_if_stopped();
      return std::nullopt;
    }
    const auto request =
        refused_report_.empty() ? service_.client.reported_request(job_.token, patience, context_) : std::nullopt;
    if (request) return attach(*request, fmt::format("request {} was reported for this call", *request));
    if (!refused_report_.empty() && !system_clock().sleep_for(patience, context_.stop)) context_.throw_if_stopped();
    return std::nullopt;
  }

  /// The queue must know the request under this key: the token of a report is not signed, and a history may be wrong.
  [[nodiscard]] std::optional<LookUp> attach(const std::string& request_id, const std::string& saw) {
    try {
      static_cast<void>(service_.client.status(RequestRef{.request_id = request_id}, context_));
    } catch (const Error& error) {
      if (error.code() == ErrorCode::interrupted) throw;
      if (!error.retryable()) refused_report_ = request_id;
      return again(LookUp::Kind::unreadable, fmt::format("{}, but: {}", saw, error.what()));
    }
    Job attached = job_;
    attached.request = RequestRef{.request_id = request_id};
    attached.error.clear();
    if (service_.jobs.move(attached, JobState::outcome_unknown, JobState::submitted)) {
      job_ = std::move(attached);
      context_.observer->on_note({Note::Level::info, "resolved", saw + "; nothing is paid again"});
      return ended(LookUp::Kind::attached, saw);
    }
    if (auto moved = by_others()) return moved;
    return again(LookUp::Kind::not_found, fmt::format("request {} belongs to another job", request_id));
  }

  [[nodiscard]] std::optional<LookUp> again(LookUp::Kind kind, std::string saw) {
    last_ = kind;
    saw_ = std::move(saw);
    return std::nullopt;
  }

  Job job_;
  Service service_;
  const LostAnswerOptions& options_;
  const RunContext& context_;
  LookUp::Kind last_ = LookUp::Kind::not_found;
  std::string saw_ = "no report has come";
  std::string refused_report_;  ///< named by a report, and not ours
};

}  // namespace
}  // namespace react1::REACT1_ABI

namespace react1::stages {

bool can_look_up(const FalClient& client, const LostAnswerOptions& options) noexcept {
  return options.look_up && (client.has_platform() || client.expects_reports());
}

bool disown_foreign_request(Job& job, Service& service, const LostAnswerOptions& options, const RunContext& context) {
  if (job.state != JobState::submitted || job.input_sha256.empty()) return false;
  if (!can_look_up(service.client, options) || !service.client.has_platform()) return false;
  const std::string id = job.request.request_id;
  const auto now = system_clock().wall();
  std::string saw;
  try {
    if (!is_same_service(job, service.client.identity(context))) return false;
    const std::vector<HistoryEntry> entries = service.client.history(span_of(job, now), context);
    const bool is_listed =
        std::any_of(entries.begin(), entries.end(), [&](const HistoryEntry& entry) { return entry.request_id == id; });
    const HistoryMatch match = match_history(entries, job, now, taken_by_others(job, service.jobs));
    const bool is_another = match.kind == HistoryMatch::Kind::one && match.request_id != id;
    const bool is_nowhere = match.kind == HistoryMatch::Kind::none && !is_listed;
    if (!is_another && !is_nowhere) return false;
    saw = match.saw;
  } catch (const Error& error) {
    if (error.code() == ErrorCode::interrupted || error.code() == ErrorCode::io) throw;
    log::warning("lookup", error.what());
    return false;
  }
  Job disowned = job;
  disowned.request = {};
  disowned.error = fmt::format("the service does not know request {}, which came in answer to the paid call", id);
  if (!service.jobs.move(disowned, JobState::submitted, JobState::outcome_unknown)) return false;
  context.observer->on_note({Note::Level::warning, "foreign_request", fmt::format("{}; {}", disowned.error, saw)});
  job = std::move(disowned);
  return true;
}

void attach_reported(Service& service, const RunContext& context) {
  for (const auto& [token, request_id] : service.client.reported_tokens()) {
    try {
      const auto job = service.jobs.find_by_token(token);
      if (!job || job->state != JobState::outcome_unknown) continue;
      LostAnswerOptions once;
      once.max_wait = milliseconds(0);
      const LookUp found = look_up_request(job->id, service, once, context);
      log::info("lookup", fmt::format("job {}: {}", job->id, found.saw));
    } catch (const Error& error) {
      log::warning("lookup", fmt::format("request {} was reported, but: {}", request_id, error.what()));
    }
  }
}

}  // namespace react1::stages

namespace react1::REACT1_ABI {

LookUp look_up_request(const std::string& job_id, Service service, const LostAnswerOptions& options,
                       const RunContext& context) {
  return at_boundary("look_up_request", [&]() -> LookUp {
    static_cast<void>(store::recover_accepted(service.jobs));
    std::optional<Job> job = service.jobs.find(job_id);
    if (!job) {
      throw Error(ErrorCode::usage, job_id, "is not a job of this store",
                  {.hint = "`react1 jobs list` lists the jobs"});
    }
    if (job->state == JobState::submitting) static_cast<void>(store::mark_orphaned(*job, service.jobs));
    if (!job->request.request_id.empty())
      return {LookUp::Kind::attached, fmt::format("it is request {}", job->request.request_id), std::move(*job)};
    if (job->state != JobState::outcome_unknown)
      return {LookUp::Kind::undecided, fmt::format("this job is {}", to_string(job->state)), std::move(*job)};
    return Search(std::move(*job), service, options, context).run();
  });
}

}  // namespace react1::REACT1_ABI
