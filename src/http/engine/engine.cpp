// SPDX-License-Identifier: Apache-2.0
#include "http/engine/engine.hpp"

#include <csignal>

#include <mutex>
#include <react1/error.hpp>
#include <system_error>
#include <utility>

#include "core/saturate.hpp"
#include "http/engine/engine_loop.hpp"
#include "http/policy/redirects.hpp"

namespace react1::http {
namespace {

/// Signals belong to the application's own threads; a thread inherits the signal mask of its creator.
class AllSignalsBlocked {
 public:
  AllSignalsBlocked() {
    sigset_t all;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  AllSignalsBlocked(const AllSignalsBlocked&) = delete;
  AllSignalsBlocked& operator=(const AllSignalsBlocked&) = delete;
  ~AllSignalsBlocked() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_{};
};

}  // namespace

std::shared_ptr<Engine> Engine::shared() {
  static std::mutex mutex;
  static std::weak_ptr<Engine> current;
  const std::lock_guard lock(mutex);
  auto engine = current.lock();
  if (!engine) current = engine = std::make_shared<Engine>();
  return engine;
}

Engine::Engine() : loop_(std::make_shared<EngineLoop>()) {
  const AllSignalsBlocked blocked;
  try {
    thread_ = std::thread([loop = loop_] { loop->run(); });
  } catch (const std::system_error& fault) {
    throw Error(ErrorCode::internal, "http engine", "no thread is available", {.detail = fault.what()});
  }
}

Engine::~Engine() {
  loop_->stop();
  if (on_loop()) {
    thread_.detach();
  } else {
    thread_.join();
  }
}

Engine::ExchangeId Engine::start(Request request, Completion done) {
  check_request(request);
  const std::uint64_t id = loop_->new_id();
  request.connect_timeout = at_most_forever(request.connect_timeout);
  request.stall_timeout = at_most_forever(request.stall_timeout);
  if (request.total_timeout) request.total_timeout = at_most_forever(*request.total_timeout);
  auto transfer = std::make_shared<Transfer>();
  transfer->id = id;
  transfer->url = request.url;
  transfer->reach = request.reach;
  transfer->request = std::move(request);
  transfer->done = std::move(done);
  loop_->post([loop = loop_.get(), transfer = std::move(transfer)] { loop->begin(transfer); });
  return ExchangeId{id};
}

void Engine::proceed(ExchangeId exchange) {
  loop_->post([loop = loop_.get(), exchange] { loop->proceed(static_cast<std::uint64_t>(exchange)); });
}

void Engine::cancel(ExchangeId exchange) {
  loop_->post([loop = loop_.get(), exchange] { loop->interrupt(static_cast<std::uint64_t>(exchange)); });
}

Engine::TimerId Engine::after(std::chrono::milliseconds delay, Function function) {
  const std::uint64_t id = loop_->new_id();
  const auto due = saturating_add(std::chrono::steady_clock::now(), delay);
  loop_->post([loop = loop_.get(), id, due, function = std::move(function)]() mutable {
    loop->timers().add(id, due, std::move(function));
  });
  return TimerId{id};
}

void Engine::cancel(TimerId timer) {
  const auto id = static_cast<std::uint64_t>(timer);
  if (on_loop()) {
    // Immediately, because the function may be due in this iteration; and in order, because it may not be added yet.
    loop_->timers().cancel(id);
  }
  loop_->post([loop = loop_.get(), id] { loop->timers().cancel(id); });
}

void Engine::post(Function function) {
  loop_->post(std::move(function));
}

}  // namespace react1::http
