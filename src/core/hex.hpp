// SPDX-License-Identifier: Apache-2.0
// Bytes as hexadecimal digits.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace react1 {

/// Lower case, two digits a byte.
[[nodiscard]] std::string to_hex(std::string_view bytes);
/// Either case; nullopt for an odd number of digits or anything else in between.
[[nodiscard]] std::optional<std::string> from_hex(std::string_view digits);

}  // namespace react1
