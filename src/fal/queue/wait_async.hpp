// SPDX-License-Identifier: Apache-2.0
// Waiting on the engine's thread: many waits without threads of their own.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>

#include "fal/protocol/session.hpp"
#include "http/engine/curl_transport.hpp"

namespace react1::fal {

/// The asynchronous waits of one client; see FalClient::wait_async() for the guarantees. Session and transport
/// must outlive it. Thread-safe.
///
/// A wait lives as long as the engine has pending callbacks of it: they share it. A late callback (a posted stop,
/// a cancelled exchange) finds a wait that is over, and touches nothing else.
class AsyncWaits {
 public:
  using Done = std::function<void(WaitResult)>;

  AsyncWaits(const Session& session, http::CurlTransport& transport) : session_(session), transport_(transport) {}
  AsyncWaits(const AsyncWaits&) = delete;
  AsyncWaits& operator=(const AsyncWaits&) = delete;
  /// Stops all and returns after the last `done`. Not on the engine's thread.
  ~AsyncWaits();

  /// Throws Error{usage} without a request id; nothing is called then.
  void start(const RequestRef& request, const RunContext& context, Done done);

 private:
  class Wait;
  void left() noexcept;

  const Session& session_;
  http::CurlTransport& transport_;
  std::stop_source end_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t waiting_ = 0;
};

}  // namespace react1::fal
