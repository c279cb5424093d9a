// SPDX-License-Identifier: Apache-2.0
#include "core/json_text.hpp"

#include <doctest/doctest.h>

using namespace react1;

TEST_CASE("seconds are printed as decimals with six to nine places") {
  const Json document{{"duration_s", json_seconds(Seconds(15))},
                      {"start_s", json_seconds(Seconds(1, 3))},
                      {"seams_s", Json::array({json_seconds(Seconds(1, 2))})},
                      {"frames", 375},
                      {"unknown_s", json_seconds(std::optional<Seconds>{})}};
  CHECK(json_text(document, -1) ==
        R"({"duration_s":15.000000,"start_s":0.333333333,"seams_s":[0.500000],"frames":375,"unknown_s":null})");
}

TEST_CASE("an object indents and an empty one stays on its line") {
  CHECK(json_text(Json{{"a", Json::object()}, {"b", Json::array()}}) == "{\n  \"a\": {},\n  \"b\": []\n}");
}

TEST_CASE("file names that are not UTF-8 do not throw") {
  CHECK(json_text(Json{{"path", "caf\xe9.mp4"}}, -1) == "{\"path\":\"caf\xef\xbf\xbd.mp4\"}");
}

TEST_CASE("a syntax error names where it is") {
  try {
    static_cast<void>(parse_json("{\"a\": }", "recipe.json", ErrorCode::usage));
    FAIL("must throw");
  } catch (const Error& error) {
    CHECK(error.where() == "recipe.json");
    CHECK(error.detail().find("line 1") != std::string::npos);
  }
}
