// SPDX-License-Identifier: Apache-2.0
#include "recipe/lookup.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <set>
#include <string_view>
#include <vector>

#include "core/atomic_file.hpp"
#include "core/nearest.hpp"
#include "recipe/embedded.hpp"

namespace react1::recipe {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t largest_recipe = 1U << 20U;
constexpr std::string_view schema_file = "schema.json";

Source read_source(const fs::path& path) {
  return {.label = path.string(), .text = read_file(path, largest_recipe)};
}

std::vector<fs::path> folders() {
  std::vector<fs::path> list;
  if (const char* named = std::getenv("REACT1_PIPELINES"); named != nullptr && *named != '\0') list.emplace_back(named);
  list.emplace_back(REACT1_PIPELINES_DIR);
  return list;
}

std::optional<Source> embedded(std::string_view file_name) {
  for (const EmbeddedFile& file : embedded_files()) {
    if (file.name == file_name) {
      return Source{.label = fmt::format("{} (built in)", file_name), .text = std::string(file.text), .embedded = true};
    }
  }
  return std::nullopt;
}

std::set<std::string> known_names() {
  std::set<std::string> names;
  const auto add = [&](const fs::path& file) {
    if (file.extension() == ".json" && file.filename() != schema_file) names.insert(file.stem().string());
  };
  for (const EmbeddedFile& file : embedded_files()) add(file.name);
  for (const fs::path& folder : folders()) {
    std::error_code ignored;  // a folder that is not there holds no recipes
    for (const auto& entry : fs::directory_iterator(folder, ignored)) add(entry.path());
  }
  return names;
}

Source by_path(const std::string& path) {
  std::error_code ignored;
  if (!fs::exists(path, ignored)) {
    throw Error(ErrorCode::usage, path, "no such recipe file", {.hint = "check the path given to --pipeline"});
  }
  if (fs::is_directory(path, ignored)) {
    throw Error(ErrorCode::usage, path, "is a folder, not a recipe file", {.hint = "name a .json file in it"});
  }
  return read_source(path);
}

}  // namespace

Source find_recipe(const std::string& name_or_path) {
  if (name_or_path.find('/') != std::string::npos || name_or_path.ends_with(".json")) return by_path(name_or_path);
  const std::string file_name = name_or_path + ".json";
  if (!name_or_path.empty() && file_name != schema_file) {
    std::error_code ignored;
    for (const fs::path& folder : folders()) {
      if (fs::is_regular_file(folder / file_name, ignored)) return read_source(folder / file_name);
    }
    if (auto source = embedded(file_name)) return *std::move(source);
  }
  const std::set<std::string> names = known_names();
  const std::vector<std::string_view> views(names.begin(), names.end());
  const auto guess = nearest(name_or_path, views);
  throw Error(ErrorCode::usage, "--pipeline",
              fmt::format("no recipe is named \"{}\"; known are: {}", name_or_path, fmt::join(names, ", ")),
              {.hint = guess ? fmt::format("did you mean \"{}\"?", *guess)
                             : "give a path with a slash or ending in .json for a file of your own"});
}

Source embedded_default() {
  auto source = embedded("default.json");
  if (!source) throw Error(ErrorCode::internal, "default.json", "is not part of this build");
  return *std::move(source);
}

}  // namespace react1::recipe
