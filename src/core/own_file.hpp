// SPDX-License-Identifier: Apache-2.0
// Checks a file of ours before a library opens it by name.
#pragma once

#include <filesystem>

namespace react1 {

/// Throws Error{io} when `path` names something else than a regular file without another name: in a folder that others
/// may write to, a name can be given to any file. A missing file is fine. The owner is not checked:
/// some network file systems assign our files to another user.
void require_own_file(const std::filesystem::path& path);

}  // namespace react1
