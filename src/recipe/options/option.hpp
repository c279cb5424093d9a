// SPDX-License-Identifier: Apache-2.0
// One option: a row of the table from which flags, recipes, checks, the schema and the reference page come.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <react1/pipeline.hpp>

#include "core/json_text.hpp"
#include "recipe/json/document.hpp"

namespace react1::recipe {

/// Decides which commands take a flag (groups.hpp).
enum class FlagGroup { none, clips, encoding, model, limits, payment, interrupt, lost_answer, upload, webhook };

/// Whether a flag, by its first name ("--start"), is on the command line.
using IsGiven = std::function<bool(std::string_view flag)>;

/// How an option is written on a command line.
struct Flag {
  std::vector<std::string_view> names{};  ///< with dashes, the usual one first; empty: the option has no flag
  std::string metavar{};                  ///< empty: the flag takes no value
  FlagGroup group = FlagGroup::none;
  std::string_view help{};                      ///< in place of the option's
  bool turns_off = false;                       ///< a flag without value that sets the member to false
  std::string_view off_word{};                  ///< typed for "not set": --loudness off
  std::vector<std::string_view> required_by{};  ///< commands that need the option, from here or from the recipe
};

/// A row. `read`, `write` and `problem` are empty where there is no member, `take` where there is no flag.
struct Option {
  std::string_view pointer{};      ///< JSON pointer in a recipe, "/preprocess/video_crf"; empty: not in recipes
  std::string_view member{};       ///< path in PipelineOptions, "prepare.video_crf"; empty: the flag sets several
  std::string_view help{};         ///< plain text
  std::string_view unset_means{};  ///< of null, where a member may be unset: "any number"
  Flag flag{};
  Json schema = Json::object();           ///< type, range and words as JSON Schema
  std::vector<std::string_view> words{};  ///< what may be written, where that is a list
  /// Stores a value that the schema allows. Throws std::invalid_argument when it is invalid nevertheless.
  std::function<void(const Document& value, PipelineOptions& options)> read{};
  /// As a recipe has it.
  std::function<Json(const PipelineOptions& options)> write{};
  /// Stores what was typed. Throws Error{usage}; the caller puts the flag's name into it.
  std::function<void(const std::string& text, const IsGiven& is_given, PipelineOptions& options)> take{};
  /// The problem of the member by itself, as text that continues its name: "is 99; allowed are 0 to 51".
  std::function<std::optional<std::string>(const PipelineOptions& options)> problem{};

  /// `name` and `more` are the same flag; `shown` is shown for its value in --help (the words, where it is empty and
  /// there are words).
  [[nodiscard]] Option flagged(FlagGroup group, std::vector<std::string_view> names, std::string_view shown = {}) &&;
  /// A flag without value that sets the member to false; `text` is its help.
  [[nodiscard]] Option switched_off_by(FlagGroup group, std::string_view name, std::string_view text) &&;
  /// Typed for "not set".
  [[nodiscard]] Option off_by(std::string_view word) &&;
  /// Printed in place of null.
  [[nodiscard]] Option null_means(std::string_view meaning) &&;
  [[nodiscard]] Option required_by(std::vector<std::string_view> commands) &&;
  /// In place of the setter that comes from the member's type.
  [[nodiscard]] Option taken_by(decltype(take) setter) &&;
  /// The check is part of a rule over several members (validation.cpp).
  [[nodiscard]] Option checked_with_others() &&;

  /// "video_crf" and "/preprocess" of the pointer "/preprocess/video_crf".
  [[nodiscard]] std::string_view key() const noexcept { return pointer.substr(pointer.rfind('/') + 1); }
  [[nodiscard]] std::string_view section() const noexcept { return pointer.substr(0, pointer.rfind('/')); }
  /// Whether the member is in `group`: "prepare.video_window.start" within "prepare.video_window".
  [[nodiscard]] bool is_within(std::string_view group) const noexcept {
    return member.starts_with(group) && member.substr(group.size()).starts_with('.');
  }
  [[nodiscard]] bool has_flag() const noexcept { return !flag.names.empty(); }
  [[nodiscard]] bool takes_value() const noexcept { return !flag.metavar.empty(); }
};

/// The unit of a number in an option, from the end of its name: "_s", "_ms", "_bytes", "_usd".
enum class Unit { none, seconds, milliseconds, bytes, usd };
[[nodiscard]] Unit unit_of(std::string_view name) noexcept;

/// The default as it is typed: "0.5", "8G", "off"; empty when the option is not set by default and there is no word for
/// that.
[[nodiscard]] std::string default_text(const Option& option);

}  // namespace react1::recipe
