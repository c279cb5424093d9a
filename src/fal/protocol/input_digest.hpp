// SPDX-License-Identifier: Apache-2.0
// Two inputs of a request are equal when their values are, whatever the order of their keys.
#pragma once

#include <string>
#include <string_view>

namespace react1::fal {

/// sha256 over the canonical form of a JSON object: keys sorted at every depth, numbers by their value. Empty for text
/// that is not a JSON object.
[[nodiscard]] std::string input_digest(std::string_view json);

}  // namespace react1::fal
