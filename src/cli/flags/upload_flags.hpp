// SPDX-License-Identifier: Apache-2.0
// The flags of commands that upload, laid over a recipe.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <react1/fal.hpp>
#include <string>

namespace react1::cli {

/// As typed; nullopt = not given, the recipe decides.
struct UploadFlags {
  bool no_upload_cache = false;
  std::optional<std::string> upload_expires;
};

/// --no-upload-cache and --upload-expires. `flags` must outlive `command`.
void add_upload_flags(CLI::App& command, UploadFlags& flags);
/// Throws Error{usage}.
void lay_over(UploadOptions& options, const UploadFlags& flags);

}  // namespace react1::cli
