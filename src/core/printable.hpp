// SPDX-License-Identifier: Apache-2.0
// The one place where text that others wrote (the service, a file's metadata, a file's name, another user's database)
// loses what would act on a terminal, a log or a shell.
#pragma once

#include <string>
#include <string_view>

namespace react1 {

/// One line that shows what `text` holds and does nothing: control characters (C0, DEL, C1), line and paragraph
/// separators, characters that change the direction of text or are invisible formatting, and what is no UTF-8 become
/// visible escapes ("\x1b", "\n", "\u{202e}"). Everything else, a backslash included, stays.
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
