#include "arch/rules.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <fstream>
#include <iterator>
#include <optional>
#include <regex>
#include <sstream>

namespace react1::arch {
namespace {

namespace fs = std::filesystem;

struct Floor {
  std::string_view folder;
  int number;
};

constexpr std::array<Floor, 15> kFloors{{{"core", 0},
                                         {"media", 1},
                                         {"plan", 1},
                                         {"http", 1},
                                         {"store", 1},
                                         {"serve", 1},
                                         {"watch", 1},
                                         {"recipe", 2},
                                         {"record", 2},
                                         {"fal", 2},
                                         {"stages", 3},
                                         {"sandbox", 3},
                                         {"doctor", 3},
                                         {"daemon", 4},
                                         {"cli", 5}}};

// A library that only some places may know. `places` are path prefixes; a folder ends with '/'.
struct Library {
  std::string_view name;
  std::vector<std::string_view> headers;  // prefixes of the include path
  std::vector<std::string_view> places;
};

const std::vector<Library>& guarded_libraries() {
  static const std::vector<Library> libraries{
      {"spdlog", {"spdlog/"}, {"src/core/log.cpp"}},
      {"FFmpeg",
       {"libavformat/", "libavcodec/", "libavfilter/", "libavutil/", "libavdevice/", "libswresample/", "libswscale/",
        "libpostproc/"},
       {"src/media/", "src/sandbox/"}},
      {"libebur128", {"ebur128"}, {"src/media/"}},
      {"curl", {"curl/"}, {"src/http/"}},
      {"libmicrohttpd", {"microhttpd"}, {"src/serve/"}},
      {"SQLite", {"sqlite3"}, {"src/store/"}},
      {"CLI11", {"CLI/"}, {"src/cli/"}},
  };
  return libraries;
}

struct Include {
  int line;
  bool quoted;
  std::string path;  // empty when it is a macro
};

bool starts_with_any(std::string_view text, const std::vector<std::string_view>& prefixes) {
  return std::any_of(prefixes.begin(), prefixes.end(),
                     [&](std::string_view prefix) { return text.starts_with(prefix); });
}

std::string read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) {
    throw fs::filesystem_error("cannot read", path, std::make_error_code(std::errc::io_error));
  }
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

std::optional<Include> parse_include(const std::string& line, int number) {
  static const std::regex directive(R"(^\s*#\s*include(?:_next)?\s*(.*?)\s*$)");
  std::smatch match;
  if (!std::regex_match(line, match, directive)) {
    return std::nullopt;
  }
  const std::string target = match[1];
  const char close = target.empty() ? '\0' : target.front() == '<' ? '>' : target.front() == '"' ? '"' : '\0';
  const auto end = close == '\0' ? std::string::npos : target.find(close, 1);
  if (end == std::string::npos) {
    return Include{number, false, ""};
  }
  return Include{number, close == '"', target.substr(1, end - 1)};
}

std::vector<Include> includes_of(const std::string& text) {
  std::vector<Include> found;
  std::istringstream lines(without_comments(text));
  std::string line;
  for (int number = 1; std::getline(lines, line); ++number) {
    if (auto include = parse_include(line, number)) {
      found.push_back(std::move(*include));
    }
  }
  return found;
}

std::string first_part(std::string_view path) {
  return std::string(path.substr(0, path.find('/')));
}

bool is_standard(const Include& include) {
  return !include.quoted && !include.path.empty() &&
         std::all_of(include.path.begin(), include.path.end(),
                     [](unsigned char c) { return std::islower(c) != 0 || std::isdigit(c) != 0 || c == '_'; });
}

std::optional<std::string> broken_public_rule(const Include& include) {
  if (is_standard(include) || (!include.quoted && include.path.starts_with("react1/"))) {
    return std::nullopt;
  }
  return "a public header includes only the standard library and <react1/...>, not " + include.path;
}

std::optional<std::string> broken_floor_rule(const std::string& file, const Include& include) {
  const std::string own = first_part(std::string_view(file).substr(std::string_view("src/").size()));
  const std::string used = first_part(include.path);
  if (include.path.find("..") != std::string::npos || (include.quoted && include.path.find('/') == std::string::npos)) {
    return "own headers are included as \"folder/file.hpp\", relative to src, not " + include.path;
  }
  if (include.quoted && include.path.starts_with("react1/")) {
    return "public headers are included as <" + include.path + ">";
  }
  const int used_floor = floor_of(used);
  const bool is_project_path = include.path.find('/') != std::string::npos && used_floor >= 0;
  if (!is_project_path) {
    return include.quoted ? std::optional("there is no folder src/" + used + " in the house") : std::nullopt;
  }
  if (used == own || used_floor < floor_of(own)) {
    return std::nullopt;
  }
  return own + " (floor " + std::to_string(floor_of(own)) + ") must not include " + include.path + ": " + used +
         (used_floor == floor_of(own) ? " lies beside it on floor " : " lies above it on floor ") +
         std::to_string(used_floor);
}

std::optional<std::string> broken_library_rule(const std::string& file, const Include& include) {
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

void check_file(const fs::path& root, const fs::path& path, Report& report) {
  const std::string file = fs::relative(path, root).generic_string();
  ++report.files;
  for (const auto& include : includes_of(read(path))) {
    ++report.includes;
    const auto note = [&](const std::optional<std::string>& what) {
      if (what) report.violations.push_back({file, include.line, *what});
    };
    if (include.path.empty()) {
      note("an include by macro can't be checked; name the file");
      continue;
    }
    if (file.starts_with("include/")) {
      note(broken_public_rule(include));
    } else {
      note(broken_floor_rule(file, include));
      note(broken_library_rule(file, include));
    }
  }
}

bool is_source(const fs::path& path) {
  static const std::vector<std::string> kExtensions{".hpp", ".cpp", ".h",   ".c",   ".cc", ".cxx",
                                                    ".hh",  ".hxx", ".inl", ".ipp", ".in"};
  return std::find(kExtensions.begin(), kExtensions.end(), path.extension().string()) != kExtensions.end();
}

void check_tree(const fs::path& root, const std::string& folder, Report& report) {
  if (!fs::is_directory(root / folder)) return;
  for (const auto& entry : fs::recursive_directory_iterator(root / folder)) {
    if (entry.is_regular_file() && is_source(entry.path())) {
      check_file(root, entry.path(), report);
    }
  }
}

void check_folders(const fs::path& root, Report& report) {
  if (!fs::is_directory(root / "src")) return;
  for (const auto& entry : fs::directory_iterator(root / "src")) {
    const std::string name = entry.path().filename().string();
    if (entry.is_directory() && floor_of(name) < 0) {
      report.violations.push_back({"src/" + name, 0, "this folder has no floor; give it one in tests/arch/rules.cpp"});
    }
    if (entry.is_regular_file() && is_source(entry.path())) {
      report.violations.push_back({"src/" + name, 0, "sources live in a folder of src/, not in src/ itself"});
    }
  }
}

void check_modules(const fs::path& root, Report& report) {
  if (!fs::exists(root / "CMakeLists.txt")) return;
  static const std::regex module(R"(react1_module\(\s*(\w+)\s+FLOOR\s+(\d+))");
  const std::string text = read(root / "CMakeLists.txt");
  for (std::sregex_iterator it(text.begin(), text.end(), module), end; it != end; ++it) {
    const std::string name = (*it)[1];
    if (std::to_string(floor_of(name)) != (*it)[2]) {
      report.violations.push_back({"CMakeLists.txt", 0, "FLOOR of " + name + " is " + std::to_string(floor_of(name))});
    }
  }
}

// Copies one string or character literal that begins at `at`; an include path in quotes is one too.
std::size_t copy_literal(std::string_view text, std::size_t at, std::string& out) {
  const char quote = text[at];
  out += text[at++];
  while (at < text.size() && text[at] != quote && text[at] != '\n') {
    if (text[at] == '\\' && at + 1 < text.size()) out += text[at++];
    out += text[at++];
  }
  if (at < text.size() && text[at] == quote) out += text[at++];
  return at;
}

}  // namespace

int floor_of(std::string_view folder) noexcept {
  const auto* const found =
      std::find_if(kFloors.begin(), kFloors.end(), [&](const Floor& floor) { return floor.folder == folder; });
  return found == kFloors.end() ? -1 : found->number;
}

std::string without_comments(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  std::size_t at = 0;
  while (at < text.size()) {
    const auto rest = text.substr(at);
    if (rest.starts_with("//")) {
      at = std::min(text.find('\n', at), text.size());
    } else if (rest.starts_with("/*")) {
      const auto close = text.find("*/", at + 2);
      const auto end = close == std::string_view::npos ? text.size() : close + 2;
      for (; at < end; ++at) out += text[at] == '\n' ? '\n' : ' ';
    } else if (text[at] == '"') {
      at = copy_literal(text, at, out);
    } else {
      out += text[at++];
    }
  }
  return out;
}

Report check(const fs::path& root) {
  Report report;
  check_tree(root, "include", report);
  check_tree(root, "src", report);
  check_folders(root, report);
  check_modules(root, report);
  std::sort(report.violations.begin(), report.violations.end(), [](const Violation& a, const Violation& b) {
    return std::tie(a.file, a.line, a.what) < std::tie(b.file, b.line, b.what);
  });
  return report;
}

}  // namespace react1::arch
