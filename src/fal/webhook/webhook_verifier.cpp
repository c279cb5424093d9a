// SPDX-License-Identifier: Apache-2.0
#include "fal/webhook/webhook_verifier.hpp"

#include <fmt/format.h>

#include <react1/error.hpp>
#include <react1/version.hpp>
#include <vector>

#include "core/boundary.hpp"
#include "core/number.hpp"
#include "core/redact.hpp"
#include "core/sha256.hpp"
#include "http/engine/curl_transport.hpp"
#include "http/message/headers.hpp"
#include "http/message/url.hpp"

namespace react1::fal {
namespace {

std::string value_of(const WebhookHeaders& headers, std::string_view wanted) {
  for (const auto& [name, value] : headers) {
    if (http::equal_ignoring_case(name, wanted)) return value;
  }
  return {};
}

}  // namespace

void check_webhook_options(const WebhookOptions& options) {
  using std::chrono::seconds;
  std::vector<std::string> problems;
  const auto require = [&](bool fine, const char* problem) {
    if (!fine) problems.emplace_back(problem);
  };
  const auto url = http::parse_url(options.keys_url);
  require(url && http::is_acceptable(*url) && !url->has_user_info,
          "keys_url must be https, or plain http on this machine");
  require(options.tolerance >= seconds(0) && options.tolerance <= seconds(86'400), "tolerance must be 0 to 86400 s");
  require(options.keys_life >= seconds(1) && options.keys_life <= seconds(86'400), "keys_life must be 1 to 86400 s");
  require(options.keys_floor >= seconds(1), "keys_floor must be at least 1 s");
  require(options.fetch_timeout.count() > 0, "fetch_timeout must be above 0");
  require(options.remembered >= 1, "remembered must be at least 1");
  if (!problems.empty()) throw Error(ErrorCode::usage, "webhook options", fmt::format("{}", fmt::join(problems, "; ")));
}

bool SeenDeliveries::first(const std::string& delivery, std::chrono::system_clock::time_point until,
                           std::chrono::system_clock::time_point now) {
  const std::lock_guard lock(mutex_);
  // In order of arrival, not of expiry: an entry that outlives its expiry is dropped after older ones.
  const auto forget_oldest_while = [this](const auto& due) {
    while (!order_.empty() && due()) {
      seen_.erase(order_.front().second);
      order_.pop_front();
    }
  };
  forget_oldest_while([&] { return order_.front().first < now; });
  if (seen_.contains(delivery)) return false;
  forget_oldest_while([&] { return order_.size() >= capacity_; });
  seen_.insert(delivery);
  order_.emplace_back(until, delivery);
  return true;
}

Verifier::Verifier(const WebhookOptions& options, http::Transport& transport, const Clock& clock)
    : options_(options), clock_(clock), keyring_(options, transport, clock), seen_(options.remembered) {}

WebhookCheck Verifier::verify(const WebhookHeaders& headers, std::string_view body, const RunContext& context) {
  const auto judge = [&](const WebhookKeys& keys) {
    return verify_webhook(headers, body, keys, clock_.wall(), options_.tolerance);
  };
  // A delivery that is invalid whatever the keys are needs no fetch.
  WebhookCheck check = judge({});
  if (check.verdict != WebhookVerdict::wrong_signature) return check;
  auto keys = keyring_.current(context);
  if (keys->keys.empty()) {
    check.verdict = WebhookVerdict::keys_unavailable;
    check.reason = "the service's keys could not be fetched from " + redact_url(options_.keys_url);
    return check;
  }
  check = judge(keys->keys);
  if (check.verdict == WebhookVerdict::wrong_signature) {
    if (const auto newer = keyring_.newer_than(keys, context)) check = judge(newer->keys);
  }
  if (check.verdict != WebhookVerdict::authentic) return check;
  // The signed content identifies the delivery: request, time and body. A signature can be encoded differently.
  const std::string timestamp = value_of(headers, "X-Fal-Webhook-Timestamp");
  const std::string delivery =
      sha256_hex(check.request_id + '\n' + check.user_id + '\n' + timestamp + '\n' + sha256_hex(body));
  const auto sent = std::chrono::system_clock::from_time_t(read_number<std::time_t>(timestamp).value_or(0));
  if (!seen_.first(delivery, sent + options_.tolerance + std::chrono::seconds(1), clock_.wall())) {
    check.verdict = WebhookVerdict::duplicate;
    check.reason = "the same delivery was received before";
  }
  return check;
}

}  // namespace react1::fal

namespace react1::REACT1_ABI {

std::string webhook_keys_url(const std::string& rest_url) {
  return rest_url.substr(0, rest_url.find_last_not_of('/') + 1) + "/.well-known/jwks.json";
}

struct WebhookVerifier::Impl {
  explicit Impl(WebhookOptions given)
      : options((fal::check_webhook_options(given), std::move(given))),
        transport("react1/" + std::string(version())),
        verifier(options, transport, system_clock()) {}

  WebhookOptions options;  // verifier refers to the two above it
  http::CurlTransport transport;
  fal::Verifier verifier;
};

WebhookVerifier::WebhookVerifier(WebhookOptions options)
    : impl_(at_boundary("WebhookVerifier", [&] { return std::make_unique<Impl>(std::move(options)); })) {}
WebhookVerifier::WebhookVerifier(WebhookVerifier&&) noexcept = default;
WebhookVerifier& WebhookVerifier::operator=(WebhookVerifier&&) noexcept = default;
WebhookVerifier::~WebhookVerifier() = default;

WebhookCheck WebhookVerifier::verify(const WebhookHeaders& headers, std::string_view body, const RunContext& context) {
  return at_boundary("webhook", [&] { return impl_->verifier.verify(headers, body, context); });
}

}  // namespace react1::REACT1_ABI
