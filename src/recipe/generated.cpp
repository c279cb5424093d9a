// SPDX-License-Identifier: Apache-2.0
#include "recipe/generated.hpp"

#include <string_view>

#include "core/json_text.hpp"
#include "recipe/options/table.hpp"
#include "recipe/options_page.hpp"

namespace react1::recipe {
namespace {

/// The last key of a JSON pointer.
std::string key_of(std::string_view pointer) {
  return std::string(pointer.substr(pointer.rfind('/') + 1));
}

Json closed_object(std::string_view description) {
  return {{"description", description},
          {"type", "object"},
          {"additionalProperties", false},
          {"properties", Json::object()}};
}

/// The object that holds the key of `pointer`, in a schema.
Json& properties_around(Json& root, std::string_view pointer) {
  Json* node = &root["properties"];
  for (std::size_t at = 1;;) {
    const std::size_t end = pointer.find('/', at);
    if (end == std::string_view::npos) return *node;
    node = &(*node)[std::string(pointer.substr(at, end - at))]["properties"];
    at = end + 1;
  }
}

Json described(const Option& row) {
  std::string text(row.help);
  if (!row.unset_means.empty()) text += " null: " + std::string(row.unset_means) + ".";
  Json node{{"description", text}};
  node.update(row.schema);
  return node;
}

Json ordered_schema() {
  Json root = closed_object(
      "Options of run, except the clips and the service. Missing keys take the values of default.json. Exact "
      "quantities "
      "may be written as numbers or as text: 0.15, \"0.15\", \"30000/1001\".");
  root["properties"]["$schema"] = {{"description", "For editors; not read."}, {"type", "string"}};
  root["properties"]["description"] = {{"description", "For people; not read."}, {"type", "string"}};
  for (const Section& section : sections()) {
    properties_around(root, section.pointer)[key_of(section.pointer)] = closed_object(section.help);
  }
  for (const Option& row : option_table()) {
    if (!row.pointer.empty()) properties_around(root, row.pointer)[key_of(row.pointer)] = described(row);
  }
  Json document{{"$schema", "http://json-schema.org/draft-07/schema#"}, {"title", "react1 recipe"}};
  document.update(root);
  return document;
}

Json ordered_defaults() {
  Json root{{"$schema", "./schema.json"},
            {"description",
             "Every default of run. Copy what you want to change into a recipe of your own; the rest is inherited."}};
  const PipelineOptions defaults;
  for (const Option& row : option_table()) {
    if (!row.pointer.empty()) root[Json::json_pointer(std::string(row.pointer))] = row.write(defaults);
  }
  return root;
}

}  // namespace

Document schema_document() {
  return Document(ordered_schema());
}

Document default_document() {
  return Document(ordered_defaults());
}

std::vector<GeneratedFile> generated_files() {
  return {{"pipelines/schema.json", ordered_schema().dump(2) + "\n"},
          {"pipelines/default.json", ordered_defaults().dump(2) + "\n"},
          {"docs/options.md", options_page()}};
}

}  // namespace react1::recipe
