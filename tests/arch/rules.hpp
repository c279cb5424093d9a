// The floors of the house as a checkable rule: who may include what in src/ and include/.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace react1::arch {

/// One #include that breaks a rule.
struct Violation {
  std::string file;  ///< relative to the root of the tree
  int line = 0;      ///< 1-based; 0 when it concerns the file or folder as a whole
  std::string what;  ///< the rule in words
};

/// What a check saw; the counts let a caller make sure that it looked at anything at all.
struct Report {
  std::vector<Violation> violations;
  std::size_t files = 0;
  std::size_t includes = 0;
};

/// Checks every source and header below root/src and root/include, and the FLOOR of each react1_module() in
/// root/CMakeLists.txt when there is one. Throws std::filesystem::filesystem_error when a file can't be read.
[[nodiscard]] Report check(const std::filesystem::path& root);

/// Floor of a folder of src/, or -1 when the house has no such folder.
[[nodiscard]] int floor_of(std::string_view folder) noexcept;

/// The source text with comments blanked out, line breaks kept; string literals are left as they are.
[[nodiscard]] std::string without_comments(std::string_view text);

}  // namespace react1::arch
