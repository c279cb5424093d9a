// SPDX-License-Identifier: Apache-2.0
// pipelines/default.json, the schema and the C++ defaults say the same.
#include <doctest/doctest.h>

#include <set>
#include <string>

#include <react1/pipeline.hpp>

#include "core/atomic_file.hpp"
#include "recipe/embedded.hpp"
#include "recipe/lookup.hpp"
#include "recipe/options/table.hpp"
#include "recipe/schema.hpp"
#include "support/paths.hpp"
#include "unit/recipe/environment.hpp"

namespace react1 {
namespace {

using recipe::Document;

std::filesystem::path pipelines() {
  return test::source_dir() / "pipelines";
}

/// JSON pointers of all leaves of the schema.
void add_schema_leaves(const Document& node, const std::string& pointer, std::set<std::string>& leaves) {
  if (!node.contains("properties")) {
    leaves.insert(pointer);
    return;
  }
  for (const auto& [key, child] : node["properties"].items()) add_schema_leaves(child, pointer + "/" + key, leaves);
}

/// Every option, as a recipe would have it. members_test.cpp makes sure that the table has every member.
void check_same(const PipelineOptions& read, const PipelineOptions& built_in) {
  for (const recipe::Option& row : recipe::option_table()) {
    if (!row.write) continue;
    CAPTURE(std::string(row.member));
    CHECK(row.write(read) == row.write(built_in));
  }
}

void add_leaves(const Document& value, const std::string& pointer, std::set<std::string>& leaves) {
  if (!value.is_object()) {
    leaves.insert(pointer);
    return;
  }
  for (const auto& [key, child] : value.items()) add_leaves(child, pointer + "/" + key, leaves);
}

Document document_of(const std::string& file) {
  return recipe::parse_document({.label = file, .text = read_file(pipelines() / file)});
}

TEST_CASE("default.json gives the C++ defaults, field by field") {
  check_same(load_recipe((pipelines() / "default.json").string()), PipelineOptions{});
}

TEST_CASE("every property of the schema is in default.json, and nothing else") {
  std::set<std::string> allowed;
  add_schema_leaves(recipe::schema(), "", allowed);
  std::set<std::string> present;
  add_leaves(document_of("default.json"), "", present);
  CHECK(allowed == present);
}

TEST_CASE("every property but those for readers is read into a field, and no field twice") {
  std::set<std::string> allowed;
  add_schema_leaves(recipe::schema(), "", allowed);
  allowed.erase("/$schema");
  allowed.erase("/description");
  std::set<std::string> read;
  std::set<std::string> members;
  for (const recipe::Option& row : recipe::option_table()) {
    if (!row.pointer.empty()) CHECK(read.insert(std::string(row.pointer)).second);
    if (!row.member.empty()) CHECK(members.insert(std::string(row.member)).second);
  }
  CHECK(allowed == read);
}

TEST_CASE("the library carries the very bytes of the recipes in the source tree") {
  std::size_t found = 0;
  for (const auto& entry : std::filesystem::directory_iterator(pipelines())) {
    for (const recipe::EmbeddedFile& file : recipe::embedded_files()) {
      if (file.name != entry.path().filename().string()) continue;
      ++found;
      CHECK(file.text == read_file(entry.path()));
    }
  }
  CHECK(found == recipe::embedded_files().size());
  CHECK(found >= 2);
}

TEST_CASE("all recipes in the source tree are valid") {
  for (const auto& entry : std::filesystem::directory_iterator(pipelines())) {
    if (entry.path().filename() == "schema.json") continue;
    CHECK_NOTHROW((void)load_recipe(entry.path().string()));
  }
}

TEST_CASE("every property of the schema says what it is for") {
  std::set<std::string> leaves;
  add_schema_leaves(recipe::schema(), "", leaves);
  for (const std::string& leaf : leaves) {
    const Document* node = &recipe::schema();
    for (std::size_t at = 1; at < leaf.size();) {
      const std::size_t end = std::min(leaf.find('/', at), leaf.size());
      node = &(*node)["properties"][leaf.substr(at, end - at)];
      at = end + 1;
    }
    CAPTURE(leaf);
    CHECK(node->contains("description"));
  }
}

TEST_CASE("default.json comes out of the library when no folder has one") {
  const test::RecipeFolder empty;
  CHECK(recipe::embedded_default().text == read_file(pipelines() / "default.json"));
  check_same(load_recipe("default"), PipelineOptions{});
}

}  // namespace
}  // namespace react1
