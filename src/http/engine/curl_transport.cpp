// SPDX-License-Identifier: Apache-2.0
#include "http/engine/curl_transport.hpp"

#include <fmt/format.h>

#include <chrono>
#include <react1/error.hpp>
#include <stop_token>
#include <utility>

#include "core/log.hpp"
#include "core/redact.hpp"
#include "http/engine/mailbox.hpp"

namespace react1::http {
namespace {

void log_exchange(Method method, const std::string& url, const Outcome& outcome,
                  std::chrono::steady_clock::time_point begun) {
  const auto took =
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begun).count();
  if (const auto* response = std::get_if<Response>(&outcome)) {
    const bool led_on = !response->effective_url.empty() && response->effective_url != url;
    log::debug("http", fmt::format("{} {} {}{} {} bytes {} ms", to_string(method), redact_url(url), response->status,
                                   led_on ? " at " + redact_url(response->effective_url) : "", response->bytes, took));
  } else {
    const auto& failure = std::get<TransportFailure>(outcome);
    log::debug("http", fmt::format("{} {} failed after {} ms: {} ({})", to_string(method), redact_url(url), took,
                                   to_string(failure.kind), failure.detail));
  }
}

}  // namespace

CurlTransport::CurlTransport(std::string user_agent, std::shared_ptr<const GatePolicy> policy)
    : user_agent_(std::move(user_agent)), policy_(std::move(policy)), network_(network_from_environment()) {}

Engine& CurlTransport::engine() {
  const std::lock_guard lock(mutex_);
  if (!engine_) engine_ = Engine::shared();
  return *engine_;
}

void CurlTransport::prepare(Request& request) const {
  request.headers.add("User-Agent", user_agent_);
  request.gate = policy_;
  request.network = network_;
}

Engine::ExchangeId CurlTransport::start(Request request, std::string job_id, Engine::Completion done) {
  prepare(request);
  const Method method = request.method;
  std::string url = request.url;
  return engine().start(std::move(request),
                        [method, url = std::move(url), job_id = std::move(job_id), done = std::move(done),
                         begun = std::chrono::steady_clock::now()](Outcome outcome) {
                          {
                            const log::Scope scope(job_id);
                            log_exchange(method, url, outcome, begun);
                          }
                          done(std::move(outcome));
                        });
}

Outcome CurlTransport::perform(const Request& request, const RunContext& context) {
  Engine& loop = engine();
  if (loop.on_loop())
    throw Error(ErrorCode::internal, redact_url(request.url), "a callback of the engine may not wait for the engine");
  if (context.stop.stop_requested()) {
    TransportFailure stopped;
    stopped.kind = TransportFailure::Kind::interrupted;
    stopped.request_may_have_been_received = false;
    return stopped;
  }
  const auto begun = std::chrono::steady_clock::now();
  const auto mailbox = std::make_shared<Mailbox>();
  Request sent = mailbox->redirected(request);
  prepare(sent);
  const Engine::ExchangeId exchange =
      loop.start(std::move(sent), [mailbox](Outcome outcome) { mailbox->put_outcome(std::move(outcome)); });
  Outcome outcome = [&] {
    const std::stop_callback interrupt(context.stop, [&loop, exchange] { loop.cancel(exchange); });
    return mailbox->await(request, {.cancel = [&loop, exchange] { loop.cancel(exchange); },
                                    .proceed = [&loop, exchange] { loop.proceed(exchange); }});
  }();
  log_exchange(request.method, request.url, outcome, begun);
  return outcome;
}

}  // namespace react1::http
