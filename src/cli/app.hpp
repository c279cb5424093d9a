// SPDX-License-Identifier: Apache-2.0
// The command line as a whole: commands, global flags, and the errors for an invalid command line.
#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <react1/error.hpp>

#include "cli/process/shell.hpp"

namespace react1::cli {

/// Everything declared; `shell` must outlive it.
[[nodiscard]] std::unique_ptr<CLI::App> make_app(Shell& shell);

/// A parse error as an Error{usage} with the nearest flag or command as a hint.
[[nodiscard]] Error usage_error(const CLI::ParseError& error, const CLI::App& app, int argc, const char* const* argv);

/// Whether --json is among the arguments, for a line that could not be parsed.
[[nodiscard]] bool asks_for_json(int argc, const char* const* argv);
/// Likewise for --log-format json.
[[nodiscard]] bool asks_for_json_log(int argc, const char* const* argv);

}  // namespace react1::cli
