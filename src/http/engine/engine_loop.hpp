// SPDX-License-Identifier: Apache-2.0
// The loop of the engine's thread. Internal to Engine.
#pragma once

#include <curl/curl.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/descriptor.hpp"
#include "http/engine/curl_exchange.hpp"
#include "http/engine/curl_handles.hpp"
#include "http/engine/engine.hpp"
#include "http/engine/host_queues.hpp"
#include "http/engine/timers.hpp"

namespace react1::http {

/// One started exchange with all its redirects.
struct Transfer {
  std::uint64_t id = 0;
  Request request{};
  std::string url{};  ///< after the redirects so far
  Engine::Completion done{};
  int followed = 0;
  Reach reach = Reach::anywhere;  ///< the request's, narrowed by where a redirect came from

  std::string host{};  ///< the host whose gate it has passed or waits at; empty: none
  bool waits = false, probe = false;
  bool parked = false;  ///< has its turn; waits for proceed()
  bool counted = true;  ///< at its host's gate; a stream no longer counts once its answer has begun

  EasyHandle easy{};  // the exchange refers to it and to the request
  std::unique_ptr<CurlExchange> exchange{};
  std::uint64_t watch = 0;  ///< timer of its time-outs
};

/// post(), stop() and new_id() from any thread; everything else on the thread that is in run().
class EngineLoop {
 public:
  using Clock = std::chrono::steady_clock;

  EngineLoop();
  EngineLoop(const EngineLoop&) = delete;
  EngineLoop& operator=(const EngineLoop&) = delete;
  ~EngineLoop();

  /// Runs until stop(); then ends open exchanges. Never throws.
  void run() noexcept;
  void stop();
  void post(Engine::Function function);
  [[nodiscard]] std::uint64_t new_id() noexcept { return ++last_id_; }

  void begin(const std::shared_ptr<Transfer>& transfer);
  void proceed(std::uint64_t id);
  void interrupt(std::uint64_t id);
  [[nodiscard]] Timers& timers() noexcept { return timers_; }

 private:
  static int socket_callback(CURL*, curl_socket_t socket, int what, void* self, void* known) noexcept;
  static int timer_callback(CURLM*, long timeout_ms, void* self) noexcept;

  void turn();
  void run_posted();
  void run_timers();
  void serve_gates();
  void wait_and_act();
  [[nodiscard]] int patience();
  void dispatch_completions();

  void enter_or_launch(const std::shared_ptr<Transfer>& transfer);
  void take_turn(const std::shared_ptr<Transfer>& transfer);
  void launch(Transfer& transfer);
  void watch(Transfer& transfer);
  void check_time(std::uint64_t id);
  void deliver(std::uint64_t id);
  /// Takes it off curl; follows a redirect or completes. May destroy the transfer.
  void finish(Transfer& transfer, std::optional<CURLcode> code);
  void detach(Transfer& transfer);
  void leave_gate(Transfer& transfer, const Outcome& outcome);
  void complete(Transfer& transfer, Outcome outcome);
  void end_everything();
  /// Calls foreign code: its exceptions must not end the loop.
  static void call(const Engine::Function& function) noexcept;

  Descriptor epoll_, event_;
  std::atomic<std::uint64_t> last_id_ = 0;
  std::mutex mutex_;
  std::vector<Engine::Function> posted_;  // under mutex_
  bool stopping_ = false;                 // under mutex_
  bool ended_ = false;                    // for the loop's thread

  Timers timers_;
  HostQueues gates_;
  std::optional<Clock::time_point> curl_due_;
  MultiHandle multi_;  // before the transfers: their easy handles go first
  std::unordered_map<std::uint64_t, std::shared_ptr<Transfer>> transfers_;
  std::vector<std::uint64_t> touched_;
};

}  // namespace react1::http
