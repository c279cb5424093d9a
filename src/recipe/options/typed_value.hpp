// SPDX-License-Identifier: Apache-2.0
// What people type for a value: times, sizes, amounts.
#pragma once

#include <cstdint>
#include <string>

#include <react1/rational.hpp>

namespace react1::recipe {

/// "14.5", "1:02.5" or "0:01:02.5": seconds, minutes:seconds, hours:minutes:seconds. Throws Error{usage}.
[[nodiscard]] Seconds parse_time(const std::string& text);

/// "500M", "1.5G", "4096": bytes, or with K, M, G, T the 1024s; 1 to 2^62. Throws Error{usage}.
[[nodiscard]] std::int64_t parse_size(const std::string& text);
/// The shortest text that parse_size() reads as `bytes`.
[[nodiscard]] std::string size_text(std::int64_t bytes);

/// US dollars, from 0 on. Throws Error{usage}.
[[nodiscard]] Rational parse_usd(const std::string& text);

/// A plain number or a fraction. Throws Error{usage}.
[[nodiscard]] Rational parse_exact(const std::string& text);

/// Decimal text without trailing zeros, at most 9 places: "0.5", "15".
[[nodiscard]] std::string decimal_text(const Rational& value);

}  // namespace react1::recipe
