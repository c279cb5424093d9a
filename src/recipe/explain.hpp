// SPDX-License-Identifier: Apache-2.0
// Describes what a schema allows, for error messages.
#pragma once

#include <string>
#include <vector>

#include "recipe/json/document.hpp"

namespace react1::recipe {

/// The problems of `value` under `node`, without those of its members. Each unknown key is
/// a problem. Empty: no problem.
[[nodiscard]] std::vector<std::string> explain(const std::string& path, const Document& value, const Document& node);

}  // namespace react1::recipe
