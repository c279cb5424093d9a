// SPDX-License-Identifier: Apache-2.0
#include "doctor/live_schema.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <react1/plan.hpp>
#include <string_view>
#include <utility>

#include "core/enum_names.hpp"

namespace react1::doctor {
namespace {

struct Field {
  std::string_view name;
  std::vector<std::string_view> values;  ///< empty: any
};

template <class Enum>
std::vector<std::string_view> words() {
  const auto all = enum_words<Enum>();
  return {all.begin(), all.end()};
}

std::vector<Field> sent_fields() {
  return {{"video_url", {}},
          {"audio_url", {}},
          {"emotion", words<Emotion>()},
          {"model_mode", words<ModelMode>()},
          {"lipsync_mode", words<LipsyncMode>()},
          {"temperature", {}}};
}

/// The schema of the request: the one that takes two clips.
const Json* request_schema(const Json& openapi) {
  const Json::json_pointer schemas("/components/schemas");
  if (!openapi.is_object() || !openapi.contains(schemas) || !openapi.at(schemas).is_object()) return nullptr;
  for (const auto& [name, schema] : openapi.at(schemas).items()) {
    if (!schema.is_object() || !schema.contains("properties") || !schema["properties"].is_object()) continue;
    if (schema["properties"].contains("video_url") && schema["properties"].contains("audio_url")) return &schema;
  }
  return nullptr;
}

/// The values that a property's schema lists; empty: none listed.
void collect_words(const Json& schema, std::vector<std::string>& into) {
  if (schema.is_array()) {
    for (const Json& each : schema) collect_words(each, into);
  }
  if (!schema.is_object()) return;
  if (const auto list = schema.find("enum"); list != schema.end() && list->is_array()) {
    for (const Json& word : *list) {
      if (word.is_string()) into.push_back(word);
    }
  }
  for (const char* key : {"anyOf", "oneOf", "allOf"}) {
    if (schema.contains(key)) collect_words(schema[key], into);
  }
}

void compare_words(const Field& field, const Json& property, SchemaDifference& difference) {
  std::vector<std::string> live;
  collect_words(property, live);
  if (field.values.empty() || live.empty()) return;
  for (const std::string_view value : field.values) {
    if (std::find(live.begin(), live.end(), value) == live.end()) {
      difference.broken.push_back(fmt::format("{} has no \"{}\" any more", field.name, value));
    }
  }
  for (const std::string& word : live) {
    if (std::find(field.values.begin(), field.values.end(), word) == field.values.end()) {
      difference.grown.push_back(fmt::format("{} has a new value \"{}\"", field.name, word));
    }
  }
}

/// Users may set 0 to 1.
void compare_range(const Json& property, SchemaDifference& difference) {
  const auto limit = [&](const char* name) -> std::optional<double> {
    const auto found = property.find(name);
    return found != property.end() && found->is_number() ? std::optional(found->get<double>()) : std::nullopt;
  };
  const auto least = limit("minimum"), most = limit("maximum");
  if (least.value_or(0) > 0 || most.value_or(1) < 1) {
    difference.broken.push_back(
        fmt::format("temperature goes from {} to {} now, not from 0 to 1", least.value_or(0), most.value_or(1)));
  }
}

}  // namespace

SchemaDifference compare_schema(const Json& openapi) {
  SchemaDifference difference;
  const Json* schema = request_schema(openapi);
  if (schema == nullptr) {
    difference.found = false;
    return difference;
  }
  const Json& properties = (*schema)["properties"];
  const std::vector<Field> fields = sent_fields();
  const auto is_sent = [&](std::string_view name) {
    return std::any_of(fields.begin(), fields.end(), [&](const Field& field) { return field.name == name; });
  };
  for (const Field& field : fields) {
    const auto property = properties.find(field.name);
    if (property == properties.end()) {
      difference.broken.push_back(fmt::format("there is no {} any more", field.name));
      continue;
    }
    compare_words(field, *property, difference);
    if (field.name == "temperature") compare_range(*property, difference);
  }
  if (const auto required = schema->find("required"); required != schema->end() && required->is_array()) {
    for (const Json& name : *required) {
      if (name.is_string() && !is_sent(name.get_ref<const std::string&>())) {
        difference.broken.push_back(fmt::format("{} is required and not sent", name.get_ref<const std::string&>()));
      }
    }
  }
  for (const auto& [name, property] : properties.items()) {
    if (!is_sent(name)) difference.grown.push_back(fmt::format("there is a field {}", name));
  }
  return difference;
}

}  // namespace react1::doctor
