// SPDX-License-Identifier: Apache-2.0
// The status documents of the queue: for polling, and as a stream of events.
#pragma once

#include <memory>
#include <string>

#include "core/json_text.hpp"
#include "sandbox/protocol/job_view.hpp"
#include "serve/body_stream.hpp"

namespace react1::sandbox {

/// A status document. `identifiers` are the four keys in every answer of the queue; `logs` is a list or null.
[[nodiscard]] Json status_document(const JobView& view, const Json& identifiers, Json logs);

/// The entries from number `first` on.
[[nodiscard]] Json log_list(const std::vector<LogEntry>& logs, std::size_t first = 0);

/// One client's stream of status events (text/event-stream). Calls come one at a time.
class StatusEvents {
 public:
  StatusEvents(std::shared_ptr<serve::BodyStream> stream, Json identifiers, bool wants_logs);
  /// Sends an event when there is anything new, with the new log entries; occasionally a comment as keep-alive;
  /// ends after COMPLETED. False when the client has disconnected.
  bool send(const JobView& view);

 private:
  const std::shared_ptr<serve::BodyStream> stream_;
  const Json identifiers_;
  const bool wants_logs_;
  std::string last_;  ///< the event before, without its logs
  std::size_t told_ = 0;
  int quiet_ = 0;
};

}  // namespace react1::sandbox
