// SPDX-License-Identifier: Apache-2.0
// Parsing numbers, independent of the process's locale: a host application's locale must not turn
// "6.85" into 6.
#pragma once

#include <charconv>
#include <concepts>
#include <optional>
#include <string_view>
#include <system_error>

namespace react1 {

/// All of `text` as a number; nullopt when it is none, or does not fit.
template <class Number>
requires std::integral<Number> || std::floating_point<Number>
[[nodiscard]] std::optional<Number> read_number(std::string_view text) noexcept {
  Number value{};
  const char* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, value);
  return !text.empty() && parsed.ec == std::errc{} && parsed.ptr == end ? std::optional(value) : std::nullopt;
}

}  // namespace react1
