// SPDX-License-Identifier: Apache-2.0
#include "core/seal.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <array>
#include <memory>
#include <react1/error.hpp>
#include <utility>

#include "core/hex.hpp"

namespace react1 {
namespace {

constexpr std::size_t kNonceBytes = 12;  // what GCM is made for
constexpr std::size_t kTagBytes = 16;

struct Free {
  void operator()(EVP_CIPHER_CTX* context) const noexcept { EVP_CIPHER_CTX_free(context); }
};
using Cipher = std::unique_ptr<EVP_CIPHER_CTX, Free>;

[[noreturn]] void fail() {
  throw Error(ErrorCode::internal, "seal", "the cipher library failed");
}

const unsigned char* bytes(std::string_view text) noexcept {
  return reinterpret_cast<const unsigned char*>(text.data());  // NOLINT(*-reinterpret-cast): OpenSSL's alphabet
}

unsigned char* bytes(std::string& text) noexcept {
  return reinterpret_cast<unsigned char*>(text.data());  // NOLINT(*-reinterpret-cast): OpenSSL's alphabet
}

std::string derive(const Secret& secret, std::string_view purpose, std::string_view use) {
  const std::string message = std::string(purpose) + '\n' + std::string(use);
  std::string key(EVP_MAX_MD_SIZE, '\0');
  unsigned int size = 0;
  const std::string& text = secret.expose();
  if (HMAC(EVP_sha256(), text.data(), static_cast<int>(text.size()), bytes(std::string_view(message)), message.size(),
           bytes(key), &size) == nullptr)
    fail();
  key.resize(size);
  return key;
}

}  // namespace

Sealer::Sealer(const Secret& secret, std::string_view purpose)
    : key_(derive(secret, purpose, "seal")), fingerprint_(to_hex(derive(secret, purpose, "fingerprint"))) {}

std::string Sealer::seal(std::string_view text, std::string_view label) const {
  std::string out(kNonceBytes + text.size() + kTagBytes, '\0');
  unsigned char* const nonce = bytes(out);
  const Cipher cipher(EVP_CIPHER_CTX_new());
  int size = 0;
  if (!cipher || RAND_bytes(nonce, kNonceBytes) != 1 ||
      EVP_EncryptInit_ex(cipher.get(), EVP_aes_256_gcm(), /*impl=*/nullptr, bytes(std::string_view(key_.expose())),
                         nonce) != 1 ||
      EVP_EncryptUpdate(cipher.get(), /*out=*/nullptr, &size, bytes(label), static_cast<int>(label.size())) != 1 ||
      EVP_EncryptUpdate(cipher.get(), nonce + kNonceBytes, &size, bytes(text), static_cast<int>(text.size())) != 1 ||
      EVP_EncryptFinal_ex(cipher.get(), nonce + kNonceBytes + text.size(), &size) != 1 ||
      EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_GET_TAG, kTagBytes, nonce + kNonceBytes + text.size()) != 1)
    fail();
  return to_hex(out);
}

std::optional<std::string> Sealer::open(std::string_view sealed, std::string_view label) const {
  auto packed = from_hex(sealed);
  if (!packed || packed->size() < kNonceBytes + kTagBytes) return std::nullopt;
  const std::size_t length = packed->size() - kNonceBytes - kTagBytes;
  unsigned char* const nonce = bytes(*packed);
  std::string text(length, '\0');
  const Cipher cipher(EVP_CIPHER_CTX_new());
  int size = 0;
  const bool genuine =
      cipher &&
      EVP_DecryptInit_ex(cipher.get(), EVP_aes_256_gcm(), /*impl=*/nullptr, bytes(std::string_view(key_.expose())),
                         nonce) == 1 &&
      EVP_DecryptUpdate(cipher.get(), /*out=*/nullptr, &size, bytes(label), static_cast<int>(label.size())) == 1 &&
      EVP_DecryptUpdate(cipher.get(), bytes(text), &size, nonce + kNonceBytes, static_cast<int>(length)) == 1 &&
      EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_SET_TAG, kTagBytes, nonce + kNonceBytes + length) == 1 &&
      EVP_DecryptFinal_ex(cipher.get(), bytes(text) + length, &size) == 1;
  return genuine ? std::optional(std::move(text)) : std::nullopt;
}

}  // namespace react1
