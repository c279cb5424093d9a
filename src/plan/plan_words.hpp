// SPDX-License-Identifier: Apache-2.0
// Formatting of numbers in plan texts, and comparison of names.
#pragma once

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include <react1/rational.hpp>

namespace react1::planning {

/// Decimal text with at most three places and no trailing zeros: "8.64", "15", "23.976".
[[nodiscard]] std::string brief(const Rational& value);
/// Frames per second, "25" or "29.970".
[[nodiscard]] std::string rate_text(const Rational& fps);
/// "3 frames", "1 frame".
[[nodiscard]] std::string counted(std::int64_t count, const char* singular);
/// "3.48 s", "3.48, 5 s", and the number of those beyond `most`: "3.48, 5 s and 7 more".
[[nodiscard]] std::string instants(const std::vector<Seconds>& times, std::size_t most = 1000);
/// ASCII lower case; tag names come in either case.
[[nodiscard]] std::string lower_case(std::string text);
template <std::size_t size>
[[nodiscard]] bool one_of(std::string_view text, const std::array<std::string_view, size>& allowed) {
  return std::find(allowed.begin(), allowed.end(), text) != allowed.end();
}

}  // namespace react1::planning
