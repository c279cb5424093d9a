// SPDX-License-Identifier: Apache-2.0
// -o: a file, or "-" for standard output. Its rules are checked before any work and any payment.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <react1/output.hpp>
#include <react1/source.hpp>
#include <stop_token>
#include <string>
#include <vector>

#include "cli/process/shell.hpp"
#include "core/own_folder.hpp"

namespace react1::cli {

/// As typed.
struct OutputFlags {
  std::string output;
  bool overwrite = false;
};

/// -o and --overwrite. `what` goes there; `flags` must outlive `command`.
void add_output_flags(CLI::App& command, OutputFlags& flags, const char* what);
/// --overwrite alone, for commands with an output of another kind.
void add_overwrite_flag(CLI::App& command, bool& overwrite);

/// Where a command's result goes. For "-" it is made in a temporary folder first: a video can't be written in order.
class ResultOutput {
 public:
  /// Throws Error{usage} when the output can't be one, is one of `inputs`, or is "-" with --json or on a terminal, and
  /// Error{io} when a file can't be made there. Leaves nothing behind.
  ResultOutput(const OutputFlags& flags, const std::vector<Source>& inputs, const Shell& shell);

  [[nodiscard]] bool is_stdout() const noexcept { return workshop_.has_value(); }
  /// What is passed to the library.
  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  [[nodiscard]] OutputOptions options() const noexcept { return {.overwrite = overwrite_, .passing = is_stdout()}; }
  /// For "-": writes the file to standard output. Throws Error{io|interrupted} when not all of it arrives.
  void deliver(const std::stop_token& stop) const;

 private:
  std::optional<Workshop> workshop_;
  std::string path_;
  bool overwrite_;
};

}  // namespace react1::cli
