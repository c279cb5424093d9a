// SPDX-License-Identifier: Apache-2.0
// One request and its answer inside the server. Internal to src/serve.
#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <unordered_map>

#include <microhttpd.h>

#include "core/descriptor.hpp"
#include "serve/feed.hpp"
#include "serve/http_server.hpp"
#include "serve/timer.hpp"

namespace react1::serve {

/// What the server's thread and the repliers share. Every field is guarded by `mutex`.
struct Shared {
  std::mutex mutex;
  std::condition_variable completed;  ///< an exchange left `open`
  std::unordered_map<const Exchange*, std::shared_ptr<Exchange>> open;
  bool stopping = false;

  Timer timer;  ///< for throttled answers; has its own lock
};

struct Exchange {
  explicit Exchange(std::shared_ptr<Shared> with) : shared(std::move(with)) {}
  ~Exchange();
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;
  /// libmicrohttpd is done with it; `whole`: all of the answer was sent. Server's thread, no lock held.
  void end(bool whole) noexcept;

  const std::shared_ptr<Shared> shared;

  // Only the server's thread touches these.
  enum class Phase { head, body, handled };
  Phase phase = Phase::head;
  std::string target;  ///< as sent
  Request request;
  std::uint64_t max_body = 0;
  bool too_large = false;
  bool drop_body = false;  ///< too large, or refused
  std::optional<std::uint64_t> reset_after;
  Descriptor body_out;
  int body_errno = 0;  ///< the first write that failed
  std::filesystem::path body_file;

  // Guarded by shared->mutex.
  std::optional<Response> response;     ///< set once
  MHD_Connection* suspended = nullptr;  ///< waiting for `response`
  std::shared_ptr<Feed> feed;           ///< of an answer that is generated while it is sent
};

/// Stores the response unless there is one and wakes the connection that waits for it. Any thread.
void answer(Exchange& exchange, Response response);

/// Stores a piece of the body in memory or file, or discards it once it is too large or could not be written.
void receive_body(Exchange& exchange, const char* data, std::size_t size);

/// Queues `response` on the connection, with Range handling for files. Server's thread only, with shared->mutex held.
/// MHD_NO also when no answer is to be sent: the connection then ends.
[[nodiscard]] MHD_Result queue_response(MHD_Connection* connection, Exchange& exchange, const Response& response);

}  // namespace react1::serve
