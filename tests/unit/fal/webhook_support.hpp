// SPDX-License-Identifier: Apache-2.0
// Keys made in the test, and deliveries signed with them.
#pragma once

#include <openssl/evp.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include <react1/webhook.hpp>

#include "core/hex.hpp"
#include "core/sha256.hpp"
#include "support/http_client.hpp"
#include "unit/fal/support.hpp"

namespace react1::test {

/// An Ed25519 pair, fresh for every object.
class SigningKey {
 public:
  SigningKey() {
    const std::unique_ptr<EVP_PKEY_CTX, void (*)(EVP_PKEY_CTX*)> maker(
        EVP_PKEY_CTX_new_id(EVP_PKEY_ED25519, /*engine=*/nullptr), &EVP_PKEY_CTX_free);
    EVP_PKEY* made = nullptr;
    REQUIRE(EVP_PKEY_keygen_init(maker.get()) == 1);
    REQUIRE(EVP_PKEY_keygen(maker.get(), &made) == 1);
    pair_.reset(made);
  }

  [[nodiscard]] WebhookKey public_key(const std::string& id = "k1") const {
    WebhookKey key{id, {}};
    std::size_t size = key.bytes.size();
    REQUIRE(EVP_PKEY_get_raw_public_key(pair_.get(), key.bytes.data(), &size) == 1);
    REQUIRE(size == 32);
    return key;
  }

  /// The public key as `x` of a JWK: base64url without padding.
  [[nodiscard]] std::string coded() const {
    const WebhookKey key = public_key();
    std::string text(44 + 1, '\0');
    EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), key.bytes.data(), 32);
    text.resize(43);
    for (char& c : text) c = c == '+' ? '-' : c == '/' ? '_' : c;
    return text;
  }

  /// 128 hex digits.
  [[nodiscard]] std::string sign(std::string_view message) const {
    const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
    REQUIRE(EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, pair_.get()) == 1);
    std::string signature(64, '\0');
    std::size_t size = signature.size();
    REQUIRE(EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                           reinterpret_cast<const unsigned char*>(message.data()), message.size()) == 1);
    return to_hex(signature);
  }

 private:
  struct Free {
    void operator()(EVP_PKEY* key) const noexcept { EVP_PKEY_free(key); }
  };
  std::unique_ptr<EVP_PKEY, Free> pair_;
};

/// {"keys":[…]} of those keys.
inline std::string key_set(const std::vector<const SigningKey*>& keys) {
  std::string text = R"({"keys":[)";
  for (const SigningKey* key : keys) {
    if (text.back() == '}') text += ',';
    text += R"({"kty":"OKP","crv":"Ed25519","use":"sig","kid":"k","x":")" + key->coded() + "\"}";
  }
  return text + "]}";
}

/// One delivery as the service would send it. Change it after sign() to forge it.
struct Signed {
  std::string request_id = "r-1", user_id = "user-1", timestamp = "1800000000";
  std::string body = R"({"request_id":"r-1","gateway_request_id":"r-1","status":"OK","payload":{}})";
  std::string signature{};

  Signed& sign(const SigningKey& key) {
    signature = key.sign(request_id + "\n" + user_id + "\n" + timestamp + "\n" + sha256_hex(body));
    return *this;
  }
  [[nodiscard]] WebhookHeaders headers() const {
    return {{"Content-Type", "application/json"},
            {"x-fal-webhook-request-id", request_id},
            {"X-Fal-Webhook-User-Id", user_id},
            {"X-FAL-WEBHOOK-TIMESTAMP", timestamp},
            {"X-Fal-Webhook-Signature", signature}};
  }
};

inline std::chrono::system_clock::time_point at_second(std::int64_t unix_seconds) {
  return std::chrono::system_clock::time_point(std::chrono::seconds(unix_seconds));
}

/// A receiver and the service whose reports it takes. Members in the order of their lifetimes.
struct ReceiverBench {
  ReceiverBench() {
    keys.otherwise([this](const SeenRequest&) { return keys_down ? answer(503, "") : answer(200, key_set({&key})); });
  }
  WebhookReceiverOptions options() const {
    WebhookReceiverOptions made;
    made.path = "/hook";
    made.verification.keys_url = keys.url("/keys");
    return made;
  }
  /// A report of now.
  [[nodiscard]] Signed report(const std::string& request_id, const std::string& status = "OK") const {
    Signed made;
    made.request_id = request_id;
    made.timestamp = std::to_string(std::chrono::system_clock::to_time_t(std::chrono::system_clock::now()));
    made.body = R"({"request_id":")" + request_id + R"(","status":")" + status + R"(","payload":null})";
    return made.sign(key);
  }
  static HttpResponse deliver(const WebhookReceiver& receiver, const Signed& report, const std::string& path = "/hook",
                              const std::string& method = "POST") {
    HttpRequest request{.method = method, .url = "http://127.0.0.1:" + std::to_string(receiver.port()) + path};
    for (const auto& [name, value] : report.headers()) request.headers.push_back(name + ": " + value);
    request.body = report.body;
    return exchange(request);
  }

  SigningKey key;
  std::atomic<bool> keys_down = false;
  RawServer keys;
};

}  // namespace react1::test
