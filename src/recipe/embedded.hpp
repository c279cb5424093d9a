// SPDX-License-Identifier: Apache-2.0
// The recipes that are compiled into the library, so that it works before anything is installed.
#pragma once

#include <span>
#include <string_view>

namespace react1::recipe {

struct EmbeddedFile {
  std::string_view name;  ///< "default.json"
  std::string_view text;
};

/// All of pipelines/*.json, the schema included. Lives for the whole process.
[[nodiscard]] std::span<const EmbeddedFile> embedded_files() noexcept;

}  // namespace react1::recipe
