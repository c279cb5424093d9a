// SPDX-License-Identifier: Apache-2.0
// Listens for reports. The server's thread only enqueues them; a separate thread verifies them, because that may
// require fetching the keys.
#include <fmt/format.h>

#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <react1/error.hpp>
#include <react1/webhook.hpp>
#include <thread>
#include <utility>

#include "core/boundary.hpp"
#include "core/log.hpp"
#include "core/request_id.hpp"
#include "fal/protocol/wire.hpp"
#include "fal/webhook/webhook_inbox.hpp"
#include "http/policy/network.hpp"
#include "serve/http_server.hpp"

namespace react1 {
namespace {

constexpr std::size_t kMaxWaiting = 64;  // reports not verified yet
constexpr std::chrono::seconds kReportPatience{30};

serve::Response plain(int status, std::string text) {
  return serve::text_response(status, "text/plain", std::move(text) + "\n");
}

/// A report waiting for verification.
struct Arrival {
  WebhookHeaders headers;
  std::string token;
  std::string body;
  serve::Reply reply;
};

WebhookHeaders webhook_headers(const serve::Headers& all) {
  WebhookHeaders found;
  for (const char* name :
       {"X-Fal-Webhook-Request-Id", "X-Fal-Webhook-User-Id", "X-Fal-Webhook-Timestamp", "X-Fal-Webhook-Signature"}) {
    if (const auto header = all.find(name); header != all.end()) found.emplace_back(name, header->second);
  }
  return found;
}

int status_of(WebhookVerdict verdict) {
  switch (verdict) {
    case WebhookVerdict::authentic:
    case WebhookVerdict::duplicate:
      return 200;
    case WebhookVerdict::missing_header:
    case WebhookVerdict::malformed_header:
      return 400;
    case WebhookVerdict::keys_unavailable:
      return 503;
    case WebhookVerdict::too_old:
    case WebhookVerdict::too_new:
    case WebhookVerdict::wrong_signature:
      break;
  }
  return 401;
}

void check_options(const WebhookReceiverOptions& options) {
  if (options.path.empty() || options.path.front() != '/' || options.max_body_bytes == 0 || options.kept == 0) {
    throw Error(ErrorCode::usage, "webhook receiver",
                "path must begin with '/', max_body_bytes and kept must be above 0");
  }
}

}  // namespace

struct WebhookReceiver::Impl {
  explicit Impl(WebhookReceiverOptions given)
      : options((check_options(given), std::move(given))),
        verifier(options.verification),
        judge([this](const std::stop_token& stop) { judge_arrivals(stop); }),
        server(
            {.address = options.address, .port = options.port, .connections = {.body = kReportPatience}},
            [this](const serve::RequestHead& head) { return plan(head); },
            [this](const serve::Request& request, const serve::Reply& reply) { take(request, reply); }),
        own(server.port()) {}
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl() { server.stop(); }  // before the thread that its last reports go to

  /// What follows our path, "" for the path itself; nullopt: nothing is received there.
  [[nodiscard]] std::optional<std::string> token_of(const std::string& path) const {
    if (path == options.path) return std::string();
    std::string base = options.path;
    if (!base.ends_with('/')) base += '/';
    if (!path.starts_with(base)) return std::nullopt;
    std::string token = path.substr(base.size());
    const bool is_segment = !token.empty() && token.find('/') == std::string::npos;
    return is_segment ? std::optional(std::move(token)) : std::nullopt;
  }

  /// Server's thread: what can be refused without the body.
  [[nodiscard]] serve::BodyPlan plan(const serve::RequestHead& head) const {
    serve::BodyPlan plan;
    plan.max_bytes = options.max_body_bytes;
    if (!token_of(head.path)) {
      plan.refuse = plain(404, "nothing is received here");
    } else if (head.method != "POST") {
      plan.refuse = plain(405, "reports must use POST");
      plan.refuse->headers.emplace("Allow", "POST");
    }
    return plan;
  }

  /// Server's thread.
  void take(const serve::Request& request, const serve::Reply& reply) {
    const std::lock_guard lock(mutex);
    if (arrivals.size() >= kMaxWaiting) {
      reply.send(plain(503, "too many reports at once"));
      return;
    }
    arrivals.push_back({webhook_headers(request.headers), *token_of(request.path), request.body, reply});
    arrived.notify_one();
  }

  void judge_arrivals(const std::stop_token& stop) {
    for (;;) {
      std::unique_lock lock(mutex);
      if (!arrived.wait(lock, stop, [this] { return !arrivals.empty(); })) return;
      Arrival arrival = std::move(arrivals.front());
      arrivals.pop_front();
      lock.unlock();
      try {
        arrival.reply.send(judged(arrival, RunContext{.stop = stop}));
      } catch (const Error&) {  // stopped: the service delivers again
        arrival.reply.send(plain(503, "the receiver is stopping"));
      } catch (const std::exception& error) {  // the top of this thread
        log::error("webhook", error.what());
        arrival.reply.send(plain(500, "internal error"));
      }
    }
  }

  [[nodiscard]] serve::Response judged(Arrival& arrival, const RunContext& context) {
    const WebhookCheck check = verifier.verify(arrival.headers, arrival.body, context);
    if (!check.trusted()) {
      log::warning("webhook", fmt::format("refused: {}: {}", to_string(check.verdict), check.reason));
      return plain(status_of(check.verdict), check.reason);
    }
    if (!options.user_id.empty() && check.user_id != options.user_id) return plain(403, "a request of another user");
    if (check.verdict == WebhookVerdict::duplicate) return plain(200, "known");
    const auto report = fal::read_object(arrival.body);
    WebhookDelivery delivery;
    // The queue's id is in the body, which is signed too: after an internal retry of the service, the header may name
    // the last attempt.
    if (report) delivery.request_id = fal::text_of(*report, "request_id");
    if (!is_request_id(delivery.request_id)) return plain(400, "the report has no request_id");
    delivery.token = std::move(arrival.token);
    delivery.ok = fal::text_of(*report, "status") == "OK";
    delivery.body = std::move(arrival.body);
    log::info("webhook", fmt::format("the report says that request {} has ended", delivery.request_id));
    inbox->put(std::move(delivery));
    return plain(200, "received");
  }

  const WebhookReceiverOptions options;
  WebhookVerifier verifier;
  const std::shared_ptr<fal::WebhookInbox> inbox = std::make_shared<fal::WebhookInbox>(options.kept);
  std::mutex mutex;  // guards the next two
  std::condition_variable_any arrived;
  std::deque<Arrival> arrivals;
  std::jthread judge;        // uses all of the above
  serve::HttpServer server;  // its callbacks use all of the above
  const http::OwnService own;
};

WebhookReceiver::WebhookReceiver(WebhookReceiverOptions options)
    : impl_(at_boundary("WebhookReceiver", [&] { return std::make_unique<Impl>(std::move(options)); })) {}
WebhookReceiver::~WebhookReceiver() = default;

std::uint16_t WebhookReceiver::port() const noexcept {
  return impl_->server.port();
}

std::optional<WebhookDelivery> WebhookReceiver::wait_for(const std::string& request_id,
                                                         std::chrono::milliseconds patience,
                                                         const RunContext& context) {
  return at_boundary("webhook", [&] { return impl_->inbox->wait_for(request_id, patience, context); });
}

std::optional<WebhookDelivery> WebhookReceiver::wait_for_token(const std::string& token,
                                                               std::chrono::milliseconds patience,
                                                               const RunContext& context) {
  return at_boundary("webhook", [&] { return impl_->inbox->wait_for_token(token, patience, context); });
}

std::vector<std::pair<std::string, std::string>> WebhookReceiver::tokens() const {
  return at_boundary("webhook", [&] { return impl_->inbox->tokens(); });
}

std::shared_ptr<void> WebhookReceiver::when_reported(const std::string& request_id,
                                                     std::function<void(const WebhookDelivery&)> callback) {
  return impl_->inbox->listen(request_id, std::move(callback));
}

}  // namespace react1
