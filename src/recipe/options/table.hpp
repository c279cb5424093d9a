// SPDX-License-Identifier: Apache-2.0
// The table of options. A new option is a row in one of the *_rows.cpp, the member that it sets, and the code that
// reads the member; scripts/generate writes the files that come from the table.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "recipe/options/option.hpp"

namespace react1::recipe {

/// All rows, in the order of recipes and of --help.
[[nodiscard]] const std::vector<Option>& option_table();

/// The row whose pointer or member this is; nullptr when there is none.
[[nodiscard]] const Option* find_by_pointer(std::string_view pointer);
[[nodiscard]] const Option* find_by_member(std::string_view member);
/// The row that has this flag, by any of its names.
[[nodiscard]] const Option* find_by_flag(std::string_view flag);

/// "$.preprocess.video_crf" for "prepare.video_crf"; of a group ("prepare.video_window") the object's path. A member
/// that no recipe can set keeps its name.
[[nodiscard]] std::string path_of_member(std::string_view member);

/// An object of a recipe.
struct Section {
  std::string_view pointer;  ///< "/window/video"
  std::string_view help;
};
/// Parents before children.
[[nodiscard]] std::span<const Section> sections() noexcept;

/// A heading of --help and the commands whose flags it contains.
struct GroupOfFlags {
  FlagGroup group;
  std::string_view heading;
  std::vector<std::string_view> commands;  ///< "run", "jobs resolve"
};
[[nodiscard]] const std::vector<GroupOfFlags>& flag_groups();

// The parts of the table, and a bound that they share.
inline constexpr std::int64_t hour_ms = 3'600'000;
[[nodiscard]] std::vector<Option> window_rows();
[[nodiscard]] std::vector<Option> preprocess_rows();
[[nodiscard]] std::vector<Option> model_rows();
[[nodiscard]] std::vector<Option> advice_rows();
[[nodiscard]] std::vector<Option> service_rows();
[[nodiscard]] std::vector<Option> payment_rows();

}  // namespace react1::recipe
