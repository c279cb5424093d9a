// SPDX-License-Identifier: Apache-2.0
// Holding a recipe against the schema, with answers that a person can act on.
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
