#include "fal/webhook_keys.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <react1/error.hpp>
#include <utility>

#include "core/boundary.hpp"
#include "core/log.hpp"
#include "core/redact.hpp"
#include "core/saturate.hpp"
#include "fal/wire.hpp"

namespace react1 {
namespace {

constexpr std::size_t kCodedBytes = 43;  // of 32 bytes, without padding
constexpr std::size_t kMaxKeys = 64;     // each is tried on every delivery

/// 32 bytes of base64url (RFC 4648, section 5), with padding or without.
std::optional<std::array<std::uint8_t, 32>> decode_key(std::string text) {
  while (text.ends_with('=')) text.pop_back();
  if (text.size() != kCodedBytes) return std::nullopt;
  std::replace(text.begin(), text.end(), '-', '+');
  std::replace(text.begin(), text.end(), '_', '/');
  text += '=';
  std::array<unsigned char, 33> decoded{};                                  // OpenSSL counts the padding as a byte
  const auto* coded = reinterpret_cast<const unsigned char*>(text.data());  // NOLINT(*-reinterpret-cast): its alphabet
  if (EVP_DecodeBlock(decoded.data(), coded, static_cast<int>(text.size())) != 33) return std::nullopt;
  std::array<std::uint8_t, 32> key{};
  std::copy_n(decoded.begin(), key.size(), key.begin());
  return key;
}

bool is_ed25519(const Json& entry) {
  const std::string type = fal::text_of(entry, "kty");
  const std::string curve = fal::text_of(entry, "crv");
  return (type.empty() || type == "OKP") && (curve.empty() || curve == "Ed25519");
}

}  // namespace

WebhookKeys parse_webhook_keys(std::string_view json) {
  return at_boundary("parse_webhook_keys", [&] {
    WebhookKeys keys;
    const auto document = fal::read_object(json);
    if (!document || !document->contains("keys") || !(*document)["keys"].is_array()) return keys;
    for (const Json& entry : (*document)["keys"]) {
      if (!entry.is_object() || !is_ed25519(entry) || keys.size() == kMaxKeys) continue;
      if (const auto bytes = decode_key(fal::text_of(entry, "x"))) keys.push_back({fal::text_of(entry, "kid"), *bytes});
    }
    return keys;
  });
}

}  // namespace react1

namespace react1::fal {

WebhookKeyring::WebhookKeyring(const WebhookOptions& options, http::Transport& transport, const Clock& clock)
    : options_(options), transport_(transport), clock_(clock) {}

bool WebhookKeyring::alive() const {
  return !keys_->keys.empty() && clock_.now() - keys_->fetched < options_.keys_life;
}

std::shared_ptr<const WebhookKeyring::Keys> WebhookKeyring::current(const RunContext& context) {
  const std::lock_guard lock(mutex_);
  if (!alive()) fetch(context);
  return alive() ? keys_ : std::make_shared<Keys>();
}

std::shared_ptr<const WebhookKeyring::Keys> WebhookKeyring::newer_than(const std::shared_ptr<const Keys>& known,
                                                                       const RunContext& context) {
  const std::lock_guard lock(mutex_);
  if (keys_ == known) fetch(context);  // else somebody else has fetched them meanwhile
  return alive() && keys_ != known ? keys_ : nullptr;
}

void WebhookKeyring::fetch(const RunContext& context) {
  const auto now = clock_.now();
  if (attempted_ && now - *attempted_ < at_most_forever(options_.keys_floor)) return;
  attempted_ = now;
  http::Request request;
  request.url = options_.keys_url;
  request.headers.add("Accept", "application/json");
  request.sink = http::TextSink{1 << 20};
  request.follow_redirects = true;
  request.decode = true;
  request.connect_timeout = options_.fetch_timeout;
  request.stall_timeout = options_.fetch_timeout;
  request.total_timeout = options_.fetch_timeout;
  const http::Outcome outcome = transport_.perform(request, context);
  std::string why;
  if (const auto* failure = std::get_if<http::TransportFailure>(&outcome)) {
    if (failure->kind == http::TransportFailure::Kind::interrupted) {
      attempted_.reset();  // nothing was tried
      throw Error(ErrorCode::interrupted, redact_url(options_.keys_url), "stopped on request");
    }
    why = fmt::format("{} {}", to_string(failure->kind), failure->detail);
  } else {
    const auto& response = std::get<http::Response>(outcome);
    if (WebhookKeys keys = response.ok() ? parse_webhook_keys(response.body) : WebhookKeys{}; !keys.empty()) {
      keys_ = std::make_shared<Keys>(Keys{std::move(keys), now});
      return;
    }
    why = fmt::format("HTTP {} without an Ed25519 key", response.status);
  }
  log::warning("fal", fmt::format("the keys of webhooks can't be had from {}: {}", redact_url(options_.keys_url), why));
}

}  // namespace react1::fal
