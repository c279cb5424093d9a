// SPDX-License-Identifier: Apache-2.0
// Times as HTTP writes them.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace react1::http {

/// "Sun, 06 Nov 1994 08:49:37 GMT" and the older forms; nullopt for anything else.
[[nodiscard]] std::optional<std::chrono::system_clock::time_point> parse_date(std::string_view text);

}  // namespace react1::http
