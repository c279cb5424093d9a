// SPDX-License-Identifier: Apache-2.0
#include "arch/rules.hpp"

#include <algorithm>
#include <cctype>
#include <map>
#include <optional>
#include <regex>
#include <set>
#include <tuple>

#include "arch/includes.hpp"

namespace react1::arch {
namespace {

namespace fs = std::filesystem;

// A library that only some places may know. `places` are path prefixes; a folder ends with '/'.
struct Library {
  std::string_view name;
  std::vector<std::string_view> headers;  // prefixes of the include path
  std::vector<std::string_view> places;
};

const std::vector<Library>& guarded_libraries() {
  static const std::vector<Library> libraries{
      {"FFmpeg",
       {"libavformat/", "libavcodec/", "libavfilter/", "libavutil/", "libavdevice/", "libswresample/", "libswscale/",
        "libpostproc/"},
       {"src/media/", "src/sandbox/"}},
      {"libebur128", {"ebur128"}, {"src/media/sound/"}},
      {"curl", {"curl/"}, {"src/http/"}},
      {"libmicrohttpd", {"microhttpd"}, {"src/serve/"}},
      {"SQLite", {"sqlite3"}, {"src/store/"}},
      {"CLI11", {"CLI/"}, {"src/cli/"}},
  };
  return libraries;
}

bool starts_with_any(std::string_view text, const std::vector<std::string_view>& prefixes) {
  return std::any_of(prefixes.begin(), prefixes.end(),
                     [&](std::string_view prefix) { return text.starts_with(prefix); });
}

// "media/stream/demuxer.hpp" → {"media", "stream"}; {"media", ""} for a file in no room.
struct Place {
  std::string folder;
  std::string room;
};

Place place_of(std::string_view path) {
  const auto first = path.find('/');
  Place place{std::string(path.substr(0, first)), ""};
  const auto second = first == std::string_view::npos ? first : path.find('/', first + 1);
  if (second != std::string_view::npos) {
    place.room = path.substr(first + 1, second - first - 1);
  }
  return place;
}

bool is_standard(const Include& include) {
  return !include.quoted && !include.path.empty() &&
         std::all_of(include.path.begin(), include.path.end(),
                     [](unsigned char c) { return std::islower(c) != 0 || std::isdigit(c) != 0 || c == '_'; });
}

// One run over a tree: the files, their includes, and what is wrong with them.
class Inspection {
 public:
  Inspection(fs::path root, const House& house) : root_(std::move(root)), house_(house) {}

  Report run() {
    read_tree("include");
    read_tree("src");
    check_folders();
    check_modules();
    check_names();
    check_circles();
    auto& violations = report_.violations;
    std::sort(violations.begin(), violations.end(), [](const Violation& a, const Violation& b) {
      return std::tie(a.file, a.line, a.what) < std::tie(b.file, b.line, b.what);
    });
    return std::move(report_);
  }

 private:
  void note(std::string file, int line, std::string what) {
    report_.violations.push_back({std::move(file), line, std::move(what)});
  }

  void read_tree(const std::string& top) {
    if (!fs::is_directory(root_ / top)) return;
    for (const auto& entry : fs::recursive_directory_iterator(root_ / top)) {
      if (entry.is_regular_file() && is_source(entry.path())) {
        read_file(entry.path());
      }
    }
  }

  void read_file(const fs::path& path) {
    const std::string file = fs::relative(path, root_).generic_string();
    ++report_.files;
    auto& own = files_[file];
    for (const auto& include : includes_of(read_text(path))) {
      ++report_.includes;
      own.push_back(include);
      const auto broken = broken_rule(file, include);
      if (broken) note(file, include.line, *broken);
    }
  }

  std::optional<std::string> broken_rule(const std::string& file, const Include& include) const {
    if (include.path.empty()) {
      return "an include by macro can't be checked; name the file";
    }
    if (file.starts_with("include/")) {
      return broken_public_rule(include);
    }
    if (auto broken = broken_floor_rule(file, include)) {
      return broken;
    }
    if (auto broken = broken_port_rule(file, include)) {
      return broken;
    }
    return broken_library_rule(file, include);
  }

  static std::optional<std::string> broken_public_rule(const Include& include) {
    if (is_standard(include) || (!include.quoted && include.path.starts_with("react1/"))) {
      return std::nullopt;
    }
    return "a public header includes only the standard library and <react1/...>, not " + include.path;
  }

  std::optional<std::string> broken_floor_rule(const std::string& file, const Include& include) const {
    if (include.path.find("..") != std::string::npos ||
        (include.quoted && include.path.find('/') == std::string::npos)) {
      return "own headers are included as \"folder/file.hpp\", relative to src, not " + include.path;
    }
    if (include.quoted && include.path.starts_with("react1/")) {
      return "public headers are included as <" + include.path + ">";
    }
    const auto own = place_of(std::string_view(file).substr(std::string_view("src/").size()));
    const auto used = place_of(include.path);
    const auto folder = house_.find(used.folder);
    if (include.path.find('/') == std::string::npos || folder == house_.end()) {
      return include.quoted ? std::optional("there is no folder src/" + used.folder + " in the house") : std::nullopt;
    }
    if (used.folder == own.folder) {
      return broken_room_rule(folder->second, own, used, include.path);
    }
    const auto own_folder = house_.find(own.folder);
    const int own_floor = own_folder == house_.end() ? -1 : own_folder->second.floor;
    const int used_floor = folder->second.floor;
    if (used_floor < own_floor) {
      return std::nullopt;
    }
    return own.folder + " (floor " + std::to_string(own_floor) + ") must not include " + include.path + ": " +
           used.folder + " is " + (used_floor == own_floor ? "next to it on floor " : "above it on floor ") +
           std::to_string(used_floor);
  }

  static std::optional<std::string> broken_room_rule(const Folder& folder, const Place& own, const Place& used,
                                                     const std::string& path) {
    const auto own_level = folder.level_of(own.room);
    const auto used_level = folder.level_of(used.room);
    if (own.room == used.room || !own_level || !used_level || *used_level < *own_level) {
      return std::nullopt;  // a room that is not drawn is reported once, for the room
    }
    const auto name = [&](const Place& place) {
      return place.room.empty() ? "src/" + place.folder + " itself" : place.folder + "/" + place.room;
    };
    return name(own) + " must not include " + path + ": " + name(used) +
           (*used_level == *own_level ? " is next to it" : " is above it");
  }

  // What a room of src/hosts is, only src/hosts knows: the others see the port and hosts/hosts.hpp.
  static std::optional<std::string> broken_port_rule(const std::string& file, const Include& include) {
    const auto used = place_of(include.path);
    if (used.folder != "hosts" || used.room.empty() || file.starts_with("src/hosts/")) return std::nullopt;
    return "a host is known to src/hosts only; use react1/clip_host.hpp, not " + include.path;
  }

  static std::optional<std::string> broken_library_rule(const std::string& file, const Include& include) {
    for (const auto& library : guarded_libraries()) {
      if (starts_with_any(include.path, library.headers) && !starts_with_any(file, library.places)) {
        std::string where;
        for (const auto place : library.places) {
          where += (where.empty() ? "" : " and ") + std::string(place);
        }
        return std::string(library.name) + " may be included by " + where + " only, not " + include.path;
      }
    }
    return std::nullopt;
  }

  void check_folders() {
    std::set<std::string> reported;
    for (const auto& [file, includes] : files_) {
      if (!file.starts_with("src/")) continue;
      const auto place = place_of(std::string_view(file).substr(4));
      const auto folder = house_.find(place.folder);
      if (file.find('/', 4) == std::string::npos) {
        note(file, 0, "sources are in a folder of src/, not in src/ itself");
      } else if (folder == house_.end()) {
        if (reported.insert(place.folder).second) {
          note("src/" + place.folder, 0, "this folder has no floor; draw it in docs/ARCHITECTURE.md");
        }
      } else if (!folder->second.level_of(place.room)) {
        const auto room = "src/" + place.folder + "/" + place.room;
        if (reported.insert(room).second) note(room, 0, "this room is not drawn in docs/ARCHITECTURE.md");
      }
    }
  }

  void check_modules() {
    if (!fs::exists(root_ / "CMakeLists.txt")) return;
    static const std::regex module(R"(react1_module\(\s*(\w+)\s+FLOOR\s+(\d+))");
    const std::string text = read_text(root_ / "CMakeLists.txt");
    for (std::sregex_iterator it(text.begin(), text.end(), module), end; it != end; ++it) {
      const auto folder = house_.find((*it)[1].str());
      const auto floor = folder == house_.end() ? "not drawn" : std::to_string(folder->second.floor);
      if (floor != (*it)[2]) {
        note("CMakeLists.txt", 0, "FLOOR of " + (*it)[1].str() + " is " + floor);
      }
    }
  }

  // Opening a file by its name must be unambiguous.
  void check_names() {
    std::map<std::string, std::string> known;
    for (const auto& [file, includes] : files_) {
      const auto [first, is_new] = known.emplace(fs::path(file).filename().string(), file);
      if (!is_new) note(file, 0, "has the name of " + first->second);
    }
  }

  // A depth-first walk; a file that occurs again on its own path closes a cycle.
  void check_circles() {
    std::set<std::string> finished;
    for (const auto& [file, includes] : files_) {
      std::vector<std::string> path;
      walk(file, path, finished);
    }
  }

  void walk(const std::string& file, std::vector<std::string>& path, std::set<std::string>& finished) {
    if (finished.count(file) > 0) return;
    const auto again = std::find(path.begin(), path.end(), file);
    if (again != path.end()) {
      std::string circle;
      for (auto it = again; it != path.end(); ++it) circle += *it + " -> ";
      note(file, 0, "a circle of includes: " + circle + file);
      return;
    }
    path.push_back(file);
    for (const auto& include : files_[file]) {
      const auto target = (include.path.starts_with("react1/") ? "include/" : "src/") + include.path;
      if (files_.count(target) > 0) walk(target, path, finished);
    }
    path.pop_back();
    finished.insert(file);
  }

  fs::path root_;
  const House& house_;
  Report report_;
  std::map<std::string, std::vector<Include>> files_;
};

}  // namespace

Report check(const fs::path& root, const House& house) {
  return Inspection(root, house).run();
}

std::vector<std::string> drawn_but_absent(const fs::path& root, const House& house) {
  std::vector<std::string> absent;
  const auto look_at = [&](const std::string& place) {
    if (!fs::is_directory(root / "src" / place)) absent.push_back("src/" + place);
  };
  for (const auto& [name, folder] : house) {
    look_at(name);
    for (const auto& level : folder.rooms) {
      for (const auto& room : level) {
        if (room != kAnyRoom) look_at(name + "/" + room);
      }
    }
  }
  return absent;
}

}  // namespace react1::arch
