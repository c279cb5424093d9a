// SPDX-License-Identifier: Apache-2.0
// Small values as JSON, where core/json_text.hpp has no form for them yet.
#pragma once

#include <cstdint>
#include <optional>
#include <react1/rational.hpp>
#include <string>
#include <utility>
#include <vector>

#include "core/json_text.hpp"
#include "core/number.hpp"

namespace react1::record {

template <class Number>
[[nodiscard]] Json number_or_null(const std::optional<Number>& value) {
  return value ? Json(*value) : Json(nullptr);
}

/// A rate; 0 means unknown.
[[nodiscard]] inline Json rate_or_null(const Rational& value) {
  return value == 0 ? Json(nullptr) : json_rational(value);
}

/// A plain decimal, for quantities that are neither seconds nor rates (money, ratios).
[[nodiscard]] inline Json decimal(const Rational& value, int places) {
  return read_number<double>(value.to_decimal(places)).value();
}

/// Embedded JSON text; null when empty, the text itself when it is not JSON, or too deeply nested to be walked.
[[nodiscard]] inline Json embedded(const std::string& text) {
  if (text.empty()) return nullptr;
  auto parsed = read_json(text);
  return parsed ? std::move(*parsed) : Json(text);
}

/// Each element by its own document(): an empty list is [], never null.
template <class Items, class Convert>
[[nodiscard]] Json array_of(const Items& items, Convert convert) {
  Json array = Json::array();
  for (const auto& item : items) array.push_back(convert(item));
  return array;
}

}  // namespace react1::record
