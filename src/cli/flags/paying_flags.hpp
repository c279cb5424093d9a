// SPDX-License-Identifier: Apache-2.0
// The flags of commands that pay, laid over a recipe.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <react1/pipeline.hpp>
#include <string>

namespace react1::cli {

/// As typed; nullopt = not given, the recipe decides.
struct PayingFlags {
  bool again = false;
  std::optional<std::string> max_cost, on_interrupt;
};

/// --again and --max-cost. `flags` must outlive `command`.
void add_paying_flags(CLI::App& command, PayingFlags& flags);
/// --on-interrupt, for commands that wait for what they paid.
void add_on_interrupt_flag(CLI::App& command, PayingFlags& flags);

/// Throws Error{usage}.
void lay_over(PipelineOptions& options, const PayingFlags& flags);

}  // namespace react1::cli
