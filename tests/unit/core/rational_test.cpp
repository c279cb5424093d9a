// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <limits>
#include <react1/rational.hpp>
#include <stdexcept>

using react1::Rational;

TEST_CASE("a rational is reduced and its denominator is positive") {
  CHECK(Rational(6, -4) == Rational(-3, 2));
  CHECK(Rational(0, 7) == Rational(0));
  CHECK_THROWS_AS(Rational(1, 0), std::domain_error);
}

TEST_CASE("NTSC frames compare exactly against fifteen seconds") {
  const Rational fps(24000, 1001);
  CHECK(Rational(359) / fps <= 15);
  CHECK(Rational(360) / fps > 15);
  CHECK((fps * 15).floor() == 359);
}

TEST_CASE("rounding goes the documented way on both sides of zero") {
  CHECK(Rational(7, 2).floor() == 3);
  CHECK(Rational(-7, 2).floor() == -4);
  CHECK(Rational(7, 2).ceil() == 4);
  CHECK(Rational(-7, 2).ceil() == -3);
  CHECK(Rational(7, 2).round() == 4);
  CHECK(Rational(-7, 2).round() == -4);
  CHECK(Rational(10, 3).round() == 3);
}

TEST_CASE("decimals are exact to the last place asked for") {
  CHECK(Rational(1, 3).to_decimal(6) == "0.333333");
  CHECK(Rational(2, 3).to_decimal(6) == "0.666667");
  CHECK(Rational(-1, 8).to_decimal(2) == "-0.13");
  CHECK(Rational(15).to_decimal(6) == "15.000000");
  CHECK(Rational(-1, 1000).to_decimal(2) == "0.00");
  CHECK(Rational(999'999, 1'000'000).to_decimal(0) == "1");
}

TEST_CASE("text is parsed exactly and nonsense is refused") {
  CHECK(Rational::parse("14.5") == Rational(29, 2));
  CHECK(Rational::parse("-0.04") == Rational(-1, 25));
  CHECK(Rational::parse("30000/1001") == Rational(30000, 1001));
  for (const char* bad :
       {"", "-", ".", "1.", ".5.", "nan", "inf", "1e3", "0x10", " 1", "1 ", "1/0", "1/", "9999999999999999999999"}) {
    CAPTURE(bad);
    CHECK_THROWS_AS(static_cast<void>(Rational::parse(bad)), std::invalid_argument);
  }
}

TEST_CASE("overflow is an error, not a wrong number") {
  const Rational big(std::numeric_limits<std::int64_t>::max());
  CHECK_THROWS_AS(static_cast<void>(big + 1), std::overflow_error);
  CHECK((big * Rational(1, 2)) * 2 == big);
  CHECK(Rational(1, std::numeric_limits<std::int64_t>::max()) < Rational(1, 2));
}
