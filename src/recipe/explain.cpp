// SPDX-License-Identifier: Apache-2.0
#include "recipe/explain.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "core/nearest.hpp"

namespace react1::recipe {
namespace {

/// Scalars as in the JSON text, shortened; arrays and objects without their contents.
std::string shown(const Document& value) {
  if (value.is_object()) return "an object";
  if (value.is_array()) return "an array";
  constexpr std::size_t longest = 80;
  std::string text =
      value.dump(/*indent=*/-1, /*indent_char=*/' ', /*ensure_ascii=*/true, Document::error_handler_t::replace);
  if (text.size() > longest) text = text.substr(0, longest) + "…";
  return text;
}

std::string range(const Document& node) {
  std::vector<std::string> bounds;
  if (node.contains("minimum")) bounds.push_back("at least " + node["minimum"].dump());
  if (node.contains("exclusiveMinimum")) bounds.push_back("above " + node["exclusiveMinimum"].dump());
  if (node.contains("maximum")) bounds.push_back("at most " + node["maximum"].dump());
  return bounds.empty() ? "" : fmt::format(" {}", fmt::join(bounds, " and "));
}

std::vector<std::string> types(const Document& node) {
  if (!node.contains("type")) return {};
  const Document& type = node["type"];
  return type.is_array() ? type.get<std::vector<std::string>>() : std::vector<std::string>{type.get<std::string>()};
}

std::string type_in_words(const std::string& type, const Document& node) {
  if (type == "integer") return "a whole number" + range(node);
  if (type == "number") return "a number" + range(node);
  if (type == "string" && node.contains("pattern")) return R"(the same as text, like "0.15" or "30000/1001")";
  if (type == "string") return node.contains("minLength") ? "text that is not empty" : "text";
  if (type == "object") return "an object";
  return type;
}

std::string allowed(const Document& node) {
  std::vector<std::string> choices;
  if (node.contains("enum")) {
    for (const Document& choice : node["enum"]) choices.push_back(choice.dump());
    return fmt::format("{}", fmt::join(choices, ", "));
  }
  for (const std::string& type : types(node)) choices.push_back(type_in_words(type, node));
  return fmt::format("{}", fmt::join(choices, ", or "));
}

std::string suggestion(std::string_view word, const std::vector<std::string>& choices) {
  const std::vector<std::string_view> views(choices.begin(), choices.end());
  const auto guess = nearest(word, views);
  return guess ? fmt::format("; did you mean \"{}\"?", *guess) : "";
}

bool has_type(const Document& value, const std::string& type) {
  if (type == "integer") return value.is_number_integer();
  if (type == "number") return value.is_number();
  if (type == "string") return value.is_string();
  if (type == "object") return value.is_object();
  return type == "null" && value.is_null();
}

std::vector<std::string> unknown_keys(const std::string& path, const Document& object, const Document& node) {
  std::vector<std::string> known;
  for (const auto& [key, unused] : node["properties"].items()) known.push_back(key);
  std::vector<std::string> problems;
  for (const auto& [key, unused] : object.items()) {
    if (std::find(known.begin(), known.end(), key) != known.end()) continue;
    problems.push_back(
        fmt::format("{}.{}: unknown key; allowed: {}{}", path, key, fmt::join(known, ", "), suggestion(key, known)));
  }
  return problems;
}

std::string word_suggestion(const Document& value, const Document& node) {
  if (!value.is_string() || !node.contains("enum")) return "";
  std::vector<std::string> words;
  for (const Document& choice : node["enum"]) {
    if (choice.is_string()) words.push_back(choice.get<std::string>());
  }
  return suggestion(value.get_ref<const std::string&>(), words);
}

}  // namespace

std::vector<std::string> explain(const std::string& path, const Document& value, const Document& node) {
  const std::vector<std::string> wanted = types(node);
  const bool right_type = wanted.empty() || std::any_of(wanted.begin(), wanted.end(),
                                                        [&](const std::string& type) { return has_type(value, type); });
  if (right_type && value.is_object() && node.contains("properties")) return unknown_keys(path, value, node);
  return {fmt::format("{}: found {}; allowed: {}{}", path, shown(value), allowed(node), word_suggestion(value, node))};
}

}  // namespace react1::recipe
