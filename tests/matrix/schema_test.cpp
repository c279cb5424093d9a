// SPDX-License-Identifier: Apache-2.0
// What probe() says of every fixture is as schemas/media.json says; fixtures.cpp looks at every preparation.
#include <doctest/doctest.h>

#include <react1/json.hpp>
#include <string>

#include "matrix/fixtures.hpp"
#include "support/paths.hpp"
#include "support/schema.hpp"

namespace react1::test {
namespace {

TEST_CASE("what is in every fixture, or why it can't be read, is as its schema says") {
  int read = 0;
  for (const Json& truth : truths()) {
    const auto name = truth.at("file").get<std::string>();
    CAPTURE(name);
    try {
      check_schema(Json::parse(to_json(probe(fixture(name)))), "media");
      ++read;
    } catch (const Error& error) {
      check_schema(Json::parse(to_json(error)), "error");
    }
  }
  CHECK(read > 100);
}

}  // namespace
}  // namespace react1::test
