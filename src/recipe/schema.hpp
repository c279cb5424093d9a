// SPDX-License-Identifier: Apache-2.0
// Validates a recipe against the schema, with actionable messages.
#pragma once

#include <string>
#include <vector>

#include "recipe/json/document.hpp"

namespace react1::recipe {

/// The schema of recipes, as the table of options gives it.
[[nodiscard]] const Document& schema();

/// All problems at once, in document order: "$.parameters.emotion: found "hapy"; allowed: …". Empty when valid.
[[nodiscard]] std::vector<std::string> schema_problems(const Document& document);

}  // namespace react1::recipe
