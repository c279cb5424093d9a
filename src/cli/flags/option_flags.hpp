// SPDX-License-Identifier: Apache-2.0
// The flags of the table of options: declared in a loop, applied to a recipe.
#pragma once

#include <CLI/CLI.hpp>
#include <react1/pipeline.hpp>
#include <string>
#include <string_view>

#include "recipe/options/typed_options.hpp"

namespace react1::cli {

/// As typed. A flag that is not given leaves the recipe's value.
struct OptionFlags {
  std::string pipeline = "default";
  recipe::TypedOptions typed{};
};

/// The flags of every group that `command` ("run", "jobs resolve") has in the table. `flags` must outlive `app`.
void add_option_flags(CLI::App& app, OptionFlags& flags, std::string_view command);
inline constexpr const char* kRecipeHelp = "Recipe, by name or path; flags override it";
/// --pipeline. `recipe` must outlive `app`.
void add_recipe_flag(CLI::App& app, std::string& recipe, const char* help);

/// The recipe with the flags applied, fully checked. Throws Error{usage} before any work.
[[nodiscard]] PipelineOptions resolve(const OptionFlags& flags);
/// As above, for commands that send parameters: the emotion has to be named.
[[nodiscard]] PipelineOptions resolve_for_submit(const OptionFlags& flags);

}  // namespace react1::cli
