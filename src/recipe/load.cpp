// SPDX-License-Identifier: Apache-2.0
// load_recipe(): find, parse, check, layer over the defaults, convert.
#include <fmt/format.h>

#include <stdexcept>
#include <string>
#include <vector>

#include <react1/pipeline.hpp>

#include "core/boundary.hpp"
#include "recipe/generated.hpp"
#include "recipe/json/document.hpp"
#include "recipe/lookup.hpp"
#include "recipe/options/table.hpp"
#include "recipe/options/validation.hpp"
#include "recipe/schema.hpp"

namespace react1::REACT1_ABI {
namespace {

using recipe::Document;
using recipe::Source;

void require_none(const std::vector<std::string>& problems, const Source& source) {
  if (problems.empty()) return;
  const std::string count = problems.size() == 1 ? "" : fmt::format("{} problems: ", problems.size());
  throw Error(
      ErrorCode::usage, source.label, count + fmt::format("{}", fmt::join(problems, " | ")),
      {.hint = "docs/options.md and pipelines/schema.json describe every key, pipelines/default.json shows them all"});
}

Document checked(const Source& source) {
  Document document = recipe::parse_document(source);
  require_none(recipe::schema_problems(document), source);
  return document;
}

/// What a recipe leaves out comes from default.json, and what an edited default.json leaves out from the table.
Document with_defaults(const std::string& name_or_path, const Source& source) {
  Document document = recipe::default_document();
  if (name_or_path != "default") {
    const Source defaults = recipe::find_recipe("default");
    if (!defaults.embedded) document = recipe::layered(std::move(document), checked(defaults));
  }
  return source.embedded && name_or_path == "default" ? document
                                                      : recipe::layered(std::move(document), checked(source));
}

PipelineOptions converted(const Document& document, const Source& source) {
  PipelineOptions options;
  std::vector<std::string> problems;
  for (const recipe::Option& row : recipe::option_table()) {
    if (row.pointer.empty()) continue;
    const Document& value = document.at(Document::json_pointer(std::string(row.pointer)));
    try {
      row.read(value, options);
    } catch (const std::invalid_argument& error) {
      problems.push_back(fmt::format("{}: found {}; {}", recipe::shown_path(row.pointer), value.dump(), error.what()));
    }
  }
  require_none(problems, source);
  for (const recipe::Problem& problem : recipe::find_problems(options)) {
    problems.push_back(recipe::path_of_member(problem.member) + ": " + problem.text);
  }
  require_none(problems, source);
  return options;
}

}  // namespace

PipelineOptions load_recipe(const std::string& name_or_path) {
  return at_boundary("load_recipe", [&] {
    const recipe::Source source = recipe::find_recipe(name_or_path);
    return converted(with_defaults(name_or_path, source), source);
  });
}

}  // namespace react1::REACT1_ABI
