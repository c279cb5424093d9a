// SPDX-License-Identifier: Apache-2.0
// The version macros, the library's version, and the ABI namespace say the same.
#include <doctest/doctest.h>

#include <react1/version.hpp>
#include <string>

namespace {

#define REACT1_TEXT_OF(...) #__VA_ARGS__
#define REACT1_EXPANDED(...) REACT1_TEXT_OF(__VA_ARGS__)

TEST_CASE("the version macros agree with each other and with the library") {
  const std::string of_parts = std::to_string(REACT1_VERSION_MAJOR) + "." + std::to_string(REACT1_VERSION_MINOR) + "." +
                               std::to_string(REACT1_VERSION_PATCH);
  CHECK(of_parts == REACT1_VERSION_STRING);
  CHECK(react1::version() == of_parts);
  CHECK(REACT1_VERSION == REACT1_VERSION_MAJOR * 10000 + REACT1_VERSION_MINOR * 100 + REACT1_VERSION_PATCH);
}

TEST_CASE("the ABI namespace is that of the release: before 1.0 of its minor number, then of its major number") {
  const std::string expected = REACT1_VERSION_MAJOR == 0 ? "inline v0_" + std::to_string(REACT1_VERSION_MINOR)
                                                         : "inline v" + std::to_string(REACT1_VERSION_MAJOR);
  CHECK(std::string(REACT1_EXPANDED(REACT1_ABI)) == expected);
}

}  // namespace
