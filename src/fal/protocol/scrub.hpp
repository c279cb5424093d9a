// SPDX-License-Identifier: Apache-2.0
// Sanitises foreign text for messages and logs.
#pragma once

#include <string>
#include <string_view>

#include <react1/secret.hpp>

namespace react1::fal {

/// The text with "***" in place of the key and of each half of it.
[[nodiscard]] std::string without_key(std::string text, const Secret& key);

/// One line without control characters, the key (whole, or either half) and signed parts of URLs replaced, at most
/// `max_bytes` long.
[[nodiscard]] std::string scrub(std::string_view text, const Secret& key, std::size_t max_bytes = 500);

}  // namespace react1::fal
