// SPDX-License-Identifier: Apache-2.0
// Numbers that stay exact.
#include <react1/rational.hpp>
#include <stdexcept>
#include <string>

#include "fuzz/input.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const react1::Rational value = react1::Rational::parse(std::string{react1::fuzz::text_of(data, size)});
    react1::fuzz::require(value.den() > 0);
    static_cast<void>(value.to_decimal(9));
    static_cast<void>(value.floor());
    static_cast<void>(value.round());
  } catch (const std::logic_error&) {
    return 0;
  } catch (const std::overflow_error&) {
    return 0;
  }
  return 0;
}
