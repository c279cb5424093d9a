// SPDX-License-Identifier: Apache-2.0
// MP4 boxes written by hand.
#pragma once

#include <cstdint>
#include <string>

namespace react1::test {

/// `width` bytes, the first the highest; those above the eighth are 0.
inline std::string number(std::uint64_t value, int width) {
  std::string text;
  for (int i = width - 1; i >= 0; --i) text += i < 8 ? static_cast<char>(value >> (8 * i) & 0xFFU) : '\0';
  return text;
}

inline std::string box(const std::string& type, const std::string& body) {
  return number(body.size() + 8, 4) + type + body;
}

}  // namespace react1::test
