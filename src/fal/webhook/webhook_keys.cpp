// SPDX-License-Identifier: Apache-2.0
#include "fal/webhook/webhook_keys.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <react1/error.hpp>
#include <utility>

#include "core/boundary.hpp"
#include "core/log.hpp"
#include "core/redact.hpp"
#include "core/saturate.hpp"
#include "fal/protocol/wire.hpp"

namespace react1::REACT1_ABI {
namespace {

constexpr std::size_t kCodedBytes = 43;  // of 32 bytes, without padding
constexpr std::size_t kMaxKeys = 64;     // each is tried for every delivery

using KeyBytes = std::array<std::uint8_t, 32>;

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// 32 bytes of base64url (RFC 4648, section 5), with or without padding. Of the texts that would decode to the same
/// bytes only one is accepted: the bits after the last byte must be 0.
std::optional<KeyBytes> decode_key(std::string_view text) {
  if (text.ends_with('=')) text.remove_suffix(1);
  if (text.size() != kCodedBytes) return std::nullopt;
  KeyBytes key{};
  std::size_t filled = 0;
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (const char letter : text) {
    const auto value = kAlphabet.find(letter);
    if (value == std::string_view::npos) return std::nullopt;
    bits = (bits << 6U | static_cast<std::uint32_t>(value)) & 0xFFFFU;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    key.at(filled++) = static_cast<std::uint8_t>(bits >> count & 0xFFU);
  }
  const std::uint32_t rest = bits & ((1U << count) - 1);
  return filled == key.size() && rest == 0 ? std::optional(key) : std::nullopt;
}

/// Points of small order, and their non-canonical encodings: anyone can produce signatures for such a key.
/// The sign bit is excluded from the comparison.
bool is_weak(KeyBytes key) {
  constexpr std::array<std::uint8_t, 32> kOrder8a{0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4,
                                                  0x89, 0xf2, 0xef, 0x98, 0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6,
                                                  0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05};
  constexpr std::array<std::uint8_t, 32> kOrder8b{0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b,
                                                  0x76, 0x0d, 0x10, 0x67, 0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39,
                                                  0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a};
  key[31] &= 0x7FU;
  const auto middle_is = [&key](std::uint8_t byte) {
    return std::all_of(key.begin() + 1, key.end() - 1, [byte](std::uint8_t each) { return each == byte; });
  };
  const bool zero_or_one = key[0] <= 1 && middle_is(0) && key[31] == 0;
  const bool around_prime = key[0] >= 0xEC && key[0] <= 0xEE && middle_is(0xFF) && key[31] == 0x7F;
  return zero_or_one || around_prime || key == kOrder8a || key == kOrder8b;
}

/// Whether `entry` has no `name`, or its value is `one` or `other`. A non-text value belongs to another key type.
bool may_be(const Json& entry, const char* name, std::string_view one, std::string_view other) {
  const auto found = entry.find(name);
  if (found == entry.end()) return true;
  return found->is_string() && (*found == one || *found == other);
}

/// The service documents "x" only, so other missing fields do not exclude a key.
bool is_ed25519(const Json& entry) {
  return may_be(entry, "kty", "OKP", "OKP") && may_be(entry, "crv", "Ed25519", "Ed25519") &&
         may_be(entry, "alg", "EdDSA", "Ed25519") && may_be(entry, "use", "sig", "sig");
}

}  // namespace

WebhookKeys parse_webhook_keys(std::string_view json) {
  return at_boundary("parse_webhook_keys", [&] {
    WebhookKeys keys;
    const auto document = fal::read_object(json);
    if (!document || !document->contains("keys") || !(*document)["keys"].is_array()) return keys;
    for (const Json& entry : (*document)["keys"]) {
      if (!entry.is_object() || !is_ed25519(entry) || keys.size() == kMaxKeys) continue;
      const auto bytes = decode_key(fal::text_of(entry, "x"));
      if (!bytes || is_weak(*bytes)) continue;
      // The key id does not identify the signing key, so two keys of one id are both kept, and one key is kept once.
      const auto is_same = [&bytes](const WebhookKey& key) { return key.bytes == *bytes; };
      if (std::none_of(keys.begin(), keys.end(), is_same)) keys.push_back({fal::text_of(entry, "kid"), *bytes});
    }
    return keys;
  });
}

}  // namespace react1::REACT1_ABI

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
  if (keys_ == known) fetch(context);  // else another thread has fetched them meanwhile
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
  log::warning("fal", fmt::format("the webhook keys can't be fetched from {}: {}", redact_url(options_.keys_url), why));
}

}  // namespace react1::fal
