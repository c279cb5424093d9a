// SPDX-License-Identifier: Apache-2.0
#include "cli/print/completion_script.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace react1::cli {
namespace {

using Kind = CompletedValue::Kind;

std::string joined(const std::vector<std::string>& words, std::string_view separator = " ") {
  return fmt::format("{}", fmt::join(words, separator));
}

std::string last_name(const CompletedCommand& command) {
  return command.name.substr(command.name.rfind(' ') + 1);
}

/// The first sentence, without what is in parentheses at its end.
std::string brief_help(const std::string& help) {
  const std::string sentence = help.substr(0, std::min(help.find(". "), help.find(" (default")));
  return sentence.ends_with('.') ? sentence.substr(0, sentence.size() - 1) : sentence;
}

std::string escaped(std::string_view text, std::string_view special, std::string_view by = "\\") {
  std::string result;
  for (const char c : text) {
    if (special.find(c) != std::string_view::npos) result += by;
    result += c;
  }
  return result;
}

/// In single quotes of bash and zsh.
std::string quoted(const std::string& text) {
  std::string result = "'";
  for (const char c : text) result += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return result + "'";
}

std::string fish_quoted(const std::string& text) {
  return "'" + escaped(text, "\\'") + "'";
}

/// The flags that a command takes: its own, and those of the program that it does not have itself.
std::vector<CompletedFlag> flags_of(const CompletedCommand& command, const CompletedProgram& program) {
  std::vector<CompletedFlag> flags = command.flags;
  for (const CompletedFlag& flag : program.front().flags) {
    const bool is_own = std::any_of(command.flags.begin(), command.flags.end(),
                                    [&](const CompletedFlag& own) { return own.names == flag.names; });
    if (!is_own) flags.push_back(flag);
  }
  return flags;
}

std::string names_of_flags(const CompletedCommand& command, const CompletedProgram& program) {
  std::vector<std::string> names;
  for (const CompletedFlag& flag : flags_of(command, program)) {
    names.insert(names.end(), flag.names.begin(), flag.names.end());
  }
  return joined(names);
}

// bash

constexpr std::string_view bash_start = R"(# bash completion for react1, from `react1 completion bash`.

_react1_words() {
  local IFS=$' \t\n'
  COMPREPLY=($(compgen -W "$1" -- "$cur"))
}

# $1: -f for files, -d for folders.
_react1_paths() {
  local IFS=$'\n'
  compopt -o filenames 2> /dev/null
  COMPREPLY=($(compgen "$1" -- "$cur"))
}

_react1() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} command= i
  # bash splits --flag=value into three words.
  if [[ $cur == = ]]; then
    cur=
  elif [[ $prev == = ]]; then
    prev=${COMP_WORDS[COMP_CWORD-2]}
  fi
  COMPREPLY=()
)";

std::string bash_action(const CompletedValue& value) {
  if (value.kind == Kind::words) return fmt::format("_react1_words {}", quoted(joined(value.words)));
  if (value.kind == Kind::files) return "_react1_paths -f";
  return value.kind == Kind::folders ? "_react1_paths -d" : ":";
}

/// Which command the line has so far.
std::string bash_command_search(const CompletedProgram& program) {
  std::string text = "  for ((i = 1; i < COMP_CWORD; i++)); do\n    case \"$command|${COMP_WORDS[i]}\" in\n";
  for (const CompletedCommand& command : program) {
    const std::string before = command.name.empty() ? "" : command.name + " ";
    for (const std::string& name : command.subcommands) {
      text += fmt::format("      '{}|{}') command='{}{}' ;;\n", command.name, name, before, name);
    }
  }
  return text + "    esac\n  done\n";
}

/// What follows a flag: one branch for all flags with the same answer.
std::string bash_values(const CompletedProgram& program) {
  std::map<std::string, std::vector<std::string>> patterns;
  for (const CompletedCommand& command : program) {
    for (const CompletedFlag& flag : command.flags) {
      if (flag.value.kind == Kind::nothing) continue;
      for (const std::string& name : flag.names) {
        const std::string pattern = command.name.empty() ? fmt::format("*' {}'", name)  // of every command
                                                         : fmt::format("'{} {}'", command.name, name);
        patterns[bash_action(flag.value)].push_back(pattern);
      }
    }
  }
  std::string text = "  case \"$command $prev\" in\n";
  for (const auto& [action, list] : patterns) text += fmt::format("    {}) {}; return ;;\n", joined(list, "|"), action);
  return text + "  esac\n";
}

std::string bash_rest(const CompletedProgram& program) {
  std::string flags = "  if [[ $cur == -* ]]; then\n    case \"$command\" in\n";
  std::string arguments = "  case \"$command\" in\n";
  for (const CompletedCommand& command : program) {
    flags += fmt::format("      '{}') _react1_words {} ;;\n", command.name, quoted(names_of_flags(command, program)));
    const bool has_more = !command.subcommands.empty();
    const CompletedValue value = has_more ? CompletedValue{Kind::words, command.subcommands} : command.argument;
    if (value.kind != Kind::nothing) arguments += fmt::format("    '{}') {} ;;\n", command.name, bash_action(value));
  }
  return flags + "    esac\n    return\n  fi\n" + arguments + "  esac\n}\n\ncomplete -F _react1 react1\n";
}

// zsh

std::string zsh_action(const CompletedValue& value) {
  const std::string shown = escaped(value.shown.empty() ? "value" : value.shown, ":[]\\");
  if (value.kind == Kind::nothing) return "";
  if (value.kind == Kind::words) return fmt::format(":{}:({})", shown, joined(value.words));
  if (value.kind == Kind::files) return fmt::format(":{}:_files", shown);
  return value.kind == Kind::folders ? fmt::format(":{}:_files -/", shown) : fmt::format(":{}: ", shown);
}

std::string zsh_flags(const std::vector<CompletedFlag>& flags) {
  std::string text;
  for (const CompletedFlag& flag : flags) {
    for (const std::string& name : flag.names) {
      const bool takes_value = flag.value.kind != Kind::nothing;
      const std::string shape = !takes_value ? "" : name.starts_with("--") ? "=" : "";
      text +=
          fmt::format("    {}\n", quoted(fmt::format("{}{}[{}]{}", name, shape, escaped(brief_help(flag.help), ":[]\\"),
                                                     zsh_action(flag.value))));
    }
  }
  return text;
}

std::string zsh_function(const CompletedCommand& command) {
  std::string name = "_react1_" + command.name;
  std::replace(name.begin(), name.end(), ' ', '_');
  return command.name.empty() ? "_react1" : name;
}

/// The function of a command: its flags, and its arguments or its subcommands.
std::string zsh_command(const CompletedCommand& command, const CompletedProgram& program) {
  std::string text = fmt::format("{}() {{\n  local -a flags\n  flags=(\n{}  )\n", zsh_function(command),
                                 zsh_flags(flags_of(command, program)));
  if (command.subcommands.empty()) {
    const std::string action = zsh_action(command.argument);
    return text + fmt::format("  _arguments -S : $flags{}\n}}\n\n", action.empty() ? "" : " " + quoted("*" + action));
  }
  text += "  local curcontext=\"$curcontext\" state line\n  typeset -A opt_args\n  local -a commands\n  commands=(\n";
  std::string choice;
  for (const CompletedCommand& below : program) {
    const std::string before = command.name.empty() ? "" : command.name + " ";
    const std::string name = last_name(below);
    if (below.name.empty() || below.name != before + name) continue;
    text += fmt::format("    {}\n", quoted(name + ":" + escaped(brief_help(below.help), ":\\")));
    choice += fmt::format("        {}) {} ;;\n", name, zsh_function(below));
  }
  return text +
         "  )\n  _arguments -C -S : $flags ': :->command' '*:: :->arguments'\n  case $state in\n"
         "    command) _describe -t commands command commands ;;\n    arguments)\n      case $words[1] in\n" +
         choice + "      esac ;;\n  esac\n}\n\n";
}

// fish

/// The condition for the flags and arguments of a command.
std::string fish_condition(const CompletedCommand& command) {
  if (command.name.empty()) return "";
  std::string text;
  std::string rest = command.name;
  for (std::size_t at = 0; at != std::string::npos;) {
    const std::size_t space = rest.find(' ', at);
    const std::string name = rest.substr(at, space == std::string::npos ? space : space - at);
    text += (text.empty() ? "" : "; and ") + ("__fish_seen_subcommand_from " + name);
    at = space == std::string::npos ? space : space + 1;
  }
  return text;
}

std::string fish_names(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) {
    text += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
  }
  return text;
}

std::string fish_value(const CompletedValue& value) {
  if (value.kind == Kind::nothing) return "";
  if (value.kind == Kind::words) return " -x -a " + fish_quoted(joined(value.words));
  if (value.kind == Kind::files) return " -r -F";
  return value.kind == Kind::folders ? " -x -a '(__fish_complete_directories)'" : " -x";
}

std::string fish_subcommands(const CompletedCommand& command, const CompletedProgram& program) {
  std::string text;
  const std::string when = command.name.empty() ? "__fish_use_subcommand"
                                                : fmt::format("{}; and not __fish_seen_subcommand_from {}",
                                                              fish_condition(command), joined(command.subcommands));
  for (const CompletedCommand& below : program) {
    const std::string before = command.name.empty() ? "" : command.name + " ";
    if (below.name.empty() || below.name != before + last_name(below)) continue;
    text += fmt::format("complete -c react1 -n {} -a {} -d {}\n", fish_quoted(when), last_name(below),
                        fish_quoted(brief_help(below.help)));
  }
  return text;
}

}  // namespace

std::string bash_completion(const CompletedProgram& program) {
  return std::string(bash_start) + bash_command_search(program) + bash_values(program) + bash_rest(program);
}

std::string zsh_completion(const CompletedProgram& program) {
  std::string text = "#compdef react1\n# zsh completion for react1, from `react1 completion zsh`.\n\n";
  for (const CompletedCommand& command : program) text += zsh_command(command, program);
  return text + "if [[ $funcstack[1] == _react1 ]]; then\n  _react1 \"$@\"\nelse\n  compdef _react1 react1\nfi\n";
}

std::string fish_completion(const CompletedProgram& program) {
  std::string text = "# fish completion for react1, from `react1 completion fish`.\n\ncomplete -c react1 -f\n";
  for (const CompletedCommand& command : program) {
    const std::string condition = fish_condition(command);
    const std::string start = "complete -c react1" + (condition.empty() ? "" : " -n " + fish_quoted(condition));
    for (const CompletedFlag& flag : command.flags) {
      text += fmt::format("{}{}{} -d {}\n", start, fish_names(flag.names), fish_value(flag.value),
                          fish_quoted(brief_help(flag.help)));
    }
    if (command.subcommands.empty() && command.argument.kind == Kind::files) text += start + " -F\n";
    if (command.subcommands.empty() && command.argument.kind == Kind::words) {
      text += start + " -a " + fish_quoted(joined(command.argument.words)) + "\n";
    }
    text += fish_subcommands(command, program);
  }
  return text;
}

}  // namespace react1::cli
