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

/// One thread, one curl multi handle, one epoll: what a turn costs depends on what happened, not on how many exchanges
/// are open. Connections and resolved names are shared by all exchanges, HTTP/2 where a TLS server offers it, except
/// for at_most_once requests (see CurlExchange).
///
/// Thread-safe, all of it from any thread, the loop's own and callbacks included. What is started, posted or cancelled
/// is done in that order.
///
/// **Callbacks** (completions, timers, posted functions, progress, pieces of streams) run on the loop's thread, one at
/// a time, never inside of the call that handed them over, never inside of curl and never under a lock. They must be
/// quick, everything else waits for them, and they must not throw: what escapes is logged and dropped. They may call
/// anything here, but must not wait for the loop (Transport::perform() says so with Error{internal}).
///
/// **Completions** are called exactly once per started exchange, whatever happens: cancelled, refused, engine gone.
/// A cancel that comes too late changes nothing.
///
/// **End.** An engine ends with its last owner. Its destructor ends every exchange with TransportFailure{interrupted}
/// (their completions run), destroys waiting timers without calling them, and returns when the thread has ended. The
/// last owner may be a callback: then the thread ends by itself, right after it. A callback's owner that can end before
/// the engine has to see to it itself that nothing of it is called any more (wait for its completions, or hand out
/// weak references only).
class Engine {
 public:
  using Completion = std::function<void(Outcome)>;
  using Function = std::function<void()>;
  enum class ExchangeId : std::uint64_t {};
  enum class TimerId : std::uint64_t {};

  /// The process's engine: made when nobody has one.
  [[nodiscard]] static std::shared_ptr<Engine> shared();

  /// Throws Error{internal} when the system gives no epoll, event or thread.
  Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;
  ~Engine();

  /// Throws Error{internal} for a request that contradicts itself.
  ExchangeId start(Request request, Completion done);
  /// An exchange whose Request::on_turn was called goes on.
  void proceed(ExchangeId exchange);
  /// Ends an exchange as TransportFailure{interrupted}; its completion comes all the same.
  void cancel(ExchangeId exchange);
  /// Calls `function` once, after `delay` at the earliest.
  TimerId after(std::chrono::milliseconds delay, Function function);
  /// A cancelled function is not called, unless it is being called already; on the loop's thread it surely isn't.
  void cancel(TimerId timer);
  void post(Function function);

  [[nodiscard]] bool on_loop() const noexcept { return std::this_thread::get_id() == thread_.get_id(); }

 private:
  std::shared_ptr<EngineLoop> loop_;  // the thread has it too
  std::thread thread_;
};

}  // namespace react1::http
