// SPDX-License-Identifier: Apache-2.0
#include "core/printable.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace react1 {
namespace {

struct Block {
  char32_t first, last;
};

/// Unicode's control characters (Cc), separators of lines (Zl, Zp) and invisible formatting (Cf) as far
/// as it changes the visible order or hides text. The joiners stay: Persian, Hindi and many emoji need them.
constexpr std::array<Block, 14> kUnprintable{{{0x00, 0x1F},
                                              {0x7F, 0x9F},
                                              {0xAD, 0xAD},
                                              {0x061C, 0x061C},
                                              {0x180E, 0x180E},
                                              {0x200B, 0x200B},
                                              {0x200E, 0x200F},
                                              {0x2028, 0x202E},
                                              {0x2060, 0x206F},
                                              {0xFEFF, 0xFEFF},
                                              {0xFFF9, 0xFFFB},
                                              {0x1D173, 0x1D17A},
                                              {0xE0000, 0xE007F},
                                              {0xF0000, 0x10FFFF}}};

std::string escaped(std::string_view text, bool keep_lines) {
  std::string result;
  result.reserve(text.size());
  while (!text.empty()) {
    char32_t code_point = 0;
    const std::size_t length = decode_utf8(text, code_point);
    if (length == 0) {
      result += fmt::format("\\x{:02x}", static_cast<unsigned char>(text.front()));
      text.remove_prefix(1);
      continue;
    }
    if (!is_unprintable(code_point) || (keep_lines && (code_point == '\n' || code_point == '\t'))) {
      result += text.substr(0, length);
    } else if (code_point == '\n') {
      result += "\\n";
    } else if (code_point < 0x80) {
      result += fmt::format("\\x{:02x}", static_cast<unsigned>(code_point));
    } else {
      result += fmt::format("\\u{{{:x}}}", static_cast<unsigned>(code_point));
    }
    text.remove_prefix(length);
  }
  return result;
}

bool is_plain_letter(char c) noexcept {
  constexpr std::string_view kOthers = "_./-+:@%";
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         kOthers.find(c) != std::string_view::npos;
}

/// Every shell takes it for the same bytes: letters, digits and a few signs.
bool is_plain_word(std::string_view word) noexcept {
  return !word.empty() && std::all_of(word.begin(), word.end(), is_plain_letter);
}

}  // namespace

std::size_t decode_utf8(std::string_view text, char32_t& code_point) noexcept {
  if (text.empty()) return 0;
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
  const unsigned char lead = byte(0);
  std::size_t length = 0;
  char32_t least = 0;
  if (lead < 0x80) {
    code_point = lead;
    return 1;
  }
  if (lead >= 0xC2 && lead <= 0xDF) {
    length = 2;
    least = 0x80;
    code_point = lead & 0x1FU;
  } else if (lead >= 0xE0 && lead <= 0xEF) {
    length = 3;
    least = 0x800;
    code_point = lead & 0x0FU;
  } else if (lead >= 0xF0 && lead <= 0xF4) {
    length = 4;
    least = 0x10000;
    code_point = lead & 0x07U;
  }
  if (length == 0 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0U) != 0x80U) return 0;
    code_point = code_point << 6U | (byte(i) & 0x3FU);
  }
  const bool is_surrogate = code_point >= 0xD800 && code_point <= 0xDFFF;
  return code_point < least || code_point > 0x10FFFF || is_surrogate ? 0 : length;
}

bool is_unprintable(char32_t code_point) noexcept {
  return std::any_of(kUnprintable.begin(), kUnprintable.end(), [code_point](const Block& block) {
    return code_point >= block.first && code_point <= block.last;
  });
}

std::string printable(std::string_view text) {
  return escaped(text, /*keep_lines=*/false);
}

std::string printable_lines(std::string_view text) {
  return escaped(text, /*keep_lines=*/true);
}

std::string shell_word(std::string_view word) {
  if (is_plain_word(word)) return std::string(word);
  const bool is_harmless = printable(word) == word;
  if (is_harmless) {
    std::string text = "'";
    for (const char letter : word) text += letter == '\'' ? std::string("'\\''") : std::string(1, letter);
    return text + "'";
  }
  // What can't be shown is written as numbers, which bash, zsh and ksh turn into the same bytes again.
  std::string text = "$'";
  for (const char letter : word) {
    if (is_plain_letter(letter)) {
      text += letter;
    } else {
      text += fmt::format("\\{:03o}", static_cast<unsigned char>(letter));
    }
  }
  return text + "'";
}

}  // namespace react1
