// SPDX-License-Identifier: Apache-2.0
// Before a library opens a file of ours by its name.
#pragma once

#include <filesystem>

namespace react1 {

/// Throws Error{io} when `path` names something else than a regular file without another name: in a folder that others
/// may write to, a name can be given to any file. A name that nothing has is fine. Owners say nothing here: some file
/// systems of the network give our files to somebody else.
void require_own_file(const std::filesystem::path& path);

}  // namespace react1
