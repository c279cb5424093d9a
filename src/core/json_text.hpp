// SPDX-License-Identifier: Apache-2.0
// Reading and writing JSON by the contract's rules.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include <react1/error.hpp>
#include <react1/rational.hpp>

namespace react1 {

using Json = nlohmann::ordered_json;  ///< keeps our documents' field order

/// Text of a document. Numbers under a key ending in "_s" are written as decimals with 6 to 9 places.
/// indent < 0: one line. Invalid UTF-8 (file names may hold it) is replaced, never thrown. Control characters that act
/// on a terminal (core/printable) are written as JSON escapes: the same value, safe to print.
[[nodiscard]] std::string json_text(const Json& document, int indent = 2);

/// Seconds for a document: a number rounded to 9 decimals; null when unknown.
[[nodiscard]] Json json_seconds(const Seconds& value);
[[nodiscard]] Json json_seconds(const std::optional<Seconds>& value);
/// {"num","den"}.
[[nodiscard]] Json json_rational(const Rational& value);
/// A string, or null when empty (unknown is null in our documents, never "").
[[nodiscard]] Json json_text_or_null(const std::string& value);

/// The deepest nesting of a foreign document. Ours and the service's stay below 10.
inline constexpr int kMaxJsonDepth = 64;

/// For foreign text: nullopt when it is not JSON, or is nested deeper than kMaxJsonDepth. A million levels
/// parse, but everything that walks or destroys them afterwards is recursive. Throws nothing but std::bad_alloc.
[[nodiscard]] std::optional<Json> read_json(std::string_view text);

/// Parses `text`; throws Error{on_failure, where, …} with the position of the fault. Deep nesting is a fault, too.
[[nodiscard]] Json parse_json(std::string_view text, const std::string& where, ErrorCode on_failure);

}  // namespace react1
