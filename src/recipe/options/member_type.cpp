// SPDX-License-Identifier: Apache-2.0
#include "recipe/options/member_type.hpp"

#include <array>
#include <charconv>

#include "plan/plan_words.hpp"

namespace react1::recipe {
namespace {

using planning::brief;

std::string unit_text(Unit unit) {
  return unit == Unit::milliseconds ? " ms" : "";
}

std::string allowed_range(const Range& range) {
  return fmt::format("allowed are {}{} to {}", range.above_low ? "above " : "", brief(*range.low), brief(*range.high));
}

std::string range_text(const Range& range) {
  return fmt::format("from {} to {}", brief(*range.low), brief(*range.high));
}

}  // namespace

Range between(const Rational& low, const Rational& high) {
  return {.low = low, .high = high};
}

Range above(const Rational& low, const Rational& high) {
  return {.low = low, .high = high, .above_low = true};
}

void add_range(Json& schema, const Range& range) {
  if (range.low) schema[range.above_low ? "exclusiveMinimum" : "minimum"] = json_number(*range.low);
  if (range.high) schema["maximum"] = json_number(*range.high);
}

Json json_words(std::span<const std::string_view> words) {
  Json list = Json::array();
  for (const std::string_view word : words) list.push_back(word);
  return list;
}

Json json_number(const Rational& value) {
  return value.den() == 1 ? Json(value.num()) : Json(value.to_double());
}

Json json_number(double value) {
  constexpr double exact_below = 9007199254740992.0;  // 2^53
  const bool is_whole = std::abs(value) < exact_below && std::trunc(value) == value;
  return is_whole ? Json(static_cast<std::int64_t>(value)) : Json(value);
}

Rational exact_number(const Document& value) {
  if (value.is_string()) return Rational::parse(value.get<std::string>());
  std::array<char, 512> buffer{};  // the longest double without an exponent has some 330 digits
  const auto [end, error] =
      value.is_number_integer()
          ? std::to_chars(buffer.data(), buffer.data() + buffer.size(), value.get<std::int64_t>())
          : std::to_chars(buffer.data(), buffer.data() + buffer.size(), value.get<double>(), std::chars_format::fixed);
  if (error != std::errc{}) throw std::invalid_argument("not a number of ordinary size");
  return Rational::parse({buffer.data(), end});
}

std::optional<std::string> range_problem(const Rational& value, const Limits& limits) {
  const Range& range = limits.range;
  if (!range.low || !range.high) return std::nullopt;
  const bool too_low = range.above_low ? value <= *range.low : value < *range.low;
  if (!too_low && value <= *range.high) return std::nullopt;
  return fmt::format("is {}{}; {}{}", brief(value), unit_text(limits.unit), allowed_range(range),
                     unit_text(limits.unit));
}

std::optional<std::string> range_problem(double value, const Limits& limits) {
  const Range& range = limits.range;
  if (!range.low || !range.high) return std::nullopt;
  if (value >= range.low->to_double() && value <= range.high->to_double()) return std::nullopt;  // nan fails both
  return fmt::format("is {}; {}", value, allowed_range(range));
}

std::int64_t parse_whole_number(const std::string& text, const Range& range) {
  const auto value = read_number<std::int64_t>(text);
  if (value && (!range.low || (*value >= *range.low && *value <= *range.high))) return *value;
  throw Error(ErrorCode::usage, "number",
              fmt::format("\"{}\" is not a whole number{}", text, range.low ? " " + range_text(range) : ""));
}

double parse_number(const std::string& text, const Range& range) {
  const auto value = read_number<double>(text);
  if (value && !range_problem(*value, {.range = range})) return *value;
  throw Error(ErrorCode::usage, "number", fmt::format("\"{}\" is not a number {}", text, range_text(range)));
}

Seconds parse_time_within(const std::string& text, const Range& range, const Rational& second) {
  const Seconds time = parse_time(text);
  const Range in_seconds = between(*range.low / second, *range.high / second);
  if (!range_problem(time, {.range = in_seconds})) return time;
  throw Error(ErrorCode::usage, "time", fmt::format("\"{}\" is not a time {} s", text, range_text(in_seconds)));
}

Rational parse_quantity(const std::string& text, Unit unit) {
  if (unit == Unit::seconds) return parse_time(text);
  return unit == Unit::usd ? parse_usd(text) : parse_exact(text);
}

void allow_unset(Json& node, std::string_view unset_word) {
  const Json unset = unset_word.empty() ? Json() : Json(unset_word);
  if (node.contains("enum")) {
    node["enum"].insert(node["enum"].begin(), unset);
    return;
  }
  Json types = node["type"].is_array() ? node["type"] : Json::array({node["type"]});
  types.push_back("null");
  node["type"] = types;
}

std::vector<std::string_view> words_of(const Limits& limits, std::span<const std::string_view> own) {
  std::vector<std::string_view> words;
  if (!limits.unset_word.empty()) words.push_back(limits.unset_word);
  words.insert(words.end(), own.begin(), own.end());
  return words;
}

}  // namespace react1::recipe
