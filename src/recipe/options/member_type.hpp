// SPDX-License-Identifier: Apache-2.0
// What follows from a member's C++ type for an option: its JSON form, its typed form, its range. One MemberType each.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <concepts>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <react1/error.hpp>
#include <react1/pipeline.hpp>
#include <react1/rational.hpp>

#include "core/enum_names.hpp"
#include "core/json_text.hpp"
#include "core/number.hpp"
#include "recipe/options/option.hpp"
#include "recipe/options/typed_value.hpp"

namespace react1::recipe {

/// Allowed numbers, both ends included unless `above_low`.
struct Range {
  std::optional<Rational> low{}, high{};
  bool above_low = false;
};
[[nodiscard]] Range between(const Rational& low, const Rational& high);
/// `low` itself is not allowed.
[[nodiscard]] Range above(const Rational& low, const Rational& high);

/// What the row specifies in addition to the member's type.
struct Limits {
  Range range{};
  std::vector<std::string_view> words{};  ///< allowed texts; empty: any
  std::string_view unset_word{};          ///< in a recipe, in place of null
  Unit unit = Unit::none;
};

// Shared by the types below.
void add_range(Json& schema, const Range& range);
[[nodiscard]] Json json_words(std::span<const std::string_view> words);
/// A whole number where the value is one.
[[nodiscard]] Json json_number(const Rational& value);
[[nodiscard]] Json json_number(double value);
/// Exact: the shortest digits that name the double are what the author wrote. Throws std::invalid_argument.
[[nodiscard]] Rational exact_number(const Document& value);
/// nullopt when `value` is allowed.
[[nodiscard]] std::optional<std::string> range_problem(const Rational& value, const Limits& limits);
[[nodiscard]] std::optional<std::string> range_problem(double value, const Limits& limits);
/// Throw Error{usage} when the text is none, or out of range.
[[nodiscard]] std::int64_t parse_whole_number(const std::string& text, const Range& range);
[[nodiscard]] double parse_number(const std::string& text, const Range& range);
/// `range` counts `second`s to the second.
[[nodiscard]] Seconds parse_time_within(const std::string& text, const Range& range, const Rational& second);
[[nodiscard]] Rational parse_quantity(const std::string& text, Unit unit);

template <class T>
struct MemberType;

template <>
struct MemberType<bool> {
  static Json schema(const Limits& /*limits*/) { return {{"type", "boolean"}}; }
  static bool read(const Document& value, const Limits& /*limits*/) { return value.get<bool>(); }
  static Json write(bool value, const Limits& /*limits*/) { return value; }
  static bool parse(const std::string& text, const Limits& /*limits*/) { return text == "true"; }
  static std::optional<std::string> problem(bool /*value*/, const Limits& /*limits*/) { return std::nullopt; }
};

template <std::signed_integral Integer>
struct MemberType<Integer> {
  static Json schema(const Limits& limits) {
    Json node{{"type", "integer"}};
    add_range(node, limits.range);
    return node;
  }
  static Integer read(const Document& value, const Limits& /*limits*/) { return value.get<Integer>(); }
  static Json write(Integer value, const Limits& /*limits*/) { return value; }
  static Integer parse(const std::string& text, const Limits& limits) {
    if (limits.unit == Unit::bytes) return static_cast<Integer>(parse_size(text));
    return static_cast<Integer>(parse_whole_number(text, limits.range));
  }
  static std::optional<std::string> problem(Integer value, const Limits& limits) {
    return range_problem(Rational(std::int64_t{value}), limits);
  }
};

template <>
struct MemberType<double> {
  static Json schema(const Limits& limits) {
    Json node{{"type", "number"}};
    add_range(node, limits.range);
    return node;
  }
  static double read(const Document& value, const Limits& /*limits*/) { return value.get<double>(); }
  static Json write(double value, const Limits& /*limits*/) { return json_number(value); }
  static double parse(const std::string& text, const Limits& limits) { return parse_number(text, limits.range); }
  static std::optional<std::string> problem(double value, const Limits& limits) { return range_problem(value, limits); }
};

/// Exact quantities may be written as text as well.
template <>
struct MemberType<Rational> {
  static Json schema(const Limits& limits) {
    Json node{{"type", {"number", "string"}}};
    add_range(node, limits.range);
    node["pattern"] = "^([0-9]{1,12}([.][0-9]{1,9})?|[0-9]{1,12}/0*[1-9][0-9]{0,8})$";
    return node;
  }
  static Rational read(const Document& value, const Limits& /*limits*/) { return exact_number(value); }
  static Json write(const Rational& value, const Limits& /*limits*/) { return json_number(value); }
  static Rational parse(const std::string& text, const Limits& limits) { return parse_quantity(text, limits.unit); }
  static std::optional<std::string> problem(const Rational& value, const Limits& limits) {
    return range_problem(value, limits);
  }
};

/// Counted in its own unit in recipes, typed as a time.
template <class Rep, class Period>
struct MemberType<std::chrono::duration<Rep, Period>> {
  using Duration = std::chrono::duration<Rep, Period>;
  static Json schema(const Limits& limits) { return MemberType<std::int64_t>::schema(limits); }
  static Duration read(const Document& value, const Limits& /*limits*/) { return Duration(value.get<std::int64_t>()); }
  static Json write(Duration value, const Limits& /*limits*/) { return std::int64_t{value.count()}; }
  static Duration parse(const std::string& text, const Limits& limits) {
    const Rational second(Period::den, Period::num);  // in our unit
    const Seconds time = parse_time_within(text, limits.range, second);
    return Duration((time * second).round());
  }
  static std::optional<std::string> problem(Duration value, const Limits& limits) {
    return range_problem(Rational(std::int64_t{value.count()}), limits);
  }
};

template <class Enum>
requires std::is_enum_v<Enum>
struct MemberType<Enum> {
  static Json schema(const Limits& /*limits*/) { return {{"enum", json_words(enum_words<Enum>())}}; }
  static Enum read(const Document& value, const Limits& limits) { return parse(value.get<std::string>(), limits); }
  static Json write(Enum value, const Limits& /*limits*/) { return enum_word(value); }
  static Enum parse(const std::string& text, const Limits& /*limits*/) { return parse_enum<Enum>("word", text); }
  static std::optional<std::string> problem(Enum /*value*/, const Limits& /*limits*/) { return std::nullopt; }
};

/// Text that is not empty, or one of the row's words.
template <>
struct MemberType<std::string> {
  static Json schema(const Limits& limits) {
    if (!limits.words.empty()) return {{"enum", json_words(limits.words)}};
    return {{"type", "string"}, {"minLength", 1}};
  }
  static std::string read(const Document& value, const Limits& /*limits*/) { return value.get<std::string>(); }
  static Json write(const std::string& value, const Limits& /*limits*/) { return value; }
  static std::string parse(const std::string& text, const Limits& limits) {
    if (!limits.words.empty()) static_cast<void>(index_of_word(limits.words, "word", text));
    return text;
  }
  static std::optional<std::string> problem(const std::string& value, const Limits& limits) {
    const auto& words = limits.words;
    if (words.empty() || std::find(words.begin(), words.end(), value) != words.end()) return std::nullopt;
    return fmt::format("is \"{}\"; allowed are {}", value, fmt::join(words, ", "));
  }
};

template <>
struct MemberType<ListenAddress> {
  static Json schema(const Limits& limits) { return MemberType<std::string>::schema(limits); }
  static ListenAddress read(const Document& value, const Limits& /*limits*/) {
    try {
      return parse_listen_address(value.get<std::string>());
    } catch (const Error& error) {
      throw std::invalid_argument("allowed is " + error.hint());
    }
  }
  static Json write(const ListenAddress& value, const Limits& /*limits*/) {
    return fmt::format("{}:{}", value.address, value.port);
  }
  static ListenAddress parse(const std::string& text, const Limits& /*limits*/) { return parse_listen_address(text); }
  static std::optional<std::string> problem(const ListenAddress& /*value*/, const Limits& /*limits*/) {
    return std::nullopt;
  }
};

/// `node` with null, or with `unset_word` in its place.
void allow_unset(Json& node, std::string_view unset_word);

template <class T>
struct MemberType<std::optional<T>> {
  static Json unset(const Limits& limits) { return limits.unset_word.empty() ? Json() : Json(limits.unset_word); }
  static Json schema(const Limits& limits) {
    Json node = MemberType<T>::schema(limits);
    allow_unset(node, limits.unset_word);
    return node;
  }
  static std::optional<T> read(const Document& value, const Limits& limits) {
    const bool is_unset = value.is_null() || (!limits.unset_word.empty() && value == limits.unset_word);
    return is_unset ? std::nullopt : std::optional(MemberType<T>::read(value, limits));
  }
  static Json write(const std::optional<T>& value, const Limits& limits) {
    return value ? MemberType<T>::write(*value, limits) : unset(limits);
  }
  static std::optional<T> parse(const std::string& text, const Limits& limits) {
    const bool is_unset = !limits.unset_word.empty() && text == limits.unset_word;
    return is_unset ? std::nullopt : std::optional(MemberType<T>::parse(text, limits));
  }
  static std::optional<std::string> problem(const std::optional<T>& value, const Limits& limits) {
    return value ? MemberType<T>::problem(*value, limits) : std::nullopt;
  }
};

/// A member and its accessor: REACT1_MEMBER(prepare.video_crf).
template <class Access>
struct Member {
  std::string_view name;
  Access access;
};
template <class Access>
Member(std::string_view, Access) -> Member<Access>;
#define REACT1_MEMBER(path)             \
  Member {                              \
#path, [](auto& options) -> auto& { \
      return options.path;              \
    }                                   \
  }

/// An empty text member is null in a recipe.
template <class T>
using RecipeType = std::conditional_t<std::is_same_v<T, std::string>, std::optional<std::string>, T>;

[[nodiscard]] std::vector<std::string_view> words_of(const Limits& limits, std::span<const std::string_view> own);

template <class T>
[[nodiscard]] std::vector<std::string_view> typed_words(const Limits& limits) {
  if constexpr (std::is_enum_v<T>) return words_of(limits, enum_words<T>());
  return words_of(limits, limits.words);
}
template <class T>
requires requires {
  typename T::value_type;
}
[[nodiscard]] std::vector<std::string_view> typed_words(const Limits& limits) {
  return typed_words<typename T::value_type>(limits);
}

/// The row of a member. `limits` without a unit takes the one that the pointer's (or the member's) name ends in.
template <class Access>
[[nodiscard]] Option option(std::string_view pointer, Member<Access> member, Limits limits, std::string_view help) {
  using T = std::remove_cvref_t<decltype(member.access(std::declval<PipelineOptions&>()))>;
  using Type = MemberType<RecipeType<T>>;
  limits.unit = unit_of(pointer.empty() ? member.name : pointer);
  Option row;
  row.pointer = pointer;
  row.member = member.name;
  row.help = help;
  row.schema = Type::schema(limits);
  row.words = typed_words<T>(limits);
  const Access access = member.access;
  constexpr bool empty_is_null = std::is_same_v<T, std::string>;
  row.read = [access, limits](const Document& value, PipelineOptions& options) {
    if constexpr (empty_is_null) {
      access(options) = Type::read(value, limits).value_or(std::string());
    } else {
      access(options) = Type::read(value, limits);
    }
  };
  row.write = [access, limits](const PipelineOptions& options) -> Json {
    if constexpr (empty_is_null) {
      const std::string& text = access(options);
      return text.empty() ? Json() : Json(text);
    } else {
      return Type::write(access(options), limits);
    }
  };
  row.take = [access, limits](const std::string& text, const IsGiven& /*is_given*/, PipelineOptions& options) {
    access(options) = MemberType<T>::parse(text, limits);
  };
  row.problem = [access, limits](const PipelineOptions& options) {
    return MemberType<T>::problem(access(options), limits);
  };
  return row;
}
template <class Access>
[[nodiscard]] Option option(std::string_view pointer, Member<Access> member, const Range& range,
                            std::string_view help) {
  return option(pointer, member, Limits{.range = range}, help);
}
template <class Access>
[[nodiscard]] Option option(std::string_view pointer, Member<Access> member, std::string_view help) {
  return option(pointer, member, Limits{}, help);
}

}  // namespace react1::recipe
