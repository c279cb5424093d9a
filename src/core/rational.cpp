// SPDX-License-Identifier: Apache-2.0
#include <charconv>
#include <limits>
#include <numeric>
#include <react1/rational.hpp>
#include <stdexcept>

namespace react1::REACT1_ABI {
namespace {

__extension__ using Wide = __int128;  // products of two 64-bit parts; ISO C++ has no such type

Wide wide_gcd(Wide a, Wide b) {
  while (b != 0) {
    const Wide rest = a % b;
    a = b;
    b = rest;
  }
  return a < 0 ? -a : a;
}

Rational narrow(Wide num, Wide den) {
  if (den == 0) throw std::domain_error("rational with denominator 0");
  if (den < 0) {
    num = -num;
    den = -den;
  }
  if (const Wide divisor = wide_gcd(num, den); divisor > 1) {
    num /= divisor;
    den /= divisor;
  }
  constexpr Wide most = std::numeric_limits<std::int64_t>::max();
  if (num > most || num < -most || den > most) throw std::overflow_error("rational does not fit 64 bits");
  return {static_cast<std::int64_t>(num), static_cast<std::int64_t>(den)};
}

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// All of `text` as a non-negative integer.
std::int64_t parse_digits(std::string_view text) {
  std::int64_t value = 0;
  if (text.empty() || !is_digit(text.front())) throw std::invalid_argument("a number is expected");
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) throw std::invalid_argument("not a number in range");
  return value;
}

}  // namespace

Rational::Rational(std::int64_t num, std::int64_t den) {
  if (den == 0) throw std::domain_error("rational with denominator 0");
  if (den > 0 && std::gcd(num, den) == 1) {  // already reduced; also ends the recursion through narrow()
    num_ = num;
    den_ = den;
    return;
  }
  *this = narrow(num, den);
}

std::int64_t Rational::floor() const noexcept {
  const std::int64_t quotient = num_ / den_;
  return (num_ % den_ < 0) ? quotient - 1 : quotient;
}

std::int64_t Rational::ceil() const noexcept {
  const std::int64_t quotient = num_ / den_;
  return (num_ % den_ > 0) ? quotient + 1 : quotient;
}

std::int64_t Rational::round() const {
  const Rational half(1, 2);
  return num_ < 0 ? (*this - half).ceil() : (*this + half).floor();
}

double Rational::to_double() const noexcept {
  return static_cast<double>(num_) / static_cast<double>(den_);
}

std::string Rational::to_decimal(int places) const {
  if (places < 0 || places > 18) throw std::invalid_argument("0 to 18 decimal places");
  Wide scale = 1;
  for (int i = 0; i < places; ++i) scale *= 10;
  const Wide magnitude = num_ < 0 ? -static_cast<Wide>(num_) : static_cast<Wide>(num_);
  const Wide scaled = (magnitude * scale * 2 + den_) / (static_cast<Wide>(den_) * 2);  // halves away from zero
  std::string digits;
  for (Wide rest = scaled; rest > 0 || digits.empty(); rest /= 10) {
    digits.insert(digits.begin(), static_cast<char>('0' + static_cast<int>(rest % 10)));
  }
  const auto width = static_cast<std::size_t>(places) + 1;
  if (digits.size() < width) digits.insert(0, width - digits.size(), '0');
  if (places > 0) digits.insert(digits.size() - static_cast<std::size_t>(places), 1, '.');
  return (num_ < 0 && scaled != 0) ? "-" + digits : digits;
}

Rational Rational::parse(std::string_view text) {
  const bool negative = !text.empty() && text.front() == '-';
  if (negative) text.remove_prefix(1);
  Rational value;
  if (const auto slash = text.find('/'); slash != std::string_view::npos) {
    const std::int64_t den = parse_digits(text.substr(slash + 1));
    if (den == 0) throw std::invalid_argument("denominator 0");
    value = Rational(parse_digits(text.substr(0, slash)), den);
  } else if (const auto point = text.find('.'); point != std::string_view::npos) {
    const std::string_view fraction = text.substr(point + 1);
    if (fraction.size() > 18) throw std::invalid_argument("more than 18 decimal places");
    std::int64_t scale = 1;
    for (std::size_t i = 0; i < fraction.size(); ++i) scale *= 10;
    try {
      value = Rational(parse_digits(text.substr(0, point))) + Rational(parse_digits(fraction), scale);
    } catch (const std::overflow_error&) {
      throw std::invalid_argument("not a number in range");
    }
  } else {
    value = Rational(parse_digits(text));
  }
  return negative ? -value : value;
}

Rational operator+(const Rational& a, const Rational& b) {
  // Common denominators first: sums of many frame durations stay small.
  const std::int64_t common = std::gcd(a.den_, b.den_);
  const Wide den = static_cast<Wide>(a.den_ / common) * b.den_;
  return narrow(static_cast<Wide>(a.num_) * (b.den_ / common) + static_cast<Wide>(b.num_) * (a.den_ / common), den);
}

Rational operator-(const Rational& a) {
  return narrow(-static_cast<Wide>(a.num_), a.den_);
}

Rational operator-(const Rational& a, const Rational& b) {
  return a + -b;
}

Rational operator*(const Rational& a, const Rational& b) {
  return narrow(static_cast<Wide>(a.num_) * b.num_, static_cast<Wide>(a.den_) * b.den_);
}

Rational operator/(const Rational& a, const Rational& b) {
  return narrow(static_cast<Wide>(a.num_) * b.den_, static_cast<Wide>(a.den_) * b.num_);
}

std::strong_ordering operator<=>(const Rational& a, const Rational& b) noexcept {
  const Wide left = static_cast<Wide>(a.num_) * b.den_;
  const Wide right = static_cast<Wide>(b.num_) * a.den_;
  if (left < right) return std::strong_ordering::less;
  return left > right ? std::strong_ordering::greater : std::strong_ordering::equal;
}

Rational abs(const Rational& value) {
  return value < 0 ? -value : value;
}

}  // namespace react1::REACT1_ABI
