// SPDX-License-Identifier: Apache-2.0
// One event loop for every transfer and every timer of the process.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <thread>

#include "http/message/transport.hpp"

namespace react1::http {

class EngineLoop;

/// One thread, one curl multi handle, one epoll: the cost of an iteration depends on what happened, not on the number
/// of open exchanges. Connections and resolved names are shared by all exchanges, HTTP/2 where a TLS server offers it,
/// except for at_most_once requests (see CurlExchange). Thread-safe: every function may be called from any thread, the
/// loop's own and callbacks included. Starts, posts and cancellations are carried out in order.
///
/// **Callbacks** (completions, timers, posted functions, progress, pieces of streams) run on the loop's thread, one at
/// a time, never inside the call that passed them, never inside curl and never under a lock. They must return quickly,
/// because everything else waits, and must not throw: exceptions are logged and dropped. They may call any function of
/// the engine, but must not wait for the loop (Transport::perform() then throws Error{internal}).
///
/// **Completions** are called exactly once per started exchange, whatever happens: cancelled, refused, engine gone.
/// A late cancellation has no effect.
///
/// **End.** An engine ends with its last owner. Its destructor ends every exchange with TransportFailure{interrupted}
/// (their completions run), destroys waiting timers without calling them, and returns when the thread has ended. The
/// last owner may be a callback: then the thread ends right after it. The owner of a callback that can end before the
/// engine must ensure that the callback is no longer called (wait for its completions, or use weak references).
class Engine {
 public:
  using Completion = std::function<void(Outcome)>;
  using Function = std::function<void()>;
  enum class ExchangeId : std::uint64_t {};
  enum class TimerId : std::uint64_t {};

  /// The process's engine, created when there is none.
  [[nodiscard]] static std::shared_ptr<Engine> shared();

  /// Throws Error{internal} when the system provides no epoll, event or thread.
  Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;
  ~Engine();

  /// Throws Error{internal} for a contradictory request.
  ExchangeId start(Request request, Completion done);
  /// Continues an exchange whose Request::on_turn was called.
  void proceed(ExchangeId exchange);
  /// Ends an exchange as TransportFailure{interrupted}; its completion is called nevertheless.
  void cancel(ExchangeId exchange);
  /// Calls `function` once, after `delay` at the earliest.
  TimerId after(std::chrono::milliseconds delay, Function function);
  /// A cancelled function is not called, unless it is being called already; on the loop's thread it never is.
  void cancel(TimerId timer);
  void post(Function function);

  [[nodiscard]] bool on_loop() const noexcept { return std::this_thread::get_id() == thread_.get_id(); }

 private:
  std::shared_ptr<EngineLoop> loop_;  // the thread has it too
  std::thread thread_;
};

}  // namespace react1::http
