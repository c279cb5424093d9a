// SPDX-License-Identifier: Apache-2.0
// Runs a target over the files and folders named on the command line, without a fuzzer: the committed seeds, and what a
// fuzzer once found, stay harmless under every compiler.
#include <algorithm>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <vector>

#include "core/atomic_file.hpp"
#include "fuzz/input.hpp"

namespace {

std::vector<std::filesystem::path> files_of(const std::filesystem::path& path) {
  std::vector<std::filesystem::path> files;
  if (!std::filesystem::is_directory(path)) return {path};
  for (const auto& entry : std::filesystem::recursive_directory_iterator(path)) {
    if (entry.is_regular_file()) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    std::size_t count = 0;
    for (int i = 1; i < argc; ++i) {
      for (const std::filesystem::path& file : files_of(argv[i])) {
        const std::string content = react1::read_file(file);
        static_cast<void>(
            LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(content.data()), content.size()));
        ++count;
      }
    }
    std::printf("%zu inputs\n", count);
    return count == 0 ? 1 : 0;  // a replay of nothing proves nothing
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "%s\n", failure.what());
    return 1;
  }
}
