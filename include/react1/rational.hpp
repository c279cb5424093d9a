// SPDX-License-Identifier: Apache-2.0
// Exact rational numbers for time and rates. No floating point inside; to_double() is for display only.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include <react1/api.hpp>

namespace react1::REACT1_ABI {

/// A reduced fraction with a positive denominator. Value type, any thread.
/// Arithmetic runs in 128 bits and throws std::overflow_error when the reduced result does not fit 64.
class Rational {
 public:
  constexpr Rational() noexcept = default;
  /// An integer is a rational; the conversion is implicit so that `duration > 15` reads as it should.
  constexpr Rational(std::int64_t value) noexcept : num_(value) {}  // NOLINT(google-explicit-constructor)
  /// Throws std::domain_error when `den` is 0.
  REACT1_API Rational(std::int64_t num, std::int64_t den);

  [[nodiscard]] constexpr std::int64_t num() const noexcept { return num_; }
  [[nodiscard]] constexpr std::int64_t den() const noexcept { return den_; }

  /// Largest integer not above the value; smallest not below; nearest, halves away from zero.
  [[nodiscard]] REACT1_API std::int64_t floor() const noexcept;
  [[nodiscard]] REACT1_API std::int64_t ceil() const noexcept;
  [[nodiscard]] REACT1_API std::int64_t round() const;

  /// Nearest double, for the edge (JSON, screen) only.
  [[nodiscard]] REACT1_API double to_double() const noexcept;
  /// Decimal text with exactly `places` digits after the point (0 to 18), rounded to nearest.
  [[nodiscard]] REACT1_API std::string to_decimal(int places = 6) const;
  /// "14.5", "-0.04", "15", "30000/1001"; throws std::invalid_argument on anything else, "nan" and "1e3" included.
  [[nodiscard]] REACT1_API static Rational parse(std::string_view text);

  REACT1_API friend Rational operator+(const Rational& a, const Rational& b);
  REACT1_API friend Rational operator-(const Rational& a, const Rational& b);
  REACT1_API friend Rational operator*(const Rational& a, const Rational& b);
  /// Throws std::domain_error when `b` is 0.
  REACT1_API friend Rational operator/(const Rational& a, const Rational& b);
  REACT1_API friend Rational operator-(const Rational& a);
  friend bool operator==(const Rational& a, const Rational& b) noexcept = default;
  REACT1_API friend std::strong_ordering operator<=>(const Rational& a, const Rational& b) noexcept;

 private:
  std::int64_t num_ = 0;
  std::int64_t den_ = 1;
};

[[nodiscard]] REACT1_API Rational abs(const Rational& value);

/// Exact seconds. An alias, so that signatures say what they hold.
using Seconds = Rational;

}  // namespace react1::REACT1_ABI
