// SPDX-License-Identifier: Apache-2.0
// How a paid call whose answer was lost is looked for, laid over a recipe.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <react1/pipeline.hpp>
#include <string>

namespace react1::cli {

/// As typed; nullopt = not given, the recipe decides.
struct LookUpFlags {
  std::optional<std::string> wait, attempts;
};

/// --look-up-wait and --look-up-attempts. `flags` must outlive `command`.
void add_look_up_flags(CLI::App& command, LookUpFlags& flags);

/// Throws Error{usage}.
void lay_over(LostAnswerOptions& options, const LookUpFlags& flags);

}  // namespace react1::cli
