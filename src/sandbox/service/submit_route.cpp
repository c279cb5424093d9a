// SPDX-License-Identifier: Apache-2.0
// The paid submit: its options, when it counts, and what is reported when its job has ended.
#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <utility>

#include "core/clock.hpp"
#include "core/log.hpp"
#include "core/number.hpp"
#include "core/redact.hpp"
#include "core/sha256.hpp"
#include "models/registry.hpp"
#include "sandbox/protocol/problems.hpp"
#include "sandbox/service/service.hpp"

namespace react1::sandbox {
namespace {

/// Two names of one header: fal's newer documents call it the start timeout.
std::string_view start_timeout_of(const serve::RequestHead& head) {
  const auto value = head.header("X-Fal-Request-Timeout");
  return value.empty() ? head.header("X-Fal-Request-Start-Timeout") : value;
}

/// The options in the headers; or why they are invalid.
std::optional<serve::Response> read_headers(const serve::RequestHead& head, JobWish& wish) {
  wish.low_priority = head.header("X-Fal-Queue-Priority") == "low";
  wish.keeps_payload = head.header("X-Fal-Store-IO") != "0";
  wish.media_lifetime = lifetime_of(head.header("X-Fal-Object-Lifecycle-Preference"));
  const auto timeout = start_timeout_of(head);
  if (timeout.empty()) return std::nullopt;
  constexpr double least = 0.1, most = 7 * 24 * 3600;
  const auto seconds = read_number<double>(timeout);
  if (!seconds || !std::isfinite(*seconds) || *seconds <= least || *seconds > most) {
    return detail_response(400, "X-Fal-Request-Timeout must be a number of seconds above 0.1");
  }
  wish.start_timeout = std::chrono::milliseconds{std::llround(*seconds * 1000)};
  return std::nullopt;
}

}  // namespace

serve::Response Service::submit(const serve::Request& request, const Model& model, const Fault& fault) {
  auto input = parse_model_input(model, request.body);
  if (const auto* problems = std::get_if<std::vector<Problem>>(&input)) return problems_response(*problems);
  JobWish wish{.input = std::move(std::get<ModelInput>(input))};
  if (auto refusal = read_headers(request, wish)) return *refusal;
  if (const auto longest = request.query_item("fal_max_queue_length"); !longest.empty()) {
    const auto number = read_number<std::uint64_t>(longest);
    if (!number) return detail_response(400, "fal_max_queue_length must be a whole number");
    if (jobs_.waiting() > *number) return detail_response(429, "The queue is longer than the request allows");
  }
  const std::string webhook{request.query_item("fal_webhook")};
  if (!webhook.empty() && !is_http_url(webhook)) return detail_response(400, "fal_webhook must be an http(s) URL");
  if (fault) {
    wish.requeue_after = fault->requeue_after;
    wish.twist = fault->render;
    wish.listing = fault->listing;
    if (const auto& failure = fault->fails_with) {
      wish.fails_with = infrastructure_failure(failure->status, failure->type, failure->message);
    }
  }
  return accept(std::move(wish), request.body, webhook);
}

serve::Response Service::accept(JobWish wish, const std::string& sent, const std::string& webhook) {
  const std::string id = new_id(system_clock());
  ledger_.accepted(id, intent_of(wish.input), renders_);
  if (!webhook.empty()) {
    if (!reach_.allows(webhook)) {
      log::warning("sandbox",
                   "no webhook is sent to " + redact_url(webhook) + ", whose port this sandbox must not reach");
    } else {
      const std::lock_guard lock{mutex_};
      webhook_urls_.emplace(id, webhook);
    }
  }
  const Model& model = *wish.input.model;
  history_.accepted(id, model.endpoint, sent, wish);
  jobs_.submit(id, std::move(wish));
  const auto view = jobs_.view(id);
  Json body{{"status", "IN_QUEUE"}};
  body.update(identifiers(model, id));
  body["logs"] = nullptr;
  body["metrics"] = Json::object();
  body["queue_position"] = view ? view->queue_position : 0;
  auto response = json_response(200, body);
  response.headers["x-fal-request-id"] = id;
  response.on_done = [this, id](bool whole) { ledger_.answered(id, whole); };
  return response;
}

std::string Service::intent_of(const ModelInput& input) {
  Json intent{{"video", storage_.identity(input.video_url)}, {"audio", storage_.identity(input.audio_url)}};
  intent.update(input.parameters);
  // React-1's are unchanged since before there were other models.
  if (input.model != &models::standard()) intent["endpoint"] = input.model->endpoint;
  return sha256_hex(json_text(intent, /*indent=*/-1));
}

void Service::completed(const std::string& id, const Outcome& outcome) {
  const bool done = outcome.error.empty() && outcome.response.status == 200;
  history_.ended(id, outcome);
  ledger_.completed(id, done ? "done" : outcome.error_type == "client_cancelled" ? "cancelled" : "failed");
  std::string url;
  {
    const std::lock_guard lock{mutex_};
    const auto found = webhook_urls_.find(id);
    if (found == webhook_urls_.end()) return;
    url = std::move(found->second);
    webhook_urls_.erase(found);
  }
  webhooks_.deliver(std::move(url), id, ledger_.number_of(id), outcome);
}

}  // namespace react1::sandbox
