// SPDX-License-Identifier: Apache-2.0
// react1 completion
#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cli/commands/commands.hpp"
#include "cli/print/completion_script.hpp"
#include "cli/print/result_output.hpp"
#include "recipe/options/table.hpp"

namespace react1::cli {
namespace {

using Kind = CompletedValue::Kind;

std::vector<std::string> split(std::string_view text, char at) {
  std::vector<std::string> parts;
  for (std::size_t begin = 0, end = 0; end != std::string_view::npos; begin = end + 1) {
    end = text.find(at, begin);
    parts.emplace_back(text.substr(begin, end == std::string_view::npos ? end : end - begin));
  }
  return parts;
}

/// "text|json" and "{fal}" are lists of words; "NAME|PATH" is not.
std::vector<std::string> listed_words(const std::string& shown) {
  const auto brace = shown.find('{');
  if (brace != std::string::npos) return split(shown.substr(brace + 1, shown.find('}') - brace - 1), ',');
  const bool is_list = shown.find('|') != std::string::npos &&
                       shown.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_|") == std::string::npos;
  return is_list ? split(shown, '|') : std::vector<std::string>();
}

CompletedValue value_of_option(const CLI::Option& option) {
  CompletedValue value;
  if (option.get_items_expected_max() == 0) return value;
  value.shown = option.get_option_text().empty() ? option.get_type_name() : option.get_option_text();
  value.words = listed_words(value.shown);
  for (const std::string& name : option.get_lnames()) {
    if (const recipe::Option* row = recipe::find_by_flag("--" + name))
      value.words = {row->words.begin(), row->words.end()};
  }
  const std::string name = option.get_positional() ? option.get_name(/*positional=*/true) : value.shown;
  const std::vector<std::string> files{"PATH", "FILE", "NAME|PATH", "OUT.mp4", "RECORD.json", "VIDEO", "AUDIO"};
  value.kind = Kind::any;
  if (std::find(files.begin(), files.end(), name) != files.end()) value.kind = Kind::files;
  if (name == "DIR") value.kind = Kind::folders;
  if (!value.words.empty()) value.kind = Kind::words;
  return value;
}

/// Adds what a command has; a group of options is a nameless command below it.
void add_parts(const CLI::App& app, CompletedCommand& command) {
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_positional()) {
      if (command.argument.kind == Kind::nothing) command.argument = value_of_option(*option);
      continue;
    }
    CompletedFlag flag{{}, option->get_description(), value_of_option(*option)};
    for (const std::string& name : option->get_snames()) flag.names.push_back("-" + name);
    for (const std::string& name : option->get_lnames()) flag.names.push_back("--" + name);
    command.flags.push_back(std::move(flag));
  }
  for (const CLI::App* below : app.get_subcommands(/*filter=*/[](const CLI::App*) { return true; })) {
    if (below->get_name().empty()) {
      add_parts(*below, command);
    } else {
      command.subcommands.push_back(below->get_name());
    }
  }
}

void add_commands(const CLI::App& app, const std::string& name, CompletedProgram& program) {
  CompletedCommand command{name, app.get_description(), {}, {}, {}};
  add_parts(app, command);
  program.push_back(std::move(command));
  for (const CLI::App* below : app.get_subcommands(/*filter=*/[](const CLI::App*) { return true; })) {
    if (!below->get_name().empty()) {
      add_commands(*below, name.empty() ? below->get_name() : name + " " + below->get_name(), program);
    }
  }
}

}  // namespace

void add_completion(CLI::App& app, Shell& shell) {
  CLI::App* command = app.add_subcommand("completion", "Prints the completion script of a shell");
  const auto name = std::make_shared<std::string>();
  command->add_option("SHELL", *name, "bash, zsh or fish")->required()->check(CLI::IsMember({"bash", "zsh", "fish"}));
  command->callback([&app, name, &shell] {
    shell.action = [&app, name, &shell] {
      CompletedProgram program;
      add_commands(app, /*name=*/"", program);
      write_result(*name == "bash"  ? bash_completion(program)
                   : *name == "zsh" ? zsh_completion(program)
                                    : fish_completion(program),
                   shell.stop);
      return 0;
    };
  });
}

}  // namespace react1::cli
