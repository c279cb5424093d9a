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

void EngineLoop::begin(const std::shared_ptr<Transfer>& transfer) {
  transfers_.emplace(transfer->id, transfer);
  if (ended_) {
    complete(*transfer, not_begun(TransportFailure::Kind::interrupted, {}));
    return;
  }
  enter_or_launch(transfer);
}

void EngineLoop::enter_or_launch(const std::shared_ptr<Transfer>& transfer) {
  if (auto objection = objection_to(transfer->request, transfer->url, transfer->reach)) {
    complete(*transfer, std::move(*objection));
    return;
  }
  if (!transfer->request.gate) {
    take_turn(transfer);
    return;
  }
  transfer->host = host_of(*parse_url(transfer->url));
  transfer->waits = true;
  const GateClass what = gate_class(transfer->request);
  if (what == GateClass::submit && gates_.down(transfer->host))
    log::warning("http", transfer->host + " counts as down; a paid request waits until it answers again");
  gates_.enter(transfer->id, transfer->host, what, *transfer->request.gate, Clock::now());
}

void EngineLoop::take_turn(const std::shared_ptr<Transfer>& transfer) {
  if (!transfer->request.on_turn) {
    launch(*transfer);
    return;
  }
  transfer->parked = true;
  call(transfer->request.on_turn);
}

void EngineLoop::proceed(std::uint64_t id) {
  const auto found = transfers_.find(id);
  if (found == transfers_.end() || !std::exchange(found->second->parked, false)) return;
  const std::shared_ptr<Transfer> transfer = found->second;
  launch(*transfer);
}

void EngineLoop::launch(Transfer& transfer) {
  try {
    transfer.easy = new_easy();
    transfer.exchange =
        std::make_unique<CurlExchange>(transfer.easy.get(), transfer.request, transfer.url, transfer.reach,
                                       [this, id = transfer.id] { touched_.push_back(id); });
    if (auto failed = transfer.exchange->prepare()) {
      transfer.exchange.reset();
      complete(transfer, std::move(*failed));
      return;
    }
  } catch (const std::exception& fault) {  // no memory, most likely; its slot at the gate must not stay taken
    transfer.exchange.reset();
    complete(transfer, not_begun(TransportFailure::Kind::local_resource, fault.what()));
    return;
  }
  curl_easy_setopt(transfer.easy.get(), CURLOPT_PRIVATE, &transfer);
  if (const CURLMcode added = curl_multi_add_handle(multi_.get(), transfer.easy.get()); added != CURLM_OK) {
    transfer.exchange.reset();
    complete(transfer, not_begun(TransportFailure::Kind::local_resource, curl_multi_strerror(added)));
    return;
  }
  watch(transfer);
}

void EngineLoop::watch(Transfer& transfer) {
  transfer.watch = new_id();
  timers_.add(transfer.watch, transfer.exchange->next_check(Clock::now()),
              [this, id = transfer.id] { check_time(id); });
}

void EngineLoop::check_time(std::uint64_t id) {
  const auto found = transfers_.find(id);
  if (found == transfers_.end() || !found->second->exchange) return;
  const std::shared_ptr<Transfer> transfer = found->second;
  transfer->watch = 0;
  if (transfer->exchange->out_of_time(Clock::now())) {
    finish(*transfer, std::nullopt);
  } else {
    watch(*transfer);
  }
}

void EngineLoop::deliver(std::uint64_t id) {
  const auto found = transfers_.find(id);
  if (found == transfers_.end() || !found->second->exchange) return;
  const std::shared_ptr<Transfer> transfer = found->second;
  if (transfer->counted && !transfer->host.empty() && transfer->exchange->is_streaming()) {
    transfer->counted = false;
    gates_.opened(transfer->host, Clock::now());
  }
  bool wants_more = true;
  call([&] { wants_more = transfer->exchange->deliver(); });
  if (!wants_more) finish(*transfer, std::nullopt);
}

void EngineLoop::interrupt(std::uint64_t id) {
  const auto found = transfers_.find(id);
  if (found == transfers_.end()) return;
  const std::shared_ptr<Transfer> transfer = found->second;
  if (!transfer->exchange) {
    complete(*transfer, not_begun(TransportFailure::Kind::interrupted, {}));
    return;
  }
  transfer->exchange->interrupt();
  finish(*transfer, std::nullopt);
}

void EngineLoop::detach(Transfer& transfer) {
  if (transfer.watch != 0) timers_.cancel(std::exchange(transfer.watch, 0));
  curl_multi_remove_handle(multi_.get(), transfer.easy.get());
  transfer.exchange.reset();
  transfer.easy.reset();
}

void EngineLoop::leave_gate(Transfer& transfer, const Outcome& outcome) {
  if (transfer.host.empty()) return;
  const std::string host = std::exchange(transfer.host, {});
  const GateClass what = gate_class(transfer.request);
  if (std::exchange(transfer.waits, false)) {
    gates_.withdraw(transfer.id, host, what);
    return;
  }
  const bool down = gates_.down(host);
  gates_.on_finished(host, what, std::exchange(transfer.probe, false), std::exchange(transfer.counted, true), outcome,
                     Clock::now(), system_clock().wall());
  if (!down && gates_.down(host)) log::warning("http", host + " counts as down: further paid requests wait");
  if (down && !gates_.down(host)) log::info("http", host + " answers again");
}

void EngineLoop::finish(Transfer& transfer, std::optional<CURLcode> code) {
  // The last pieces and the last progress come before the end.
  call([&] { static_cast<void>(transfer.exchange->deliver()); });
  Outcome outcome = transfer.exchange->conclude(code);
  if (auto* answer = std::get_if<Response>(&outcome)) answer->reach = transfer.reach;
  transfer.reach = std::max(transfer.reach, reach_from(transfer.url, transfer.exchange->peer()));
  detach(transfer);
  auto* response = std::get_if<Response>(&outcome);
  if (response != nullptr) response->effective_url = transfer.url;
  if (response == nullptr || !wants_redirect(transfer.request, *response)) {
    complete(transfer, std::move(outcome));
    return;
  }
  auto next = next_stop(transfer.request, transfer.url, *response, transfer.followed);
  if (auto* failure = std::get_if<TransportFailure>(&next)) {
    complete(transfer, std::move(*failure));
    return;
  }
  leave_gate(transfer, outcome);
  transfer.url = std::get<std::string>(std::move(next));
  ++transfer.followed;
  enter_or_launch(transfers_.at(transfer.id));
}

void EngineLoop::complete(Transfer& transfer, Outcome outcome) {
  const auto found = transfers_.find(transfer.id);
  if (found == transfers_.end()) return;
  const std::shared_ptr<Transfer> kept = found->second;  // `transfer` may be a reference into the map
  leave_gate(*kept, outcome);
  transfers_.erase(found);
  const Engine::Completion done = std::exchange(kept->done, {});
  call([&] { done(std::move(outcome)); });
}

void EngineLoop::end_everything() {
  for (;;) {
    run_posted();  // what was started before the end is completed too
    if (transfers_.empty()) break;
    const std::shared_ptr<Transfer> transfer = transfers_.begin()->second;
    interrupt(transfer->id);
  }
  timers_ = {};
}

}  // namespace react1::http
