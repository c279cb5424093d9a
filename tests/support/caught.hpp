// SPDX-License-Identifier: Apache-2.0
// What a call throws.
#pragma once

#include <doctest/doctest.h>

#include <functional>
#include <optional>
#include <react1/error.hpp>

namespace react1::test {

/// The Error that `call` throws; fails the test when it throws none.
inline Error caught_from(const std::function<void()>& call) {
  std::optional<Error> caught;
  try {
    call();
  } catch (const Error& error) {
    caught = error;
  }
  REQUIRE(caught);
  return *caught;
}

}  // namespace react1::test
