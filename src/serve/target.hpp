// SPDX-License-Identifier: Apache-2.0
// Request targets: path, query and percent-encoding. Pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "serve/http_types.hpp"

namespace react1::serve {

/// nullopt for a broken escape or an encoded NUL. `plus_is_space` is the rule of query strings.
[[nodiscard]] std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space = false);

/// Everything but letters, digits and "-._~" becomes %XX: safe as one path segment or one query value.
[[nodiscard]] std::string percent_encode(std::string_view text);

struct Target {
  std::string raw_path, path;
  Query query;
};
/// Splits "/a%20b?x=1&y"; an absolute "http://host/…" form loses its host. nullopt when it can't be decoded.
[[nodiscard]] std::optional<Target> parse_target(std::string_view target);

}  // namespace react1::serve
