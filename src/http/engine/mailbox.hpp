// SPDX-License-Identifier: Apache-2.0
// Passes the callbacks of an exchange from the engine to the waiting thread.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "http/message/transport.hpp"

namespace react1::http {

/// Carries the callbacks of one exchange from the loop's thread to the thread that waits in await(). Progress is
/// overwritten by later progress, so it needs no bound, and is reported every kBetweenReports; a stream's receiver that
/// lags behind by more than the sink's max_buffered ends the exchange as too_large.
class Mailbox : public std::enable_shared_from_this<Mailbox> {
 public:
  /// The request with callbacks that write to this mailbox in place of its own.
  [[nodiscard]] Request redirected(const Request& request);
  void put_outcome(Outcome outcome);
  /// What the waiting thread may do to the exchange.
  struct Exchange {
    std::function<void()> cancel, proceed;
  };
  /// Waits for the outcome; calls the callbacks of `request` meanwhile, without a lock. After on_turn the exchange
  /// proceeds. When a callback throws, or a stream's receiver wants no more, it is cancelled and the outcome awaited;
  /// the exception is rethrown.
  [[nodiscard]] Outcome await(const Request& request, const Exchange& exchange);

 private:
  struct Progress {
    std::int64_t done = 0;
    std::optional<std::int64_t> total{};
  };
  struct News {
    std::optional<Progress> sent{}, received{};
    std::string pieces{};
    bool turn = false;
    std::optional<Outcome> outcome{};
    [[nodiscard]] bool progress() const { return sent || received; }
    [[nodiscard]] bool urgent() const { return !pieces.empty() || turn || outcome; }
  };
  void put_progress(std::optional<Progress> News::*which, Progress progress);
  void put_turn();
  bool put_piece(std::string_view piece, std::int64_t room);
  [[nodiscard]] News take();

  std::mutex mutex_;
  std::condition_variable changed_;
  News news_;
  bool wants_progress_ = true;                             ///< false: the waiting thread is not woken for it
  std::chrono::steady_clock::time_point next_progress_{};  ///< only the waiting thread touches it
  std::int64_t streamed_ = 0;
  bool overrun_ = false;
};

}  // namespace react1::http
