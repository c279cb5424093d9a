// SPDX-License-Identifier: Apache-2.0
// Sealed texts can be opened only with the key.
#include <doctest/doctest.h>

#include "core/hex.hpp"
#include "core/seal.hpp"

using namespace react1;

TEST_CASE("a sealed text opens under the same secret, purpose and label only, and shows nothing") {
  const Sealer sealer(Secret("id:secret"), "uploads");
  const std::string text = "https://host/put?signature=abcdef";
  const std::string sealed = sealer.seal(text, "row 1");
  CHECK(from_hex(sealed));
  CHECK(from_hex(sealed)->find("signature") == std::string::npos);
  CHECK(sealer.open(sealed, "row 1") == text);
  CHECK(Sealer(Secret("id:secret"), "uploads").open(sealed, "row 1") == text);
  CHECK_FALSE(sealer.open(sealed, "row 2"));
  CHECK_FALSE(Sealer(Secret("id:secreT"), "uploads").open(sealed, "row 1"));
  CHECK_FALSE(Sealer(Secret("id:secret"), "others").open(sealed, "row 1"));
  CHECK(sealer.seal(text, "row 1") != sealed);  // a fresh nonce each time
  CHECK(sealer.open(sealer.seal("", ""), "") == std::string());
}

TEST_CASE("a seal that was changed anywhere, cut or is none does not open") {
  const Sealer sealer(Secret("id:secret"), "uploads");
  const std::string sealed = sealer.seal("text", "row");
  for (std::size_t at = 0; at < sealed.size(); ++at) {
    std::string changed = sealed;
    changed[at] = changed[at] == '0' ? '1' : '0';
    CHECK_FALSE(sealer.open(changed, "row"));
  }
  for (const char* none : {"", "00", "zz", "0"}) CHECK_FALSE(sealer.open(none, "row"));
  CHECK_FALSE(sealer.open(sealed.substr(2), "row"));
}

TEST_CASE("a fingerprint names a secret without holding it") {
  const Sealer sealer(Secret("id:secret"), "uploads");
  CHECK(sealer.fingerprint().size() == 64);
  CHECK(sealer.fingerprint() == Sealer(Secret("id:secret"), "uploads").fingerprint());
  CHECK(sealer.fingerprint() != Sealer(Secret("id:other"), "uploads").fingerprint());
  CHECK(sealer.fingerprint() != Sealer(Secret("id:secret"), "others").fingerprint());
}

TEST_CASE("hexadecimal digits go both ways") {
  CHECK(to_hex(std::string_view("\x00\x7f\xff", 3)) == "007fff");
  CHECK(from_hex("007FfF") == std::string("\x00\x7f\xff", 3));
  CHECK_FALSE(from_hex("0"));
  CHECK_FALSE(from_hex("0g"));
}
