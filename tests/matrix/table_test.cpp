// SPDX-License-Identifier: Apache-2.0
// docs/media.md, the fixtures and the tests belong together.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "core/atomic_file.hpp"
#include "core/json_text.hpp"
#include "support/paths.hpp"

using namespace react1;

namespace {

namespace fs = std::filesystem;

/// The cells of every numbered row of the table.
std::vector<std::vector<std::string>> rows() {
  std::vector<std::vector<std::string>> found;
  std::istringstream page(read_file(test::source_dir() / "docs" / "media.md"));
  for (std::string line; std::getline(page, line);) {
    if (line.size() < 3 || line.rfind("| ", 0) != 0 || line[2] < '0' || line[2] > '9') continue;
    std::vector<std::string> cells;
    std::istringstream text(line);
    for (std::string cell; std::getline(text, cell, '|');) cells.push_back(cell);
    found.push_back(cells);
  }
  return found;
}

/// The text between two `mark`s in `text`.
std::vector<std::string> between(const std::string& text, char mark) {
  std::vector<std::string> found;
  for (std::size_t begin = text.find(mark); begin != std::string::npos; begin = text.find(mark, begin)) {
    const std::size_t end = text.find(mark, begin + 1);
    if (end == std::string::npos) break;
    found.push_back(text.substr(begin + 1, end - begin - 1));
    begin = end + 1;
  }
  return found;
}

std::string all_tests() {
  std::string text;
  for (const auto& entry : fs::recursive_directory_iterator(test::source_dir() / "tests")) {
    if (entry.path().extension() == ".cpp") text += read_file(entry.path());
  }
  return text;
}

}  // namespace

TEST_CASE(
    "the table has at least 26 points, numbered in order, and each names a fixture that exists and a test that "
    "exists") {
  const std::string tests = all_tests();
  const auto table = rows();
  REQUIRE(table.size() >= 26);
  for (std::size_t i = 0; i < table.size(); ++i) {
    const std::vector<std::string>& cells = table[i];
    REQUIRE(cells.size() >= 6);
    CAPTURE(cells[1]);
    CHECK(std::stoul(cells[1]) == i + 1);
    const std::vector<std::string> fixtures = between(cells[4], '`');
    CHECK((!fixtures.empty() || cells[4].find("–") != std::string::npos));
    for (const std::string& name : fixtures) {
      CAPTURE(name);
      CHECK(fs::exists(test::source_dir() / "fixtures" / name));
    }
    const std::vector<std::string> named_cases = between(cells[5], '"');
    CHECK((!named_cases.empty() || cells[5].find("outcome") != std::string::npos));
    for (const std::string& name : named_cases) {
      CAPTURE(name);
      CHECK(tests.find("TEST_CASE(\"" + name + "\")") != std::string::npos);
    }
  }
}

TEST_CASE("every fixture has a truth with an outcome, every truth a fixture, and the table names every oddity") {
  std::set<std::string> named;
  for (const auto& cells : rows()) {
    for (const std::string& name : between(cells[4], '`')) named.insert(name);
  }
  for (const auto& entry : fs::directory_iterator(test::source_dir() / "fixtures")) {
    const fs::path& path = entry.path();
    if (!entry.is_regular_file() || path.extension() == ".py") continue;
    CAPTURE(path.filename().string());
    if (path.extension() == ".json") {
      const Json truth = Json::parse(read_file(path));
      CHECK(fs::exists(path.parent_path() / truth.at("file").get<std::string>()));
      CHECK_FALSE(truth.at("outcome").empty());
      continue;
    }
    CHECK(fs::exists(fs::path(path).replace_extension(".json")));
    CHECK(fs::file_size(path) <= 1'300'000);
    const std::string name = path.filename().string();
    const bool plain = name.rfind("presenter_", 0) == 0 || name.rfind("voice_", 0) == 0 || name == "audio_only.m4a";
    CHECK((plain || named.contains(name)));
  }
}
