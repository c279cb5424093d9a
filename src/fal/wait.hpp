// Polling until a request is completed.
#pragma once

#include <cstddef>
#include <deque>
#include <set>
#include <string>
#include <tuple>

#include "fal/session.hpp"

namespace react1::fal {

/// Picks the lines of a status answer that were not there before: each answer carries a window that repeats lines and
/// loses old ones. Remembers the last few thousand.
class LogDedupe {
 public:
  [[nodiscard]] bool is_new(const LogLine& line);

 private:
  using Key = std::tuple<std::string, std::string, std::string>;
  std::set<Key> seen_;
  std::deque<std::set<Key>::const_iterator> order_;
};

/// Polls, first at once, then after poll_interval, growing to poll_interval_max; back to poll_interval when the state
/// changes. Notes: "service_log" per new line, "queue_position", "service_state", "unknown_status".
/// Throws Error{network, retryable} after max_wait, Error{refused} when the service says that the job failed, always
/// with the request id.
[[nodiscard]] QueueStatus wait_for_completion(const Session& session, const RequestRef& request,
                                              const RunContext& context);

}  // namespace react1::fal
