// SPDX-License-Identifier: Apache-2.0
// Recipes of a test's own, found by name.
#pragma once

#include <cstdlib>
#include <string>

#include "core/atomic_file.hpp"

namespace react1::test {

/// A folder that REACT1_PIPELINES names while it lives.
class RecipeFolder {
 public:
  RecipeFolder() { ::setenv("REACT1_PIPELINES", folder_.path().c_str(), /*overwrite=*/1); }
  RecipeFolder(const RecipeFolder&) = delete;
  RecipeFolder& operator=(const RecipeFolder&) = delete;
  ~RecipeFolder() { ::unsetenv("REACT1_PIPELINES"); }

  /// Writes `name` into the folder and gives its path.
  std::string write(const std::string& name, const std::string& text) const {
    const auto path = folder_.path() / name;
    write_file_atomically(path, text);
    return path.string();
  }

 private:
  TemporaryDirectory folder_;
};

}  // namespace react1::test
