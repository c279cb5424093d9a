// SPDX-License-Identifier: Apache-2.0
// What a C++ file includes, read from its text.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace react1::arch {

struct Include {
  int line = 0;  ///< 1-based
  bool quoted = false;
  std::string path;  ///< empty when it is a macro
};

/// The includes of a source text, in their order. Comments do not count.
[[nodiscard]] std::vector<Include> includes_of(std::string_view text);

/// The source text with comments blanked out, line breaks kept; string literals are left as they are.
[[nodiscard]] std::string without_comments(std::string_view text);

/// Whole contents of a file. Throws std::filesystem::filesystem_error when it can't be read.
[[nodiscard]] std::string read_text(const std::filesystem::path& path);

/// Whether a file name is one of C or C++ source.
[[nodiscard]] bool is_source(const std::filesystem::path& path);

}  // namespace react1::arch
