// SPDX-License-Identifier: Apache-2.0
// The folders of src/ with their floors, and the order of the rooms inside them, as docs/ARCHITECTURE.md draws them.
// The page is what the check reads, so the two can't differ.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace react1::arch {

/// Stands for every room of a folder that is not drawn by its name.
inline constexpr std::string_view kAnyRoom = "*";

struct Folder {
  int floor = 0;
  /// Subfolders, lower first; rooms of one level may not include each other. Empty: the folder has no rooms.
  /// Files of a folder that are in no room are above all its rooms.
  std::vector<std::vector<std::string>> rooms;
  bool any_room = false;  ///< every subfolder is a room of the same, only level

  /// Level of a room, from 0; of "" (a file in no room) one above the highest. nullopt for a room that is not drawn.
  [[nodiscard]] std::optional<std::size_t> level_of(std::string_view room) const;
};

using House = std::map<std::string, Folder, std::less<>>;

/// Reads the block that begins with "```rooms": a line per folder, "FLOOR FOLDER [ROOM <- {ROOM, ROOM} <- ...]"
/// or "FLOOR FOLDER *".
/// Throws std::runtime_error with the line when it can't be read, or when there is no such block.
[[nodiscard]] House read_house(std::string_view page);

/// The paths in the first column of each row of the table under the heading "Where is what"; see read_house().
[[nodiscard]] std::vector<std::string> paths_of_the_table(std::string_view page);

}  // namespace react1::arch
