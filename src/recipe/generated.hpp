// SPDX-License-Identifier: Apache-2.0
// The texts generated from the table of options: the schema, the defaults and the reference page. scripts/generate
// writes the files; a test compares them with these texts.
#pragma once

#include <string>
#include <vector>

#include "recipe/json/document.hpp"

namespace react1::recipe {

/// JSON Schema (draft 7) of recipes.
[[nodiscard]] Document schema_document();
/// Every key of a recipe with its default.
[[nodiscard]] Document default_document();

struct GeneratedFile {
  std::string path;  ///< relative to the source tree
  std::string text;
};
/// pipelines/schema.json, pipelines/default.json, docs/options.md.
[[nodiscard]] std::vector<GeneratedFile> generated_files();

}  // namespace react1::recipe
