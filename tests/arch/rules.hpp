// SPDX-License-Identifier: Apache-2.0
// The architecture as a checkable rule: who may include what in src/ and include/.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "arch/house.hpp"

namespace react1::arch {

/// One place that breaks a rule.
struct Violation {
  std::string file;  ///< relative to the root of the tree
  int line = 0;      ///< 1-based; 0 when it concerns the file or folder as a whole
  std::string what;  ///< the rule as text
};

/// The result of a check; the counts show that files were read at all.
struct Report {
  std::vector<Violation> violations;
  std::size_t files = 0;
  std::size_t includes = 0;
};

/// Checks every source and header below root/src and root/include against the house, the FLOOR of each react1_module()
/// in root/CMakeLists.txt when there is one, and the names and the circles of files. Throws
/// std::filesystem::filesystem_error when a file can't be read.
[[nodiscard]] Report check(const std::filesystem::path& root, const House& house);

/// What the house draws and root/src does not have: folders and rooms.
[[nodiscard]] std::vector<std::string> drawn_but_absent(const std::filesystem::path& root, const House& house);

}  // namespace react1::arch
