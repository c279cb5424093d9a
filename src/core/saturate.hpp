// SPDX-License-Identifier: Apache-2.0
// Saturating arithmetic: users write very large durations for "no limit", and plain sums would overflow.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <limits>
#include <ratio>

namespace react1 {

/// a + b, at most the largest and at least the smallest number.
[[nodiscard]] constexpr std::int64_t saturating_add(std::int64_t a, std::int64_t b) noexcept {
  using Limits = std::numeric_limits<std::int64_t>;
  if (b > 0 && a > Limits::max() - b) return Limits::max();
  if (b < 0 && a < Limits::min() - b) return Limits::min();
  return a + b;
}

/// a × b, likewise.
[[nodiscard]] constexpr std::int64_t saturating_multiply(std::int64_t a, std::int64_t b) noexcept {
  using Limits = std::numeric_limits<std::int64_t>;
  std::int64_t product = 0;
  if (!__builtin_mul_overflow(a, b, &product)) return product;
  return (a < 0) == (b < 0) ? Limits::max() : Limits::min();
}

/// A hundred years. Options that say more mean "for ever"; sums and comparisons of a few such lengths with instants of
/// a clock fit 64 bits of nanoseconds.
inline constexpr std::chrono::hours kForever{24 * 365 * 100};

/// The length as an option is used: cut to kForever.
template <class Rep, class Period>
[[nodiscard]] constexpr std::chrono::duration<Rep, Period> at_most_forever(
    std::chrono::duration<Rep, Period> length) noexcept {
  using Length = std::chrono::duration<Rep, Period>;
  return std::min(length, std::chrono::duration_cast<Length>(kForever));
}

/// A length in a finer unit, or the longest there is.
template <class To, class Rep, class Period>
[[nodiscard]] constexpr To saturating_cast(std::chrono::duration<Rep, Period> length) noexcept {
  using From = std::chrono::duration<Rep, Period>;
  static_assert(std::ratio_less_equal_v<typename To::period, Period>, "to a coarser unit a plain cast does");
  if (length > std::chrono::duration_cast<From>(To::max())) return To::max();
  if (length < std::chrono::duration_cast<From>(To::min())) return To::min();
  return std::chrono::duration_cast<To>(length);
}

/// `length` after `time`, or the last (first) instant that the clock can name.
template <class Clock, class Duration, class Rep, class Period>
[[nodiscard]] constexpr std::chrono::time_point<Clock, Duration> saturating_add(
    std::chrono::time_point<Clock, Duration> time, std::chrono::duration<Rep, Period> length) noexcept {
  static_assert(std::numeric_limits<typename Duration::rep>::digits == 63);
  const auto ticks = saturating_cast<Duration>(length);
  return std::chrono::time_point<Clock, Duration>(
      Duration(saturating_add(std::int64_t{time.time_since_epoch().count()}, std::int64_t{ticks.count()})));
}

}  // namespace react1
