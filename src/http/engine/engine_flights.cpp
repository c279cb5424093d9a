// SPDX-License-Identifier: Apache-2.0
// The life of one exchange in the engine: gate, curl, time-outs, redirects, completion.
#include <fmt/format.h>

#include <algorithm>
#include <react1/error.hpp>
#include <utility>

#include "core/clock.hpp"
#include "core/log.hpp"
#include "http/engine/engine_loop.hpp"
#include "http/message/url.hpp"
#include "http/policy/redirects.hpp"

namespace react1::http {
namespace {

TransportFailure not_begun(TransportFailure::Kind kind, std::string detail) {
  TransportFailure failure;
  failure.kind = kind;
  failure.request_may_have_been_received = false;
  failure.detail = std::move(detail);
  return failure;
}

std::string host_of(const Url& url) {
  return fmt::format("{}://{}:{}", url.scheme, url.host, url.port);
}

}  // namespace

void EngineLoop::begin(const std::shared_ptr<Flight>& flight) {
  flights_.emplace(flight->id, flight);
  if (ended_) {
    complete(*flight, not_begun(TransportFailure::Kind::interrupted, {}));
    return;
  }
  enter_or_launch(flight);
}

void EngineLoop::enter_or_launch(const std::shared_ptr<Flight>& flight) {
  if (auto objection = objection_to(flight->request, flight->url, flight->reach)) {
    complete(*flight, std::move(*objection));
    return;
  }
  if (!flight->request.gate) {
    take_turn(flight);
    return;
  }
  flight->host = host_of(*parse_url(flight->url));
  flight->waits = true;
  const GateClass what = gate_class(flight->request);
  if (what == GateClass::submit && gates_.down(flight->host))
    log::warning("http", flight->host + " counts as down; a paid request waits until it answers again");
  gates_.enter(flight->id, flight->host, what, *flight->request.gate, Clock::now());
}

void EngineLoop::take_turn(const std::shared_ptr<Flight>& flight) {
  if (!flight->request.on_turn) {
    launch(*flight);
    return;
  }
  flight->parked = true;
  call(flight->request.on_turn);
}

void EngineLoop::proceed(std::uint64_t id) {
  const auto found = flights_.find(id);
  if (found == flights_.end() || !std::exchange(found->second->parked, false)) return;
  const std::shared_ptr<Flight> flight = found->second;
  launch(*flight);
}

void EngineLoop::launch(Flight& flight) {
  try {
    flight.easy = new_easy();
    flight.exchange = std::make_unique<CurlExchange>(flight.easy.get(), flight.request, flight.url, flight.reach,
                                                     [this, id = flight.id] { touched_.push_back(id); });
    if (auto failed = flight.exchange->prepare()) {
      flight.exchange.reset();
      complete(flight, std::move(*failed));
      return;
    }
  } catch (const std::exception& fault) {  // no memory, most likely; its slot at the gate must not stay taken
    flight.exchange.reset();
    complete(flight, not_begun(TransportFailure::Kind::local_resource, fault.what()));
    return;
  }
  curl_easy_setopt(flight.easy.get(), CURLOPT_PRIVATE, &flight);
  if (const CURLMcode added = curl_multi_add_handle(multi_.get(), flight.easy.get()); added != CURLM_OK) {
    flight.exchange.reset();
    complete(flight, not_begun(TransportFailure::Kind::local_resource, curl_multi_strerror(added)));
    return;
  }
  watch(flight);
}

void EngineLoop::watch(Flight& flight) {
  flight.watch = new_id();
  timers_.add(flight.watch, flight.exchange->next_check(Clock::now()), [this, id = flight.id] { check_time(id); });
}

void EngineLoop::check_time(std::uint64_t id) {
  const auto found = flights_.find(id);
  if (found == flights_.end() || !found->second->exchange) return;
  const std::shared_ptr<Flight> flight = found->second;
  flight->watch = 0;
  if (flight->exchange->out_of_time(Clock::now())) {
    finish(*flight, std::nullopt);
  } else {
    watch(*flight);
  }
}

void EngineLoop::deliver(std::uint64_t id) {
  const auto found = flights_.find(id);
  if (found == flights_.end() || !found->second->exchange) return;
  const std::shared_ptr<Flight> flight = found->second;
  if (flight->counted && !flight->host.empty() && flight->exchange->is_streaming()) {
    flight->counted = false;
    gates_.opened(flight->host, Clock::now());
  }
  bool wants_more = true;
  call([&] { wants_more = flight->exchange->deliver(); });
  if (!wants_more) finish(*flight, std::nullopt);
}

void EngineLoop::interrupt(std::uint64_t id) {
  const auto found = flights_.find(id);
  if (found == flights_.end()) return;
  const std::shared_ptr<Flight> flight = found->second;
  if (!flight->exchange) {
    complete(*flight, not_begun(TransportFailure::Kind::interrupted, {}));
    return;
  }
  flight->exchange->interrupt();
  finish(*flight, std::nullopt);
}

void EngineLoop::detach(Flight& flight) {
  if (flight.watch != 0) timers_.cancel(std::exchange(flight.watch, 0));
  curl_multi_remove_handle(multi_.get(), flight.easy.get());
  flight.exchange.reset();
  flight.easy.reset();
}

void EngineLoop::leave_gate(Flight& flight, const Outcome& outcome) {
  if (flight.host.empty()) return;
  const std::string host = std::exchange(flight.host, {});
  const GateClass what = gate_class(flight.request);
  if (std::exchange(flight.waits, false)) {
    gates_.withdraw(flight.id, host, what);
    return;
  }
  const bool down = gates_.down(host);
  gates_.settle(host, what, std::exchange(flight.probe, false), std::exchange(flight.counted, true), outcome,
                Clock::now(), system_clock().wall());
  if (!down && gates_.down(host)) log::warning("http", host + " counts as down: further paid requests wait");
  if (down && !gates_.down(host)) log::info("http", host + " answers again");
}

void EngineLoop::finish(Flight& flight, std::optional<CURLcode> code) {
  // The last pieces and the last progress come before the end.
  call([&] { static_cast<void>(flight.exchange->deliver()); });
  Outcome outcome = flight.exchange->conclude(code);
  if (auto* answer = std::get_if<Response>(&outcome)) answer->reach = flight.reach;
  flight.reach = std::max(flight.reach, reach_from(flight.url, flight.exchange->peer()));
  detach(flight);
  auto* response = std::get_if<Response>(&outcome);
  if (response != nullptr) response->effective_url = flight.url;
  if (response == nullptr || !wants_redirect(flight.request, *response)) {
    complete(flight, std::move(outcome));
    return;
  }
  auto next = next_stop(flight.request, flight.url, *response, flight.followed);
  if (auto* failure = std::get_if<TransportFailure>(&next)) {
    complete(flight, std::move(*failure));
    return;
  }
  leave_gate(flight, outcome);
  flight.url = std::get<std::string>(std::move(next));
  ++flight.followed;
  enter_or_launch(flights_.at(flight.id));
}

void EngineLoop::complete(Flight& flight, Outcome outcome) {
  const auto found = flights_.find(flight.id);
  if (found == flights_.end()) return;
  const std::shared_ptr<Flight> kept = found->second;  // `flight` may be a reference into the map
  leave_gate(*kept, outcome);
  flights_.erase(found);
  const Engine::Completion done = std::exchange(kept->done, {});
  call([&] { done(std::move(outcome)); });
}

void EngineLoop::end_everything() {
  for (;;) {
    run_posted();  // what was started before the end is completed too
    if (flights_.empty()) break;
    const std::shared_ptr<Flight> flight = flights_.begin()->second;
    interrupt(flight->id);
  }
  timers_ = {};
}

}  // namespace react1::http
