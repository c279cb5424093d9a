// SPDX-License-Identifier: Apache-2.0
#include "doctor/live_schema.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <span>
#include <string_view>

namespace react1::doctor {
namespace {

/// The schema of the request: the one that takes two clips.
const Json* request_schema(const Json& openapi, const Model& model) {
  const Json::json_pointer schemas("/components/schemas");
  if (!openapi.is_object() || !openapi.contains(schemas) || !openapi.at(schemas).is_object()) return nullptr;
  for (const auto& [name, schema] : openapi.at(schemas).items()) {
    if (!schema.is_object() || !schema.contains("properties") || !schema["properties"].is_object()) continue;
    const Json& properties = schema["properties"];
    if (properties.contains(model.video_field) && properties.contains(model.audio_field)) return &schema;
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

void compare_words(const InputField& field, const Json& property, SchemaDifference& difference) {
  std::vector<std::string> live;
  collect_words(property, live);
  if (field.words.empty() || live.empty()) return;
  for (const std::string_view value : field.words) {
    if (std::find(live.begin(), live.end(), value) == live.end()) {
      difference.broken.push_back(fmt::format("{} has no \"{}\" any more", field.name, value));
    }
  }
  for (const std::string& word : live) {
    if (std::find(field.words.begin(), field.words.end(), word) == field.words.end()) {
      difference.grown.push_back(fmt::format("{} has a new value \"{}\"", field.name, word));
    }
  }
}

/// Users may ask for all of `field.range`.
void compare_range(const InputField& field, const Json& property, SchemaDifference& difference) {
  if (!field.range) return;
  const auto limit = [&](const char* name) -> std::optional<double> {
    const auto found = property.find(name);
    return found != property.end() && found->is_number() ? std::optional(found->get<double>()) : std::nullopt;
  };
  const double least = limit("minimum").value_or(field.range->least);
  const double most = limit("maximum").value_or(field.range->most);
  if (least > field.range->least || most < field.range->most) {
    difference.broken.push_back(fmt::format("{} goes from {} to {} now, not from {} to {}", field.name, least, most,
                                            field.range->least, field.range->most));
  }
}

}  // namespace

SchemaDifference compare_schema(const Json& openapi, const Model& model) {
  SchemaDifference difference;
  const Json* schema = request_schema(openapi, model);
  if (schema == nullptr) {
    difference.found = false;
    return difference;
  }
  const Json& properties = (*schema)["properties"];
  const std::span<const InputField> fields = model.fields;
  const auto is_sent = [&](std::string_view name) {
    return std::any_of(fields.begin(), fields.end(), [&](const InputField& field) { return field.name == name; });
  };
  for (const InputField& field : fields) {
    const auto property = properties.find(field.name);
    if (property == properties.end()) {
      difference.broken.push_back(fmt::format("there is no {} any more", field.name));
      continue;
    }
    compare_words(field, *property, difference);
    compare_range(field, *property, difference);
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
