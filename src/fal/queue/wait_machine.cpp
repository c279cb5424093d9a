// SPDX-License-Identifier: Apache-2.0
#include "fal/queue/wait_machine.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/log.hpp"
#include "core/redact.hpp"
#include "fal/protocol/hints.hpp"
#include "fal/protocol/scrub.hpp"
#include "fal/protocol/verdict.hpp"
#include "fal/queue/queue.hpp"

namespace react1::fal {
namespace {

using std::chrono::milliseconds;

constexpr int kMaxBreaks = 2;
/// A stream that lasted this long and delivered updates was usable: a gateway that cuts it occasionally is no reason to
/// poll.
constexpr std::chrono::seconds kGoodStream{60};

/// The stream's URL is below the status URL, whose query is kept.
std::string stream_url(const std::string& status_url) {
  const std::size_t query = std::min(status_url.find('?'), status_url.size());
  std::string path = status_url.substr(0, query);
  if (path.ends_with('/')) path.pop_back();
  return path + "/stream" + status_url.substr(query);
}

}  // namespace

WaitMachine::WaitMachine(const Session& session, const RequestRef& request, Observer& observer)
    : session_(session),
      request_(checked_request(session, request, observer)),
      where_("request " + request.request_id),
      report_(observer, session.options().key),
      limits_(session.options(), session.clock().now()),
      expects_report_(session.options().webhook_receiver != nullptr && request.webhook),
      interval_(first_interval()),
      may_stream_(session.options().status_stream && !expects_report_) {}

milliseconds WaitMachine::first_interval() const {
  return expects_report_ ? session_.options().webhook_poll_interval : session_.options().poll_interval;
}

milliseconds WaitMachine::longest_interval() const {
  return expects_report_ ? session_.options().webhook_poll_interval_max : session_.options().poll_interval_max;
}

WaitStep WaitMachine::begin() {
  return may_stream_ ? open_stream() : poll();
}

WaitStep WaitMachine::open_stream() {
  phase_ = Phase::streaming;
  parser_ = SseParser();
  opened_ = news_ = now();
  had_news_ = silent_ = false;
  http::Request request =
      session_.with_key(http::Method::get, http::with_query(stream_url(request_.status_url), "logs", "1"),
                        "text/event-stream, application/json");
  request.sink = http::StreamSink{.on_piece = {}, .media_type = "text/event-stream"};
  request.stall_timeout = session_.options().stream_silence;
  request.total_timeout.reset();
  if (const auto left = limits_.soonest(opened_)) request.total_timeout = std::max(*left, milliseconds(1));
  return WaitExchange{std::move(request)};
}

WaitStep WaitMachine::poll() {
  phase_ = Phase::polling;
  current_ = session_.with_key(http::Method::get, http::with_query(request_.status_url, "logs", "1"));
  attempts_.emplace(session_.retry());
  return repeat();
}

WaitStep WaitMachine::cancel() {
  phase_ = Phase::cancelling;
  current_ = session_.with_key(http::Method::put, request_.cancel_url);
  current_.body = http::TextBody{};
  attempts_.emplace(session_.retry());
  return repeat();
}

WaitStep WaitMachine::repeat() {
  repeats_ = false;
  return WaitExchange{current_};
}

WaitStep WaitMachine::paused() {
  if (repeats_) return repeat();
  asked_again_ = expects_report_;
  return poll();
}

WaitStep WaitMachine::reported() {
  expects_report_ = false;
  interval_ = first_interval();
  report_.note(Note::Level::info, "reported", "the service reported the end of the request; checking its status");
  // A cancellation in progress is completed: its answer says whether the request had ended before.
  return phase_ == Phase::cancelling ? repeat() : poll();
}

WaitStep WaitMachine::ended(const http::Outcome& outcome) {
  try {
    switch (phase_) {
      case Phase::streaming:
        return stream_ended(outcome);
      case Phase::polling:
        return poll_ended(outcome);
      case Phase::cancelling:
        return cancel_ended(outcome);
    }
  } catch (const Error& error) {
    return error;
  }
  return poll();
}

bool WaitMachine::piece(std::string_view bytes) {
  const bool fine = parser_.feed(bytes, [this](const SseEvent& event) {
    if (end_) return;
    const auto status = status_in(event.data, request_.request_id, session_.options().key);
    if (!status) return;  // not the status of this request
    news_ = now();
    had_news_ = true;
    take(*status);
  });
  if (!fine || end_) return false;
  if (const auto left = limits_.left(now()); left && *left <= milliseconds(0)) return false;
  silent_ = now() - news_ >= session_.options().stream_silence;
  return !silent_;
}

/// Reports a status and checks whether it is final. True when the state has changed.
bool WaitMachine::take(const QueueStatus& status) {
  const bool changed = report_.report(status);
  limits_.saw(status.state, now());
  if (has_failed(status)) {
    end_ = failed(status);
  } else if (status.state == QueueStatus::State::completed) {
    end_ = status;
  }
  return changed;
}

WaitStep WaitMachine::stream_ended(const http::Outcome& outcome) {
  if (end_) return std::move(*end_);
  if (auto step = at_limit()) return std::move(*step);
  if (const auto* response = std::get_if<http::Response>(&outcome)) {
    const std::string type = http::media_type(response->headers.find("Content-Type").value_or(""));
    if (!response->ok() || type != "text/event-stream") return stream_refused(*response);
    return silent_ ? check_stream() : stream_broke();
  }
  const auto& failure = std::get<http::TransportFailure>(outcome);
  using Kind = http::TransportFailure::Kind;
  if (failure.kind == Kind::timeout_total) return open_stream();  // set for a limit that was not reached
  if (failure.kind == Kind::stalled && failure.status) return check_stream();
  return stream_broke();
}

WaitStep WaitMachine::stream_refused(const http::Response& response) {
  if (http::is_retryable_status(response.status)) return stream_broke();
  may_stream_ = false;
  log::info("fal", fmt::format("{}: no status stream (HTTP {}), polling", where_, response.status));
  // A gateway without support for streams may have answered with the status itself.
  const auto status = status_in(response, request_.request_id, session_.options().key);
  if (!status) return poll();
  phase_ = Phase::polling;
  return waiting_on(take(*status));
}

WaitStep WaitMachine::stream_broke() {
  const bool good = had_news_ && now() - opened_ >= kGoodStream;
  breaks_ = good ? 1 : breaks_ + 1;
  if (breaks_ >= kMaxBreaks) {
    may_stream_ = false;
    log::info("fal", where_ + ": the status stream broke twice, polling");
  }
  return poll();
}

WaitStep WaitMachine::check_stream() {
  checking_ = true;
  return poll();
}

WaitStep WaitMachine::poll_ended(const http::Outcome& outcome) {
  const auto is_final = [this](const http::Response& answer) {
    return is_final_status(answer, request_.request_id, session_.options().key);
  };
  if (const auto delay = attempts_->after(current_, outcome, is_final)) {
    repeats_ = true;
    return WaitPause{*delay};
  }
  const Subject subject{redact_url(current_.url), "asking for the status", request_.request_id};
  return waiting_on(take(read_status_answer(outcome, subject, session_.options().key)));
}

WaitStep WaitMachine::waiting_on(bool changed) {
  if (changed) interval_ = first_interval();
  if (end_) {
    if (expects_report_ && asked_again_)
      report_.note(Note::Level::warning, "no_report",
                   "the request has ended, but no report has arrived: can the service reach the webhook's URL?");
    return std::move(*end_);
  }
  if (auto step = at_limit()) return std::move(*step);
  if (std::exchange(checking_, false) && changed) {
    may_stream_ = false;
    log::info("fal", where_ + ": the status stream withheld updates, polling");
  }
  if (may_stream_) return open_stream();
  const milliseconds delay = std::min(interval_, limits_.left(now()).value_or(interval_));
  interval_ = std::min(interval_ + interval_ / 4 + milliseconds(1), longest_interval());
  return WaitPause{delay};
}

std::optional<WaitStep> WaitMachine::at_limit() {
  const auto reached = limits_.reached(now());
  if (!reached) return std::nullopt;
  switch (reached->policy) {
    case WaitPolicy::keep_waiting:
      report_.note(Note::Level::warning, "long_wait", reached->text + "; still waiting");
      return std::nullopt;
    case WaitPolicy::cancel:
      limit_text_ = reached->text;
      limits_.lift();
      return cancel();
    case WaitPolicy::detach:
      break;
  }
  return late(reached->text,
              fmt::format("it continues at the service; `react1 result {}` fetches it later", request_.request_id),
              /*retryable=*/true);
}

WaitStep WaitMachine::cancel_ended(const http::Outcome& outcome) {
  if (const auto delay = attempts_->after(current_, outcome)) {
    repeats_ = true;
    return WaitPause{*delay};
  }
  const Subject subject{redact_url(current_.url), "cancelling", request_.request_id};
  try {
    switch (read_cancelled(outcome, subject, session_.options().key)) {
      case CancelOutcome::already_completed:
        return poll();  // paid and completed: the result is downloaded
      case CancelOutcome::not_found:
        return late(limit_text_ + "; the service no longer knows it", "see `react1 status`", false);
      case CancelOutcome::requested:
        break;
    }
  } catch (const Error& error) {
    return late(fmt::format("{}; cancelling it failed too ({})", limit_text_, error.message()),
                fmt::format("it continues at the service; try `react1 cancel {}`", request_.request_id), true);
  }
  return late(
      limit_text_ + "; it was cancelled",
      fmt::format("one that was running already may still complete: `react1 result {}` says", request_.request_id),
      false);
}

Error WaitMachine::failed(const QueueStatus& status) const {
  const Secret& key = session_.options().key;
  const ServiceProblem problem{scrub(status.error_type, key, /*max_bytes=*/100), "", scrub(status.error, key), ""};
  return {ErrorCode::refused,
          where_,
          "the job failed at the service",
          {.detail = problem.message.empty() ? problem.type : problem.message,
           .hint = hint_for(problem),
           .request_id = request_.request_id,
           .problems = {problem}}};
}

Error WaitMachine::late(const std::string& what_then, std::string hint, bool retryable) const {
  return {ErrorCode::network,
          where_,
          what_then,
          {.detail = "last status: " + report_.last_word(),
           .hint = std::move(hint),
           .retryable = retryable,
           .request_id = request_.request_id}};
}

}  // namespace react1::fal
