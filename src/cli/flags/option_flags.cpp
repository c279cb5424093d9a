// SPDX-License-Identifier: Apache-2.0
#include "cli/flags/option_flags.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include <react1/error.hpp>

#include "http/message/url.hpp"
#include "recipe/options/table.hpp"
#include "recipe/options/validation.hpp"

namespace react1::cli {
namespace {

using recipe::Option;

template <class List, class Value>
bool holds(const List& list, const Value& value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

std::string help_of(const Option& row, std::string_view command) {
  std::string help(row.flag.help.empty() ? row.help : row.flag.help);
  if (holds(row.flag.required_by, command)) return help + " Required, here or in the recipe";
  if (help.ends_with('.')) help.pop_back();
  if (!row.takes_value()) return help;
  const std::string value = recipe::default_text(row);
  if (!value.empty()) return fmt::format("{} (default: {})", help, value);
  return row.unset_means.empty() ? help : fmt::format("{} (default: {})", help, row.unset_means);
}

void add_row(CLI::App& app, OptionFlags& flags, const Option& row, const recipe::GroupOfFlags& group,
             std::string_view command) {
  const std::string names = fmt::format("{}", fmt::join(row.flag.names, ","));
  const std::string_view name = row.flag.names.front();
  if (!row.takes_value()) {
    app.add_flag_function(
           names, [&flags, name](std::int64_t count) { flags.typed.give(name, count > 0 ? "true" : "false"); },
           help_of(row, command))
        ->group(std::string(group.heading));
    return;
  }
  app.add_option_function<std::string>(
         names, [&flags, name](const std::string& text) { flags.typed.give(name, text); }, help_of(row, command))
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeLast)
      ->trigger_on_parse(false)
      ->group(std::string(group.heading))
      ->option_text(row.flag.metavar);
}

/// The recipe was checked while it was read, so any problem now comes from the flags.
void require_none(const std::vector<recipe::Problem>& problems, const OptionFlags& flags) {
  if (problems.empty()) return;
  std::vector<std::string> texts;
  for (const recipe::Problem& problem : problems) {
    const std::string_view flag = flags.typed.flag_of(problem.member);
    if (problems.size() == 1 && !flag.empty()) throw Error(ErrorCode::usage, std::string(flag), problem.text);
    texts.push_back(fmt::format("{} {}", flag.empty() ? recipe::path_of_member(problem.member) : flag, problem.text));
  }
  throw Error(ErrorCode::usage, "flags", fmt::format("{}", fmt::join(texts, "; ")));
}

}  // namespace

void add_recipe_flag(CLI::App& app, std::string& recipe, const char* help) {
  app.add_option("--pipeline", recipe, help)->capture_default_str()->option_text("NAME|PATH");
}

void add_option_flags(CLI::App& app, OptionFlags& flags, std::string_view command) {
  for (const recipe::GroupOfFlags& group : recipe::flag_groups()) {
    if (!holds(group.commands, command)) continue;
    for (const Option& row : recipe::option_table()) {
      if (row.has_flag() && row.flag.group == group.group) add_row(app, flags, row, group, command);
    }
  }
}

PipelineOptions resolve(const OptionFlags& flags) {
  PipelineOptions options = load_recipe(flags.pipeline);
  flags.typed.lay_over(options);
  // Before the general check, which is less strict.
  if (flags.typed.is_given("--webhook-url") && !http::parse_url(options.webhook.url)) {
    throw Error(ErrorCode::usage, "--webhook-url", "is not an http(s) URL");
  }
  require_none(recipe::find_problems(options), flags);
  return options;
}

PipelineOptions resolve_for_submit(const OptionFlags& flags) {
  PipelineOptions options = resolve(flags);
  if (!options.parameters.emotion) {
    const Option* row = recipe::find_by_flag("--emotion");
    throw Error(ErrorCode::usage, "--emotion", "is required",
                {.hint = fmt::format("one of {}", fmt::join(row->words, ", "))});
  }
  return options;
}

}  // namespace react1::cli
