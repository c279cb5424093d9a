// SPDX-License-Identifier: Apache-2.0
// The Ed25519 key for signing webhooks, and how it is published. Uses OpenSSL's libcrypto.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "core/json_text.hpp"

namespace react1::sandbox {

/// A new key, for the life of the object. Safe from any thread.
class SigningKey {
 public:
  /// Throws Error{internal}.
  SigningKey();
  ~SigningKey();
  SigningKey(const SigningKey&) = delete;
  SigningKey& operator=(const SigningKey&) = delete;

  /// Lower-case hex of the 64 bytes.
  [[nodiscard]] std::string sign(std::string_view message) const;
  /// {"keys":[…]} with the public half (RFC 7517, RFC 8037).
  [[nodiscard]] Json key_set() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace react1::sandbox
