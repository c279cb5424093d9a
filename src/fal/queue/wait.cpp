// SPDX-License-Identifier: Apache-2.0
#include "fal/queue/wait.hpp"

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <react1/error.hpp>
#include <react1/webhook.hpp>
#include <stop_token>
#include <string_view>
#include <utility>

#include "fal/queue/wait_machine.hpp"

namespace react1::fal {
namespace {

http::Outcome perform(const Session& session, http::Request request, WaitMachine& machine, const RunContext& context) {
  context.throw_if_stopped();
  if (auto* stream = std::get_if<http::StreamSink>(&request.sink))
    stream->on_piece = [&machine](std::string_view bytes) { return machine.piece(bytes); };
  http::Outcome outcome = session.transport().perform(request, context);
  const auto* failure = std::get_if<http::TransportFailure>(&outcome);
  if (failure != nullptr && failure->kind == http::TransportFailure::Kind::interrupted) {
    context.throw_if_stopped();
    throw Error(ErrorCode::interrupted, "", "stopped on request");
  }
  return outcome;
}

/// Events that end a pause: its time, a stop, or the report of the request.
class Alarm {
 public:
  Alarm(WebhookReceiver& receiver, const std::string& request_id, const std::stop_token& stop)
      : on_stop_(stop, [this] { wake_.request_stop(); }),
        listening_(receiver.when_reported(request_id, [this](const WebhookDelivery&) {
          reported_ = true;
          wake_.request_stop();
        })) {}

  /// True when the report has arrived; at once when it came before.
  [[nodiscard]] bool pause(const Clock& clock, std::chrono::milliseconds duration, const RunContext& context) const {
    clock.sleep_for(duration, wake_.get_token());
    context.throw_if_stopped();
    return reported_;
  }

 private:
  std::stop_source wake_;
  std::atomic<bool> reported_ = false;
  std::stop_callback<std::function<void()>> on_stop_;
  std::shared_ptr<void> listening_;  // last, as it uses the others until it has ended
};

}  // namespace

QueueStatus wait_for_completion(const Session& session, const RequestRef& request, const RunContext& context) {
  WaitMachine machine(session, request, *context.observer);
  std::optional<Alarm> alarm;  // fires once: later pauses are ordinary ones
  if (machine.expects_report()) alarm.emplace(*session.options().webhook_receiver, request.request_id, context.stop);
  WaitStep step = machine.begin();
  for (;;) {
    if (auto* exchange = std::get_if<WaitExchange>(&step)) {
      step = machine.ended(perform(session, std::move(exchange->request), machine, context));
    } else if (const auto* pause = std::get_if<WaitPause>(&step)) {
      if (!alarm) {
        http::pause(session.clock(), pause->delay, context);
        step = machine.paused();
      } else if (alarm->pause(session.clock(), pause->delay, context)) {
        alarm.reset();
        step = machine.reported();
      } else {
        step = machine.paused();
      }
    } else if (auto* completed = std::get_if<QueueStatus>(&step)) {
      return std::move(*completed);
    } else {
      throw std::get<Error>(std::move(step));
    }
  }
}

}  // namespace react1::fal
