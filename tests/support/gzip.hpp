// SPDX-License-Identifier: Apache-2.0
// Compressed bodies, made without a compressor.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace react1::test {

inline std::string little_endian(std::uint32_t value, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i) text += static_cast<char>(value >> (8 * i));
  return text;
}

inline std::uint32_t crc32(std::string_view text) {
  std::uint32_t crc = 0xFFFFFFFF;
  for (const char c : text) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1U ^ ((crc & 1U) != 0 ? 0xEDB88320U : 0U);
  }
  return ~crc;
}

inline const std::string& gzip_head() {
  static const std::string head("\x1f\x8b\x08\0\0\0\0\0\0\xff", 10);
  return head;
}

/// `text`, of at most 65,535 bytes, as stored gzip.
inline std::string gzip(std::string_view text) {
  const auto size = static_cast<std::uint32_t>(text.size());
  return gzip_head() + '\1' + little_endian(size, 2) + little_endian(~size, 2) + std::string(text) +
         little_endian(crc32(text), 4) + little_endian(size, 4);
}

/// About `size` zeros in a 165th of that: a literal, and then "258 times what came last" again and again. It has no
/// end.
inline std::string gzip_bomb(std::size_t size) {
  std::string bits =
      "1"   // the last block
      "10"  // fixed codes
      "00110000";
  for (std::size_t have = 1; have < size; have += 258) bits += "1100010100000";
  std::string packed = gzip_head();
  for (std::size_t at = 0; at + 8 <= bits.size(); at += 8) {
    unsigned byte = 0;
    for (unsigned i = 0; i < 8; ++i) byte |= static_cast<unsigned>(bits[at + i] - '0') << i;
    packed += static_cast<char>(byte);
  }
  return packed;
}

}  // namespace react1::test
