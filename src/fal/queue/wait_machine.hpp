// SPDX-License-Identifier: Apache-2.0
// The logic of waiting for a request, without the waiting itself: events go in, the next step comes out. The blocking
// and the asynchronous wait both execute its steps.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include <react1/error.hpp>

#include "fal/protocol/session.hpp"
#include "fal/queue/sse.hpp"
#include "fal/queue/wait_limits.hpp"
#include "fal/queue/wait_report.hpp"
#include "http/policy/retry.hpp"

namespace react1::fal {

/// Perform this, then ended(). When it is a stream, the caller sets its sink's receiver, to piece().
struct WaitExchange {
  http::Request request;
};
/// Wait for this long, then paused().
struct WaitPause {
  std::chrono::milliseconds delay{0};
};
using WaitStep = std::variant<WaitExchange, WaitPause, QueueStatus, Error>;  ///< the last two are the end

/// One wait. Session and observer must outlive it. Not thread-safe; the observer is called from within its methods.
///
/// The status stream comes first. When a stream ends or breaks before the job does, it polls once and opens the stream
/// once more; after the second break in a row it only polls. A stream that is silent, or that sends only keep-alive
/// comments, is checked by one poll: if that returns something newer, the stream is not used any more.
/// Polls come at poll_interval, growing to poll_interval_max, back to poll_interval when the state changes.
///
/// While a report is expected there is no stream: after a first poll, which finds requests that have already ended,
/// polls are the fallback and come at webhook_poll_interval, growing likewise. A report only brings the next poll
/// forward, and from then on polls come at the ordinary intervals, since the status may lag behind the report.
class WaitMachine {
 public:
  /// Throws Error{usage} without a request id. URLs of the request that point elsewhere are reported and not used.
  WaitMachine(const Session& session, const RequestRef& request, Observer& observer);

  [[nodiscard]] WaitStep begin();
  /// The exchange is over. Not called for an interrupted one: then the wait is over.
  [[nodiscard]] WaitStep ended(const http::Outcome& outcome);
  [[nodiscard]] WaitStep paused();
  /// Whether a report would end a pause early, so that the caller should listen for one.
  [[nodiscard]] bool expects_report() const noexcept { return expects_report_; }
  /// The report came: called in place of paused(), ends the pause early.
  [[nodiscard]] WaitStep reported();
  /// The stream's next bytes. False: close the stream, ended() has the reason.
  [[nodiscard]] bool piece(std::string_view bytes);

 private:
  using Time = std::chrono::steady_clock::time_point;
  enum class Phase { streaming, polling, cancelling };

  [[nodiscard]] Time now() const { return session_.clock().now(); }
  [[nodiscard]] WaitStep open_stream();
  [[nodiscard]] WaitStep poll();
  [[nodiscard]] WaitStep cancel();
  [[nodiscard]] WaitStep repeat();
  [[nodiscard]] WaitStep stream_ended(const http::Outcome& outcome);
  [[nodiscard]] WaitStep stream_refused(const http::Response& response);
  [[nodiscard]] WaitStep stream_broke();
  [[nodiscard]] WaitStep check_stream();
  [[nodiscard]] WaitStep poll_ended(const http::Outcome& outcome);
  [[nodiscard]] WaitStep cancel_ended(const http::Outcome& outcome);
  [[nodiscard]] WaitStep waiting_on(bool changed);
  [[nodiscard]] std::chrono::milliseconds first_interval() const;
  [[nodiscard]] std::chrono::milliseconds longest_interval() const;
  /// The action for a limit that has been reached; nullopt: none.
  [[nodiscard]] std::optional<WaitStep> at_limit();
  bool take(const QueueStatus& status);
  [[nodiscard]] Error failed(const QueueStatus& status) const;
  [[nodiscard]] Error late(const std::string& what_then, std::string hint, bool retryable) const;

  const Session& session_;
  RequestRef request_;  // with checked URLs
  std::string where_;
  WaitReport report_;
  WaitLimits limits_;

  Phase phase_ = Phase::polling;
  http::Request current_;  // of polling and cancelling, to be repeated
  std::optional<http::Attempts> attempts_;
  bool repeats_ = false;  // the pause is one before another attempt
  bool expects_report_;
  bool asked_again_ = false;  // while a report was expected
  std::chrono::milliseconds interval_;
  std::optional<WaitStep> end_;  // a status was the last one

  bool may_stream_;
  SseParser parser_;
  Time opened_{}, news_{};
  bool had_news_ = false, silent_ = false, checking_ = false;
  int breaks_ = 0;
  std::string limit_text_;  // the reason of the cancellation
};

}  // namespace react1::fal
