// SPDX-License-Identifier: Apache-2.0
#include "recipe/schema.hpp"

#include <set>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

#include "recipe/explain.hpp"
#include "recipe/generated.hpp"

namespace react1::recipe {
namespace {

using Adapter = valijson::adapters::NlohmannJsonAdapter;
using Path = std::vector<std::string>;  // keys from the root

/// The schema in the validator's own form.
class Compiled {
 public:
  Compiled() { valijson::SchemaParser(valijson::SchemaParser::kDraft7).populateSchema(Adapter(schema()), schema_); }
  [[nodiscard]] const valijson::Schema& get() const noexcept { return schema_; }

 private:
  valijson::Schema schema_;
};

const valijson::Schema& compiled_schema() {
  static const Compiled compiled;
  return compiled.get();
}

/// {"<root>", "[parameters]", "[emotion]"} → {"parameters", "emotion"}.
Path keys_of(const std::vector<std::string>& context) {
  Path keys;
  for (std::size_t i = 1; i < context.size(); ++i) keys.push_back(context[i].substr(1, context[i].size() - 2));
  return keys;
}

/// The validator reports the place; what is allowed there is read from the schema. A
/// place that only contains a faulty one is not reported.
std::vector<std::string> explain_at(const Path& keys, const Document& document) {
  const Document* value = &document;
  const Document* node = &schema();
  std::string path = "$";
  for (const std::string& key : keys) {
    if (!value->is_object() || !value->contains(key) || !node->contains("properties") ||
        !(*node)["properties"].contains(key)) {
      return {};
    }
    value = &(*value)[key];
    node = &(*node)["properties"][key];
    path += "." + key;
  }
  return explain(path, *value, *node);
}

}  // namespace

const Document& schema() {
  static const Document document = schema_document();
  return document;
}

std::vector<std::string> schema_problems(const Document& document) {
  valijson::Validator validator(valijson::Validator::kStrongTypes);
  valijson::ValidationResults results;
  if (validator.validate(compiled_schema(), Adapter(document), &results)) return {};
  std::set<Path> places;
  for (const auto& finding : results) places.insert(keys_of(finding.context));
  std::vector<std::string> problems;
  for (const Path& place : places) {
    for (std::string& problem : explain_at(place, document)) problems.push_back(std::move(problem));
  }
  if (problems.empty()) {  // a rule of the schema that explain() does not cover
    for (const auto& finding : results) problems.push_back(finding.description);
  }
  return problems;
}

}  // namespace react1::recipe
