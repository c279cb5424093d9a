// SPDX-License-Identifier: Apache-2.0
#include "recipe/options/typed_value.hpp"

#include <fmt/format.h>

#include <stdexcept>
#include <string_view>
#include <vector>

#include <react1/error.hpp>

namespace react1::recipe {
namespace {

constexpr std::string_view size_units = "KMGT";

/// The result of `convert`; throws `refused` for text that is not a number or too large.
template <class Convert>
auto converted_or(const Error& refused, Convert convert) {
  try {
    return convert();
  } catch (const std::logic_error&) {
    throw refused;
  } catch (const std::overflow_error&) {
    throw refused;
  }
}

}  // namespace

Seconds parse_time(const std::string& text) {
  constexpr int base = 60;
  const Error bad(ErrorCode::usage, "time", fmt::format("\"{}\" is not a time", text),
                  {.hint = "seconds as in 14.5, or [hours:]minutes:seconds as in 1:02.5"});
  std::vector<std::string> parts;
  for (std::size_t begin = 0, colon = 0; colon != std::string::npos; begin = colon + 1) {
    colon = text.find(':', begin);
    parts.push_back(text.substr(begin, colon == std::string::npos ? colon : colon - begin));
  }
  if (parts.size() > 3) throw bad;
  return converted_or(bad, [&] {
    Seconds total = 0;
    for (std::size_t i = 0; i < parts.size(); ++i) {
      const Rational part = Rational::parse(parts[i]);
      const bool is_last = i + 1 == parts.size();
      if ((!is_last && part.den() != 1) || (parts.size() > 1 && part < 0) || (i > 0 && part >= base)) throw bad;
      total = total * base + part;
    }
    return total;
  });
}

std::int64_t parse_size(const std::string& text) {
  const Error bad(ErrorCode::usage, "size", fmt::format("\"{}\" is not a size", text),
                  {.hint = "bytes as in 4096, or with a unit as in 500M or 1.5G"});
  std::string number = text;
  std::int64_t unit = 1;
  if (const auto at = number.empty() ? std::string_view::npos : size_units.find(number.back());
      at != std::string_view::npos) {
    unit = std::int64_t{1} << (10 * (at + 1));
    number.pop_back();
  }
  const std::int64_t bytes = converted_or(bad, [&] { return (Rational::parse(number) * unit).floor(); });
  if (bytes < 1 || bytes > std::int64_t{1} << 62) throw bad;
  return bytes;
}

std::string size_text(std::int64_t bytes) {
  std::size_t unit = 0;
  for (; unit < size_units.size() && bytes != 0 && bytes % 1024 == 0; ++unit) bytes /= 1024;
  return unit == 0 ? fmt::format("{}", bytes) : fmt::format("{}{}", bytes, size_units[unit - 1]);
}

Rational parse_usd(const std::string& text) {
  const Error bad(ErrorCode::usage, "amount", fmt::format("\"{}\" is not an amount of US dollars", text),
                  {.hint = "a number from 0 on, as in 2.50"});
  const Rational amount = converted_or(bad, [&] { return Rational::parse(text); });
  if (amount < 0) throw bad;
  return amount;
}

Rational parse_exact(const std::string& text) {
  const Error bad(ErrorCode::usage, "number", fmt::format("\"{}\" is not a number", text),
                  {.hint = "a decimal as in 0.15, or a fraction as in 30000/1001"});
  return converted_or(bad, [&] { return Rational::parse(text); });
}

std::string decimal_text(const Rational& value) {
  std::string text = value.to_decimal(9);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text.pop_back();
  return text;
}

}  // namespace react1::recipe
