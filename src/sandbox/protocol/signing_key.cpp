// SPDX-License-Identifier: Apache-2.0
#include "sandbox/protocol/signing_key.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <array>
#include <vector>

#include <react1/error.hpp>

namespace react1::sandbox {
namespace {

struct FreeKey {
  void operator()(EVP_PKEY* key) const noexcept { EVP_PKEY_free(key); }
};
struct FreeDigest {
  void operator()(EVP_MD_CTX* context) const noexcept { EVP_MD_CTX_free(context); }
};

[[noreturn]] void fail(const char* what) {
  throw Error{ErrorCode::internal, "libcrypto", what};
}

/// RFC 4648, section 5, without padding.
std::string base64url(const std::vector<unsigned char>& bytes) {
  static constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string text;
  std::uint32_t bits = 0;
  int held = 0;
  for (const unsigned char byte : bytes) {
    bits = (bits << 8U) | byte;
    for (held += 8; held >= 6;) {
      held -= 6;
      text += alphabet[(bits >> static_cast<unsigned>(held)) & 63U];
    }
  }
  if (held > 0) text += alphabet[(bits << static_cast<unsigned>(6 - held)) & 63U];
  return text;
}

}  // namespace

struct SigningKey::Impl {
  std::unique_ptr<EVP_PKEY, FreeKey> key;
};

SigningKey::SigningKey() : impl_(std::make_unique<Impl>()) {
  impl_->key.reset(EVP_PKEY_Q_keygen(/*libctx=*/nullptr, /*propq=*/nullptr, "ED25519"));
  if (!impl_->key) fail("no Ed25519 key can be made");
}

SigningKey::~SigningKey() = default;

std::string SigningKey::sign(std::string_view message) const {
  const std::unique_ptr<EVP_MD_CTX, FreeDigest> context{EVP_MD_CTX_new()};
  std::array<unsigned char, 64> signature{};
  std::size_t size = signature.size();
  const auto* bytes = reinterpret_cast<const unsigned char*>(message.data());  // NOLINT(*-reinterpret-cast): C's bytes
  if (!context || EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, impl_->key.get()) != 1 ||
      EVP_DigestSign(context.get(), signature.data(), &size, bytes, message.size()) != 1) {
    fail("a webhook can't be signed");
  }
  return fmt::format("{:02x}", fmt::join(signature, ""));
}

Json SigningKey::key_set() const {
  std::vector<unsigned char> bytes(32);
  std::size_t size = bytes.size();
  if (EVP_PKEY_get_raw_public_key(impl_->key.get(), bytes.data(), &size) != 1) fail("the public key can't be read");
  return Json{{"keys", Json::array({Json{{"kty", "OKP"},
                                         {"crv", "Ed25519"},
                                         {"use", "sig"},
                                         {"alg", "EdDSA"},
                                         {"kid", "sandbox"},
                                         {"x", base64url(bytes)}}})}};
}

}  // namespace react1::sandbox
