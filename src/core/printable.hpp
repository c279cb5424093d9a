// SPDX-License-Identifier: Apache-2.0
// The only place where foreign text (the service's, a file's metadata
// or name, another user's database) is escaped for terminals, logs and shells.
#pragma once

#include <string>
#include <string_view>

namespace react1 {

/// `text` as one safe line: control characters (C0, DEL, C1), line and paragraph
/// separators, characters that change the direction of text or are invisible formatting, and what is no UTF-8 become
/// visible escapes ("\x1b", "\n", "\u{202e}"). Everything else, backslashes included, stays.
[[nodiscard]] std::string printable(std::string_view text);

/// The same, except that line breaks and tabs stay: for text of several lines that we have put together ourselves.
[[nodiscard]] std::string printable_lines(std::string_view text);

/// The length in bytes of the UTF-8 character that `text` begins with; 0 when it begins with none (also an overlong
/// form, a surrogate, what is cut off). `code_point` is set unless 0 is returned.
[[nodiscard]] std::size_t decode_utf8(std::string_view text, char32_t& code_point) noexcept;

/// Whether a terminal, or a reader, could be misled by this character. Line breaks and tabs are, too.
[[nodiscard]] bool is_unprintable(char32_t code_point) noexcept;

/// `word` as one word of a shell's command (bash, zsh, ksh; what is printable in every POSIX shell), for commands that
/// are shown to be copied. The result is printable.
[[nodiscard]] std::string shell_word(std::string_view word);

}  // namespace react1
