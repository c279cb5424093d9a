// SPDX-License-Identifier: Apache-2.0
// Functions that exist only once: a second implementation would lack the checks of the first.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "core/atomic_file.hpp"
#include "support/paths.hpp"

namespace {

namespace fs = std::filesystem;

struct Place {
  std::string words;               ///< as in the source
  std::vector<std::string> files;  ///< where they may
};

TEST_CASE("foreign JSON is parsed, and people are spoken to, in one place each") {
  const std::vector<Place> places{
      {"Json::parse(", {"core/json_text.cpp"}},  // the limit of depth
      {"std::cout", {}},
      {"std::cerr", {}},
      {"std::printf(", {}},
      {"std::puts(", {}},
      {"std::fwrite(", {"cli/print/result_output.cpp"}},  // the escapes
      {"std::fprintf(", {"cli/print/console_observer.cpp"}},
      {"std::fputs(", {"cli/print/console_observer.cpp"}},
  };
  const fs::path root = react1::test::source_dir() / "src";
  int seen = 0;
  for (const auto& entry : fs::recursive_directory_iterator(root)) {
    const std::string extension = entry.path().extension().string();
    if (extension != ".cpp" && extension != ".hpp") continue;
    const std::string text = react1::read_file(entry.path());
    const std::string file = fs::relative(entry.path(), root).generic_string();
    for (const Place& place : places) {
      if (text.find(place.words) == std::string::npos) continue;
      CAPTURE(file);
      CAPTURE(place.words);
      CHECK(std::find(place.files.begin(), place.files.end(), file) != place.files.end());
      ++seen;
    }
  }
  CHECK(seen >= 4);  // the sources were read
}

}  // namespace
