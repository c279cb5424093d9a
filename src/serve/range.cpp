// SPDX-License-Identifier: Apache-2.0
#include "serve/range.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>

namespace react1::serve {
namespace {

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// Digits only; a number too large for 64 bits saturates, because it is past the end of any file anyway.
std::optional<std::uint64_t> number(std::string_view digits) {
  if (digits.empty() || digits.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
  std::uint64_t value = 0;
  const auto result = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return result.ec == std::errc::result_out_of_range ? std::numeric_limits<std::uint64_t>::max() : value;
}

bool is_bytes_unit(std::string_view unit) {
  static constexpr std::string_view bytes = "bytes";
  return std::equal(unit.begin(), unit.end(), bytes.begin(), bytes.end(),
                    [](char a, char b) { return a == b || a == b - 'a' + 'A'; });
}

}  // namespace

RangeChoice choose_range(std::string_view header, std::uint64_t size) {
  const auto equals = header.find('=');
  if (equals == std::string_view::npos || !is_bytes_unit(trim(header.substr(0, equals)))) return {};
  const std::string_view set = trim(header.substr(equals + 1));
  const auto dash = set.find('-');
  if (dash == std::string_view::npos || set.find(',') != std::string_view::npos) return {};
  const std::string_view from = trim(set.substr(0, dash));
  const std::string_view to = trim(set.substr(dash + 1));

  if (from.empty()) {  // the last N bytes
    const auto suffix = number(to);
    if (!suffix) return {};
    if (*suffix == 0 || size == 0) return {RangeChoice::Kind::unsatisfiable, 0, 0};
    const auto length = std::min(*suffix, size);
    return {RangeChoice::Kind::part, size - length, length};
  }
  const auto first = number(from);
  const auto last = to.empty() ? std::optional{std::numeric_limits<std::uint64_t>::max()} : number(to);
  if (!first || !last || *last < *first) return {};
  if (*first >= size) return {RangeChoice::Kind::unsatisfiable, 0, 0};
  return {RangeChoice::Kind::part, *first, std::min(*last, size - 1) - *first + 1};
}

}  // namespace react1::serve
