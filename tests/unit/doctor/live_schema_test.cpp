// SPDX-License-Identifier: Apache-2.0
// The model's published schema against what is sent.
#include "doctor/live_schema.hpp"

#include <doctest/doctest.h>

#include <functional>
#include <string>

#include "models/registry.hpp"

using namespace react1;
using doctor::SchemaDifference;

namespace {

Json schema_of_today() {
  return Json::parse(R"({"components": {"schemas": {
    "Output": {"type": "object", "properties": {"video": {"type": "object"}}},
    "Input": {"type": "object", "required": ["video_url", "audio_url", "emotion"], "properties": {
      "video_url": {"type": "string"}, "audio_url": {"type": "string"},
      "emotion": {"enum": ["happy", "angry", "sad", "neutral", "disgusted", "surprised"], "type": "string"},
      "model_mode": {"enum": ["lips", "face", "head"], "default": "face"},
      "lipsync_mode": {"anyOf": [{"enum": ["cut_off", "loop", "bounce"]}, {"enum": ["silence", "remap"]}]},
      "temperature": {"type": "number", "minimum": 0, "maximum": 1}}}}}})");
}

SchemaDifference compare_schema(const Json& openapi) {
  return doctor::compare_schema(openapi, models::standard());
}

SchemaDifference after(const std::function<void(Json& input)>& change) {
  Json schema = schema_of_today();
  change(schema["components"]["schemas"]["Input"]);
  return compare_schema(schema);
}

}  // namespace

TEST_CASE("the schema of today takes what is sent") {
  const SchemaDifference difference = compare_schema(schema_of_today());
  CHECK(difference.found);
  CHECK(difference.broken.empty());
  CHECK(difference.grown.empty());
}

TEST_CASE("every field that goes breaks calls") {
  for (const char* name : {"emotion", "model_mode", "lipsync_mode", "temperature"}) {
    CAPTURE(std::string(name));
    const SchemaDifference difference = after([&](Json& input) { input["properties"].erase(name); });
    REQUIRE(difference.broken.size() == 1);
    CHECK(difference.broken[0].find(name) != std::string::npos);
  }
  for (const char* clip : {"video_url", "audio_url"}) {
    CHECK_FALSE(after([&](Json& input) { input["properties"].erase(clip); }).found);
  }
}

TEST_CASE("every value that goes breaks calls, wherever the schema lists it") {
  for (const char* name : {"emotion", "model_mode"}) {
    const Json values = schema_of_today()["components"]["schemas"]["Input"]["properties"][name]["enum"];
    for (std::size_t i = 0; i < values.size(); ++i) {
      const SchemaDifference difference = after([&](Json& input) { input["properties"][name]["enum"].erase(i); });
      REQUIRE(difference.broken.size() == 1);
      CHECK(difference.broken[0].find(values[i].get<std::string>()) != std::string::npos);
    }
  }
  CHECK(after([](Json& input) { input["properties"]["lipsync_mode"]["anyOf"].erase(1); }).broken.size() == 2);
  CHECK(after([](Json& input) { input["properties"]["temperature"]["maximum"] = 0.9; }).broken.size() == 1);
  CHECK(after([](Json& input) { input["required"].push_back("sync_mode"); }).broken.size() == 1);
}

TEST_CASE("additions are reported and break nothing") {
  const SchemaDifference value = after([](Json& input) { input["properties"]["emotion"]["enum"].push_back("bored"); });
  CHECK(value.broken.empty());
  CHECK(value.grown == std::vector<std::string>{"emotion has a new value \"bored\""});
  const SchemaDifference field = after([](Json& input) { input["properties"]["seed"] = {{"type", "integer"}}; });
  CHECK(field.broken.empty());
  CHECK(field.grown == std::vector<std::string>{"there is a field seed"});
}

TEST_CASE("documents that are no such schema are not found, whatever they hold") {
  for (const char* text : {"null", "[]", "{}", "7", R"({"components": []})", R"({"components": {"schemas": 1}})",
                           R"({"components": {"schemas": {"A": null, "B": {"properties": []}}}})",
                           R"({"components": {"schemas": {"A": {"properties": {"video_url": 1}}}}})"}) {
    CAPTURE(std::string(text));
    CHECK_FALSE(compare_schema(Json::parse(text)).found);
  }
  CHECK(compare_schema(
            Json::parse(R"({"components": {"schemas": {"A": {"properties": {"video_url": 1, "audio_url": null}}}}})"))
            .broken.size() == 4);
}
