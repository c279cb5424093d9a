// SPDX-License-Identifier: Apache-2.0
#include "recipe/options_page.hpp"

#include <fmt/format.h>

#include <string_view>
#include <vector>

#include "recipe/options/table.hpp"

namespace react1::recipe {
namespace {

constexpr std::string_view intro =
    "# Options\n\n"
    "<!-- Written by scripts/generate from src/recipe/options; edit the table there. -->\n\n"
    "Every option of `run` and its relatives: its key in a recipe, its flag, what it may be and its default. A flag "
    "overrides the recipe,\na recipe overrides `pipelines/default.json`. A key ends in its unit: `_s` seconds, `_ms` "
    "milliseconds, `_bytes`, `_usd` US dollars.\nQuantities in seconds and ratios are exact and may be text in a "
    "recipe: "
    "`\"30000/1001\"`. TIME is seconds or `[hours:]minutes:seconds`;\nSIZE is bytes, or with K, M, G, T multiples of "
    "1024.\n";

/// In a cell of a table.
std::string cell(std::string_view text) {
  std::string escaped;
  for (const char c : text) escaped += c == '|' ? "\\|" : std::string(1, c);
  return escaped;
}

std::string code(std::string_view text) {
  return "`" + cell(text) + "`";
}

std::string number_text(const Json& schema, std::string_view type) {
  const bool is_open = schema.contains("exclusiveMinimum");
  const Json& low = is_open ? schema["exclusiveMinimum"] : schema["minimum"];
  return fmt::format("{}, {}{} to {}", type == "integer" ? "whole number" : "number", is_open ? "above " : "",
                     low.dump(), schema["maximum"].dump());
}

std::string value_text(const Option& row) {
  if (row.schema.contains("enum")) {
    std::vector<std::string> words;
    for (const Json& word : row.schema["enum"])
      words.push_back(code(word.is_null() ? "null" : word.get<std::string>()));
    return fmt::format("{}", fmt::join(words, ", "));
  }
  const Json& types = row.schema["type"];
  const bool is_list = types.is_array();
  const auto type = is_list ? types[0].get<std::string>() : types.get<std::string>();
  std::string text = type;
  if (type == "boolean") text = "`true`, `false`";
  if (type == "string") text = "text";
  if (type == "integer" || type == "number") text = number_text(row.schema, type);
  if (is_list && types.back() == "null") text += "; `null`";
  return text;
}

std::string flag_text(const Option& row) {
  std::vector<std::string> names(row.flag.names.begin(), row.flag.names.end());
  if (names.empty()) return "";
  const bool shows_words = row.flag.metavar == fmt::format("{}", fmt::join(row.words, "|"));  // the value has them
  if (row.takes_value() && !shows_words) names.front() += " " + row.flag.metavar;
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + code(name);
  return text;
}

std::string meaning(const Option& row) {
  std::string text = cell(row.help);
  if (!row.unset_means.empty()) text += " `null`: " + cell(row.unset_means) + ".";
  return text;
}

bool is_in(const Option& row, std::string_view section) {
  return !row.pointer.empty() && row.section() == section;
}

void add_section(std::string& page, const Section& section) {
  page += fmt::format("\n## {}\n\n{}\n", shown_path(section.pointer).substr(2), section.help);
  bool is_empty = true;
  for (const Option& row : option_table()) {
    if (!is_in(row, section.pointer)) continue;
    if (is_empty) page += "\n| key | value | default | flag | meaning |\n|---|---|---|---|---|\n";
    is_empty = false;
    page += fmt::format("| {} | {} | {} | {} | {} |\n", code(row.key()), value_text(row),
                        code(row.write(PipelineOptions{}).dump()), flag_text(row), meaning(row));
  }
}

void add_flags_alone(std::string& page) {
  page += "\n## Only as flags\n\n| flag | meaning |\n|---|---|\n";
  for (const Option& row : option_table()) {
    if (row.pointer.empty() && row.has_flag()) page += fmt::format("| {} | {} |\n", flag_text(row), meaning(row));
  }
}

void add_library_members(std::string& page) {
  page +=
      "\n## Only in the library\n\nMembers of `PipelineOptions` that neither a recipe nor a flag sets.\n\n"
      "| member | value | default | meaning |\n|---|---|---|---|\n";
  for (const Option& row : option_table()) {
    if (!row.pointer.empty() || row.has_flag()) continue;
    page += fmt::format("| {} | {} | {} | {} |\n", code(row.member), value_text(row),
                        code(row.write(PipelineOptions{}).dump()), meaning(row));
  }
}

void add_commands(std::string& page) {
  page += "\n## Flags by command\n\n| flags | commands |\n|---|---|\n";
  for (const GroupOfFlags& group : flag_groups()) {
    std::vector<std::string> flags;
    for (const Option& row : option_table()) {
      if (row.flag.group == group.group) flags.push_back(code(row.flag.names.front()));
    }
    page += fmt::format("| {} | {} |\n", fmt::join(flags, " "), fmt::join(group.commands, ", "));
  }
}

}  // namespace

std::string options_page() {
  std::string page(intro);
  for (const Section& section : sections()) add_section(page, section);
  add_flags_alone(page);
  add_library_members(page);
  add_commands(page);
  return page;
}

}  // namespace react1::recipe
