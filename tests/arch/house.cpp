// SPDX-License-Identifier: Apache-2.0
#include "arch/house.hpp"

#include <algorithm>
#include <regex>
#include <sstream>
#include <stdexcept>

namespace react1::arch {
namespace {

std::vector<std::string> words_of(const std::string& text, const std::regex& word) {
  std::vector<std::string> found;
  for (std::sregex_iterator it(text.begin(), text.end(), word), end; it != end; ++it) {
    found.push_back((*it)[0]);
  }
  return found;
}

// "ff <- {probe, picture} <- make", "common <- *"
std::vector<std::vector<std::string>> read_rooms(const std::string& text) {
  static const std::regex arrow(R"(\s*<-\s*)");
  static const std::regex room(R"([a-z0-9_]+|\*)");
  if (text.ends_with("<-")) throw std::runtime_error("a room is missing: \"" + text + "\"");
  std::vector<std::vector<std::string>> levels;
  for (std::sregex_token_iterator it(text.begin(), text.end(), arrow, -1), end; it != end; ++it) {
    const std::string level = *it;
    if (!std::regex_match(level, std::regex(R"(\*|[a-z0-9_]+|\{[a-z0-9_]+(, [a-z0-9_]+)+\})"))) {
      throw std::runtime_error("no room, and no {room, room}: \"" + level + "\"");
    }
    levels.push_back(words_of(level, room));
  }
  return levels;
}

// The lines of the page between a line that is `first` and one that is `last`; nullopt without the first.
std::optional<std::vector<std::string>> lines_between(std::string_view page, std::string_view first,
                                                      std::string_view last) {
  std::istringstream in{std::string(page)};
  std::string line;
  while (std::getline(in, line)) {
    if (line != first) continue;
    std::vector<std::string> lines;
    while (std::getline(in, line) && !line.starts_with(last)) lines.push_back(line);
    return lines;
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::size_t> Folder::level_of(std::string_view room) const {
  if (any_room) return room.empty() ? 1 : 0;
  if (room.empty()) return rooms.size();
  const auto level_with = [this](std::string_view name) -> std::optional<std::size_t> {
    for (std::size_t level = 0; level < rooms.size(); ++level) {
      if (std::find(rooms[level].begin(), rooms[level].end(), name) != rooms[level].end()) return level;
    }
    return std::nullopt;
  };
  const auto level = level_with(room);
  return level ? level : level_with(kAnyRoom);
}

House read_house(std::string_view page) {
  static const std::regex row(R"(^(\d+)\s+([a-z0-9_]+)(?:\s+(\S.*?))?\s*$)");
  const auto lines = lines_between(page, "```rooms", "```");
  if (!lines) throw std::runtime_error("there is no block that begins with ```rooms");
  House house;
  for (const auto& line : *lines) {
    std::smatch match;
    if (!std::regex_match(line, match, row)) {
      throw std::runtime_error("not \"FLOOR FOLDER ROOMS\": " + line);
    }
    Folder folder{std::stoi(match[1]), {}, match[3] == "*"};
    if (match[3].matched && !folder.any_room) folder.rooms = read_rooms(match[3]);
    if (!house.emplace(match[2], std::move(folder)).second) throw std::runtime_error("drawn twice: " + line);
  }
  return house;
}

std::vector<std::string> paths_of_the_table(std::string_view page) {
  static const std::regex code(R"(`([^`]+)`)");
  std::vector<std::string> paths;
  for (const auto& line : lines_between(page, "## Where is what", "## ").value_or(std::vector<std::string>{})) {
    if (!line.starts_with("|")) continue;
    for (std::sregex_iterator it(line.begin(), line.end(), code), end; it != end; ++it) {
      paths.push_back((*it)[1]);
    }
  }
  return paths;
}

}  // namespace react1::arch
