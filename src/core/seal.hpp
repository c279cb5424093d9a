// SPDX-License-Identifier: Apache-2.0
// Encryption of texts on disk that only the owner of the key may read, such as signed URLs.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <react1/secret.hpp>

namespace react1 {

/// AES-256-GCM (OpenSSL) under a key that is derived from a secret. Immutable after construction; any thread.
class Sealer {
 public:
  /// `purpose` keeps the seals of different uses apart: what was sealed for one can't be opened for another.
  Sealer(const Secret& secret, std::string_view purpose);

  /// Hexadecimal: a fresh nonce, the text and its tag. `label` is not stored; opening needs the same one, so that a
  /// seal can't be moved to another place.
  [[nodiscard]] std::string seal(std::string_view text, std::string_view label) const;
  /// nullopt when it was sealed under another secret, purpose or label, or has been changed.
  [[nodiscard]] std::optional<std::string> open(std::string_view sealed, std::string_view label) const;
  /// A fingerprint of the secret that does not reveal it: 64 hexadecimal digits, other ones for another purpose.
  [[nodiscard]] const std::string& fingerprint() const noexcept { return fingerprint_; }

 private:
  Secret key_;  // wiped at the end
  std::string fingerprint_;
};

}  // namespace react1
