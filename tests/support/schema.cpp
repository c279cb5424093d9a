// SPDX-License-Identifier: Apache-2.0
#include "support/schema.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <react1/error.hpp>
#include <stdexcept>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

#include "core/atomic_file.hpp"
#include "support/paths.hpp"

namespace react1::test {
namespace {

using Adapter = valijson::adapters::NlohmannJsonAdapter;

Json read_schema(const std::string& file) {
  return parse_json(read_file(source_dir() / "schemas" / file), file, ErrorCode::internal);
}

/// The value without references. `file` is where "#/…" refers to; the schemas refer to no schema that holds them.
Json resolved(const Json& value, const std::string& file) {
  if (value.is_array()) {
    Json items = Json::array();
    for (const Json& item : value) items.push_back(resolved(item, file));
    return items;
  }
  if (!value.is_object()) return value;
  if (value.contains("$ref")) {
    const std::string reference = value.at("$ref");
    const auto mark = reference.find('#');
    const std::string other = mark == 0 ? file : reference.substr(0, mark);
    const Json document = read_schema(other);
    const std::string pointer = mark == std::string::npos ? "" : reference.substr(mark + 1);
    return resolved(document.at(Json::json_pointer(pointer)), other);
  }
  Json members = Json::object();
  for (const auto& [key, member] : value.items()) {
    if (key != "$id") members[key] = resolved(member, file);  // the parts of one whole are no documents of their own
  }
  return members;
}

/// A schema in the validator's own form.
struct Compiled {
  explicit Compiled(const std::string& name) {
    const auto document = nlohmann::json::parse(schema_of(name).dump());
    valijson::SchemaParser(valijson::SchemaParser::kDraft7).populateSchema(Adapter(document), schema);
  }
  valijson::Schema schema;
};

const valijson::Schema& compiled(const std::string& name) {
  static std::mutex mutex;
  static std::map<std::string, Compiled> known;
  const std::lock_guard lock(mutex);
  return known.try_emplace(name, name).first->second.schema;
}

}  // namespace

std::vector<std::string> schema_names() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(source_dir() / "schemas")) {
    names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

const Json& schema_of(const std::string& name) {
  static std::mutex mutex;
  static std::map<std::string, Json> known;
  const std::lock_guard lock(mutex);
  const auto found = known.find(name);
  if (found != known.end()) return found->second;
  return known.emplace(name, resolved(read_schema(name + ".json"), name + ".json")).first->second;
}

std::vector<std::string> schema_problems(const Json& document, const std::string& name) {
  const auto value = nlohmann::json::parse(document.dump());
  valijson::Validator validator(valijson::Validator::kStrongTypes);
  valijson::ValidationResults results;
  if (validator.validate(compiled(name), Adapter(value), &results)) return {};
  std::vector<std::string> problems;
  for (const auto& result : results) {
    std::string line;
    for (const std::string& step : result.context) line += step;
    problems.push_back(line + ": " + result.description);
  }
  if (problems.empty()) problems.emplace_back("not valid");
  return problems;
}

void check_schema(const Json& document, const std::string& name) {
  for (const std::string& problem : schema_problems(document, name)) {
    FAIL_CHECK("schemas/", name, ".json: ", problem, "\n", document.dump(/*indent=*/2));
  }
}

}  // namespace react1::test
