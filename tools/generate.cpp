// SPDX-License-Identifier: Apache-2.0
// Writes the files that come from the table of options: generate ROOT-OF-THE-SOURCES. Prints the paths it changed.
#include <cstdio>
#include <exception>
#include <filesystem>

#include "core/atomic_file.hpp"
#include "recipe/generated.hpp"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("generate: expected the root of the source tree; see scripts/generate\n", stderr);
    return 2;
  }
  try {
    constexpr std::size_t most_bytes = 1U << 20U;
    for (const react1::recipe::GeneratedFile& file : react1::recipe::generated_files()) {
      const auto path = std::filesystem::path(argv[1]) / file.path;
      if (std::filesystem::exists(path) && react1::read_file(path, most_bytes) == file.text) continue;
      react1::write_file_atomically(path, file.text);
      std::puts(file.path.c_str());
    }
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "generate: %s\n", error.what());
    return 1;
  }
}
