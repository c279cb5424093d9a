// SPDX-License-Identifier: Apache-2.0
// A recipe as JSON: reading it with positions, layering one over another.
#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include <react1/error.hpp>

namespace react1::recipe {

using Document = nlohmann::json;  ///< the type that the schema library has an adapter for

/// Text of a recipe and the name to call it by in messages.
struct Source {
  std::string label;
  std::string text;
  bool embedded = false;
};

/// Throws Error{usage} with line and column on a syntax error or a duplicate key in one object.
[[nodiscard]] Document parse_document(const Source& source);

/// `over` wins, key by key; null is a value like any other.
[[nodiscard]] Document layered(Document base, const Document& over);

/// "$.parameters.emotion" of the JSON pointer "/parameters/emotion".
[[nodiscard]] std::string shown_path(std::string_view pointer);

}  // namespace react1::recipe
