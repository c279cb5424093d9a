// SPDX-License-Identifier: Apache-2.0
// Where a recipe is found.
#pragma once

#include <string>

#include "recipe/json/document.hpp"

namespace react1::recipe {

/// A text with a slash or ending in .json is a path. Any other is a name: $REACT1_PIPELINES, the installed folder and
/// the library itself are searched in this order. Throws Error{usage} when there is no such recipe, Error{io} when it
/// can't be read. Reads the environment.
[[nodiscard]] Source find_recipe(const std::string& name_or_path);

/// default.json as compiled in.
[[nodiscard]] Source embedded_default();

}  // namespace react1::recipe
