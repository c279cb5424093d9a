#include "fal/wait.hpp"

#include <react1/error.hpp>
#include <string_view>
#include <utility>

#include "fal/wait_machine.hpp"

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

}  // namespace

QueueStatus wait_for_completion(const Session& session, const RequestRef& request, const RunContext& context) {
  WaitMachine machine(session, request, *context.observer);
  WaitStep step = machine.begin();
  for (;;) {
    if (auto* exchange = std::get_if<WaitExchange>(&step)) {
      step = machine.ended(perform(session, std::move(exchange->request), machine, context));
    } else if (const auto* pause = std::get_if<WaitPause>(&step)) {
      http::pause(session.clock(), pause->delay, context);
      step = machine.paused();
    } else if (auto* completed = std::get_if<QueueStatus>(&step)) {
      return std::move(*completed);
    } else {
      throw std::get<Error>(std::move(step));
    }
  }
}

}  // namespace react1::fal
