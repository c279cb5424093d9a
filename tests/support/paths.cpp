// SPDX-License-Identifier: Apache-2.0
#include "support/paths.hpp"

#include <doctest/doctest.h>

#include <cstdio>
#include <cstdlib>

namespace react1::test {

std::filesystem::path source_dir() {
  return REACT1_SOURCE_DIR;
}

std::string fixture(const std::string& name) {
  const auto path = source_dir() / "fixtures" / name;
  REQUIRE_MESSAGE(std::filesystem::exists(path), "fixture is missing: ", path.string());
  return path.string();
}

std::vector<std::filesystem::path> mp4_fixtures() {
  std::vector<std::filesystem::path> found;
  for (const auto& entry : std::filesystem::directory_iterator(source_dir() / "fixtures")) {
    const std::filesystem::path ending = entry.path().extension();
    if (ending == ".mp4" || ending == ".mov" || ending == ".m4a") found.push_back(entry.path());
  }
  return found;
}

std::optional<std::filesystem::path> media_folder() {
  const char* named = std::getenv("REACT1_MEDIA_DIR");
  const std::filesystem::path folder = named != nullptr ? named : (source_dir() / ".." / "shared" / "media").string();
  if (std::filesystem::is_directory(folder)) {
    return std::filesystem::canonical(folder);
  }
  std::puts("skipped: no media folder");
  return std::nullopt;
}

}  // namespace react1::test
