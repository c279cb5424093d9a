// SPDX-License-Identifier: Apache-2.0
#include "sandbox/service/webhooks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <utility>
#include <variant>

#include "core/clock.hpp"
#include "core/log.hpp"
#include "core/redact.hpp"
#include "core/sha256.hpp"

namespace react1::sandbox {
namespace {

constexpr int attempts = 11;  // the first and ten more, as fal's page on webhooks says
constexpr std::chrono::seconds patience{15};
constexpr const char* user_id = "sandbox-user";

/// The real service spreads its ten over two hours; this one waits 100 ms, 200 ms, … 2 s.
std::chrono::milliseconds pause_after(int attempt) {
  return std::min(std::chrono::milliseconds{2000}, std::chrono::milliseconds{100 << std::min(attempt, 8)});
}

std::string body_of(const std::string& request_id, const Outcome& outcome) {
  const auto* text = std::get_if<std::string>(&outcome.response.body);
  auto payload = read_json(text != nullptr ? *text : std::string());
  const bool good = outcome.response.status == 200 && outcome.error.empty();
  Json body{{"request_id", request_id}, {"gateway_request_id", request_id}, {"status", good ? "OK" : "ERROR"}};
  if (!good) {
    body["error"] =
        outcome.error.empty() ? fmt::format("Invalid status code: {}", outcome.response.status) : outcome.error;
  }
  if (!payload) {
    body["payload"] = nullptr;
    body["payload_error"] = "The payload is not JSON";
  } else {
    body["payload"] = std::move(*payload);
  }
  return json_text(body, /*indent=*/-1);
}

}  // namespace

Webhooks::Webhooks(FaultBook& faults) : faults_(faults) {}

Webhooks::~Webhooks() {
  timer_.stop();
  for (auto& worker : workers_) worker.request_stop();
  workers_.clear();
}

void Webhooks::deliver(std::string url, const std::string& request_id, std::uint64_t number, const Outcome& outcome) {
  push({std::move(url), request_id, body_of(request_id, outcome), number, 0});
}

void Webhooks::push(Delivery delivery) {
  {
    const std::lock_guard lock{mutex_};
    due_.push_back(std::move(delivery));
    constexpr std::size_t most = 2;  // an unresponsive receiver blocks one of them
    if (workers_.size() < most) {
      workers_.emplace_back([this](const std::stop_token& stop) { work_until(stop); });
    }
  }
  changed_.notify_one();
}

void Webhooks::work_until(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    Delivery next;
    {
      std::unique_lock lock{mutex_};
      if (!changed_.wait(lock, stop, [this] { return !due_.empty(); })) return;
      next = std::move(due_.front());
      due_.pop_front();
    }
    try {
      attempt(std::move(next), stop);
    } catch (const std::exception& error) {
      log::error("sandbox", error.what());
    }
  }
}

void Webhooks::attempt(Delivery delivery, const std::stop_token& stop) {
  const auto fault = faults_.decide(Route::webhook, delivery.number, {});
  bool received = false;
  if (fault == nullptr || !fault->skip) {
    received = post(delivery, fault.get(), stop);
    if (fault != nullptr && fault->repeat) received = post(delivery, fault.get(), stop) || received;
  }
  if (received || stop.stop_requested()) return;
  const auto pause = pause_after(delivery.attempt++);
  if (delivery.attempt >= attempts) {
    log::warning("sandbox", fmt::format("webhook {} given up after {} attempts", redact_url(delivery.url), attempts));
    return;
  }
  timer_.after(pause, [this, delivery = std::move(delivery)] { push(delivery); });
}

bool Webhooks::post(const Delivery& delivery, const Action* fault, const std::stop_token& stop) {
  const auto shift = fault != nullptr ? fault->timestamp_add : std::chrono::seconds{0};
  const auto time = std::chrono::system_clock::to_time_t(system_clock().wall() + shift);
  const std::string message =
      fmt::format("{}\n{}\n{}\n{}", delivery.request_id, user_id, time, sha256_hex(delivery.body));
  std::string signature = key_.sign(message);
  if (fault != nullptr && fault->wrong_signature) signature.front() = signature.front() == '0' ? '1' : '0';

  http::Request request;
  request.method = http::Method::post;
  request.url = delivery.url;
  request.headers = {{"Content-Type", "application/json"},
                     {"X-Fal-Webhook-Request-Id", delivery.request_id},
                     {"X-Fal-Webhook-User-Id", user_id},
                     {"X-Fal-Webhook-Timestamp", std::to_string(time)},
                     {"X-Fal-Webhook-Signature", signature}};
  request.body = http::TextBody{delivery.body};
  request.connect_timeout = patience;
  request.stall_timeout = patience;
  request.total_timeout = patience;
  const RunContext context{.stop = stop, .observer = &silent_observer(), .job_id = {}};
  const http::Outcome outcome = transport_.perform(request, context);
  const auto* response = std::get_if<http::Response>(&outcome);
  log::debug("sandbox", fmt::format("webhook {}: {}", redact_url(delivery.url),
                                    response != nullptr ? std::to_string(response->status) : "no answer"));
  return response != nullptr && response->ok();
}

}  // namespace react1::sandbox
