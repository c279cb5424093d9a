// SPDX-License-Identifier: Apache-2.0
// Verification of one delivery: which bytes were signed, and whether a key of the service signed them.
#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <charconv>
#include <memory>
#include <react1/webhook.hpp>

#include "core/boundary.hpp"
#include "core/hex.hpp"
#include "core/sha256.hpp"
#include "http/message/headers.hpp"

namespace react1::REACT1_ABI {
namespace {

constexpr std::size_t kSignatureBytes = 64;
constexpr std::size_t kMaxValueBytes = 1024;

struct Free {
  void operator()(EVP_PKEY* key) const noexcept { EVP_PKEY_free(key); }
  void operator()(EVP_MD_CTX* context) const noexcept { EVP_MD_CTX_free(context); }
};

const unsigned char* bytes(std::string_view text) noexcept {
  return reinterpret_cast<const unsigned char*>(text.data());  // NOLINT(*-reinterpret-cast): OpenSSL's alphabet
}

/// Neither the public key nor the signature is secret, so this need not take constant time. OpenSSL also refuses the
/// second encoding that every Ed25519 signature could otherwise be rewritten to.
bool made_by(const WebhookKey& key, std::string_view message, std::string_view signature) {
  const std::unique_ptr<EVP_PKEY, Free> loaded(
      EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, /*engine=*/nullptr, key.bytes.data(), key.bytes.size()));
  const std::unique_ptr<EVP_MD_CTX, Free> context(EVP_MD_CTX_new());
  return loaded && context &&
         EVP_DigestVerifyInit(context.get(), /*pctx=*/nullptr, /*type=*/nullptr, /*engine=*/nullptr, loaded.get()) ==
             1 &&
         EVP_DigestVerify(context.get(), bytes(signature), signature.size(), bytes(message), message.size()) == 1;
}

struct Field {
  const char* name;
  std::string* value;
};

/// Fills in `field`, or returns the problem. A line feed in a value would shift the boundaries of what was signed.
std::optional<WebhookCheck> read_field(const WebhookHeaders& headers, const Field& field) {
  const std::string* found = nullptr;
  for (const auto& [name, value] : headers) {
    if (!http::equal_ignoring_case(name, field.name)) continue;
    if (found != nullptr)
      return WebhookCheck{WebhookVerdict::malformed_header, fmt::format("{} appears twice", field.name), {}, {}};
    found = &value;
  }
  if (found == nullptr || found->empty())
    return WebhookCheck{WebhookVerdict::missing_header, fmt::format("{} is missing", field.name), {}, {}};
  const bool plain = std::all_of(found->begin(), found->end(), [](char c) { return c >= 0x20 && c < 0x7F; });
  if (!plain || found->size() > kMaxValueBytes)
    return WebhookCheck{WebhookVerdict::malformed_header, fmt::format("{} is not plain text", field.name), {}, {}};
  *field.value = *found;
  return std::nullopt;
}

/// Unix seconds, digits only; twelve digits suffice for 30,000 years.
std::optional<std::int64_t> read_timestamp(const std::string& text) {
  constexpr std::size_t kMaxDigits = 12;
  const bool digits = std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!digits || text.size() > kMaxDigits) return std::nullopt;
  std::int64_t seconds = 0;
  std::from_chars(text.data(), text.data() + text.size(), seconds);
  return seconds;
}

}  // namespace

std::string_view to_string(WebhookVerdict verdict) noexcept {
  switch (verdict) {
    case WebhookVerdict::authentic:
      return "authentic";
    case WebhookVerdict::duplicate:
      return "duplicate";
    case WebhookVerdict::missing_header:
      return "missing_header";
    case WebhookVerdict::malformed_header:
      return "malformed_header";
    case WebhookVerdict::too_old:
      return "too_old";
    case WebhookVerdict::too_new:
      return "too_new";
    case WebhookVerdict::wrong_signature:
      return "wrong_signature";
    case WebhookVerdict::keys_unavailable:
      return "keys_unavailable";
  }
  return "?";
}

WebhookCheck verify_webhook(const WebhookHeaders& headers, std::string_view body, const WebhookKeys& keys,
                            std::chrono::system_clock::time_point now, std::chrono::seconds tolerance) {
  return at_boundary("verify_webhook", [&] {
    WebhookCheck check;
    std::string timestamp, signature_text;
    for (const Field& field :
         {Field{"X-Fal-Webhook-Request-Id", &check.request_id}, Field{"X-Fal-Webhook-User-Id", &check.user_id},
          Field{"X-Fal-Webhook-Timestamp", &timestamp}, Field{"X-Fal-Webhook-Signature", &signature_text}}) {
      if (auto problem = read_field(headers, field)) return std::move(*problem);
    }
    const auto judged = [&check](WebhookVerdict verdict, std::string reason) {
      check.verdict = verdict;
      check.reason = std::move(reason);
      return check;
    };
    const auto sent = read_timestamp(timestamp);
    if (!sent) return judged(WebhookVerdict::malformed_header, "the timestamp is not a number of seconds");
    const auto signature = from_hex(signature_text);
    if (!signature || signature->size() != kSignatureBytes)
      return judged(WebhookVerdict::malformed_header, "the signature is not 128 hexadecimal digits");
    const std::int64_t age = std::chrono::floor<std::chrono::seconds>(now.time_since_epoch()).count() - *sent;
    if (age > tolerance.count()) return judged(WebhookVerdict::too_old, fmt::format("it was sent {} s ago", age));
    if (-age > tolerance.count())
      return judged(WebhookVerdict::too_new, fmt::format("it was sent {} s in the future", -age));
    const std::string message = check.request_id + '\n' + check.user_id + '\n' + timestamp + '\n' + sha256_hex(body);
    const bool genuine =
        std::any_of(keys.begin(), keys.end(), [&](const WebhookKey& key) { return made_by(key, message, *signature); });
    if (!genuine) return judged(WebhookVerdict::wrong_signature, "the signature matches no key of the service");
    return judged(WebhookVerdict::authentic, {});
  });
}

}  // namespace react1::REACT1_ABI
