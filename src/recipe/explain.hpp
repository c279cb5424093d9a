// SPDX-License-Identifier: Apache-2.0
// Says what a schema allows, in words.
#pragma once

#include <string>
#include <vector>

#include "recipe/json/document.hpp"

namespace react1::recipe {

/// What is wrong with `value` under `node`, itself only, not with what it holds. Unknown keys are each a problem.
/// Empty when nothing is wrong.
[[nodiscard]] std::vector<std::string> explain(const std::string& path, const Document& value, const Document& node);

}  // namespace react1::recipe
