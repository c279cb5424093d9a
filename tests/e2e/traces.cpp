// SPDX-License-Identifier: Apache-2.0
#include "e2e/traces.hpp"

#include <cctype>

namespace react1::test {
namespace {

constexpr std::size_t kPlain = 8, kBase64 = 11, kHex = 16;  // each of them shows eight characters

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0 || c == '-' || c == '_' || c == '.' || c == '~') {
      encoded += c;
    } else {
      encoded += {'%', digits[byte >> 4U], digits[byte & 0xFU]};
    }
  }
  return encoded;
}

std::string hex(std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string encoded;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    encoded += {digits[byte >> 4U], digits[byte & 0xFU]};
  }
  return encoded;
}

/// Whole groups only: what would come behind decides on the last one.
std::string base64(std::string_view text) {
  constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const auto byte = [text](std::size_t at) -> unsigned { return static_cast<unsigned char>(text[at]); };
  std::string encoded;
  for (std::size_t at = 0; at + 3 <= text.size(); at += 3) {
    const unsigned group = byte(at) << 16U | byte(at + 1) << 8U | byte(at + 2);
    for (const unsigned shift : {18U, 12U, 6U, 0U}) encoded += digits[group >> shift & 0x3FU];
  }
  return encoded;
}

}  // namespace

Traces::Traces(const std::string& secret) {
  add(secret, kPlain);
  add(percent_encoded(secret), kPlain);
  add(hex(secret), kHex);
  for (std::size_t offset = 0; offset < 3; ++offset) {
    std::string packed = base64(std::string(offset, '\0') + secret);
    if (offset > 0) packed.erase(0, 4);  // what comes before decides on the first group
    add(packed, kBase64);
    for (char& c : packed) c = c == '+' ? '-' : c == '/' ? '_' : c;
    add(packed, kBase64);
  }
}

void Traces::add(std::string_view text, std::size_t length) {
  for (std::size_t at = 0; at + length <= text.size(); ++at) needles_.emplace(text.substr(at, length));
}

std::string Traces::in(std::string_view text) const {
  for (const std::string& needle : needles_) {
    if (text.find(needle) != std::string_view::npos) return needle;
  }
  return {};
}

}  // namespace react1::test
