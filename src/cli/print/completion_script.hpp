// SPDX-License-Identifier: Apache-2.0
// Completion scripts of bash, zsh and fish, from the declared commands and flags.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace react1::cli {

/// What a word on the command line may be.
struct CompletedValue {
  enum class Kind { nothing, any, words, files, folders };
  Kind kind = Kind::nothing;  ///< nothing: the flag takes no value; any: no list of values
  std::vector<std::string> words{};
  std::string shown{};  ///< "TIME"
};

struct CompletedFlag {
  std::vector<std::string> names;  ///< "-o", "--output"
  std::string help;
  CompletedValue value;
};

struct CompletedCommand {
  std::string name;  ///< "run", "jobs resolve"; empty: the program itself
  std::string help;
  std::vector<CompletedFlag> flags;
  std::vector<std::string> subcommands;  ///< last names
  CompletedValue argument;
};

/// Commands in the order of --help, the program itself first; a command before its subcommands.
using CompletedProgram = std::vector<CompletedCommand>;

[[nodiscard]] std::string bash_completion(const CompletedProgram& program);
[[nodiscard]] std::string zsh_completion(const CompletedProgram& program);
[[nodiscard]] std::string fish_completion(const CompletedProgram& program);

}  // namespace react1::cli
