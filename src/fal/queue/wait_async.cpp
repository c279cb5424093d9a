// SPDX-License-Identifier: Apache-2.0
#include "fal/queue/wait_async.hpp"

#include <exception>
#include <optional>
#include <react1/error.hpp>
#include <react1/webhook.hpp>
#include <string_view>
#include <utility>

#include "core/log.hpp"
#include "fal/queue/wait_machine.hpp"

namespace react1::fal {

/// After begin() all of it runs on the engine's thread.
class AsyncWaits::Wait : public std::enable_shared_from_this<Wait> {
 public:
  Wait(AsyncWaits& owner, const RequestRef& request, RunContext context, Done done)
      : owner_(owner),
        engine_(owner.transport_.engine()),
        context_(std::move(context)),
        request_id_(request.request_id),
        machine_(owner.session_, request, *context_.observer),
        done_(std::move(done)) {}

  void begin() {
    engine_.post([self = shared_from_this()] {
      self->act([&] {
        self->watch_stops();
        self->listen();
        self->carry_out(self->machine_.begin());
      });
    });
  }

 private:
  using OnStop = std::stop_callback<std::function<void()>>;

  /// Runs `action` unless the wait is over; an exception ends the wait.
  void act(const std::function<void()>& action) {
    if (!done_) return;
    const log::Scope scope(context_.job_id, request_id_);
    try {
      action();
    } catch (const Error& error) {
      finish({.error = error});
    } catch (const std::exception& fault) {
      finish({.error = Error(ErrorCode::internal, "request " + request_id_, fault.what())});
    }
  }

  /// Stops come on other threads and only post a message here: no reference keeps the wait alive for them.
  void watch_stops() {
    const std::function<void()> notify = [&engine = engine_, weak = weak_from_this()] {
      engine.post([weak] {
        if (const auto self = weak.lock()) self->act([&] { self->stop(); });
      });
    };
    on_stop_.emplace(context_.stop, notify);
    on_end_.emplace(owner_.end_.get_token(), notify);
  }

  /// The report comes on the receiver's thread, and posts a message like a stop.
  void listen() {
    if (!machine_.expects_report()) return;
    WebhookReceiver& receiver = *owner_.session_.options().webhook_receiver;
    listening_ =
        receiver.when_reported(request_id_, [&engine = engine_, weak = weak_from_this()](const WebhookDelivery&) {
          engine.post([weak] {
            if (const auto self = weak.lock()) self->act([&] { self->report_came(); });
          });
        });
  }

  void report_came() {
    reported_ = true;
    if (!timer_) return;  // during an exchange: the next pause is skipped
    engine_.cancel(*std::exchange(timer_, std::nullopt));
    pause({});
  }

  void pause(std::chrono::milliseconds delay) {
    if (std::exchange(reported_, false)) {
      carry_out(machine_.reported());
      return;
    }
    timer_ = engine_.after(delay, [self = shared_from_this()] {
      self->act([&] {
        self->timer_.reset();
        self->carry_out(self->machine_.paused());
      });
    });
  }

  void stop() {
    stopped_ = true;
    if (exchange_) {
      engine_.cancel(*exchange_);  // its completion ends the wait
    } else {
      if (timer_) engine_.cancel(*timer_);
      finish_stopped();
    }
  }

  void finish_stopped() {
    finish({.error = Error(ErrorCode::interrupted, "request " + request_id_, "stopped on request")});
  }

  void carry_out(WaitStep step) {
    if (stopped_) {
      finish_stopped();
    } else if (auto* exchange = std::get_if<WaitExchange>(&step)) {
      start(std::move(exchange->request));
    } else if (const auto* rest = std::get_if<WaitPause>(&step)) {
      pause(rest->delay);
    } else if (auto* completed = std::get_if<QueueStatus>(&step)) {
      finish({.status = std::move(*completed)});
    } else {
      finish({.error = std::get<Error>(std::move(step))});
    }
  }

  void start(http::Request request) {
    const auto self = shared_from_this();
    if (auto* stream = std::get_if<http::StreamSink>(&request.sink)) {
      stream->on_piece = [self](std::string_view bytes) {
        bool more = false;
        self->act([&] { more = !self->stopped_ && self->machine_.piece(bytes); });
        return more;
      };
    }
    exchange_ = owner_.transport_.start(std::move(request), context_.job_id, [self](http::Outcome outcome) {
      self->act([&] {
        self->exchange_.reset();
        const auto* failure = std::get_if<http::TransportFailure>(&outcome);
        if (failure != nullptr && failure->kind == http::TransportFailure::Kind::interrupted) {
          self->finish_stopped();
        } else {
          self->carry_out(self->machine_.ended(outcome));
        }
      });
    });
  }

  void finish(WaitResult result) {
    if (result.error && result.error->request_id().empty()) result.error = result.error->with_request_id(request_id_);
    on_stop_.reset();
    on_end_.reset();
    listening_.reset();
    const Done done = std::exchange(done_, nullptr);
    try {
      done(std::move(result));
    } catch (const std::exception& fault) {
      log::error("fal", std::string("the receiver of a wait failed: ") + fault.what());
    } catch (...) {
    }
    owner_.left();  // the owner may be gone after this
  }

  AsyncWaits& owner_;
  http::Engine& engine_;  // outlives this: the owner's transport holds it, and later callbacks don't use it
  RunContext context_;
  std::string request_id_;
  WaitMachine machine_;
  Done done_;  // empty: it is over
  bool stopped_ = false;
  bool reported_ = false;            // not yet passed to the machine
  std::shared_ptr<void> listening_;  // for the report
  std::optional<http::Engine::ExchangeId> exchange_;
  std::optional<http::Engine::TimerId> timer_;
  std::optional<OnStop> on_stop_, on_end_;
};

AsyncWaits::~AsyncWaits() {
  end_.request_stop();
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return waiting_ == 0; });
}

void AsyncWaits::start(const RequestRef& request, const RunContext& context, Done done) {
  const auto wait = std::make_shared<Wait>(*this, request, context, std::move(done));
  {
    const std::lock_guard lock(mutex_);
    ++waiting_;
  }
  wait->begin();
}

void AsyncWaits::left() noexcept {
  const std::lock_guard lock(mutex_);
  --waiting_;
  changed_.notify_all();  // under the lock: the waiting destructor can't finish before it is released
}

}  // namespace react1::fal
