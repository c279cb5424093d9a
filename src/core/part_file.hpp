// SPDX-License-Identifier: Apache-2.0
// The names of unfinished files, and the removal of those that a killed process left.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace react1 {

/// ".<final name>.react1-<8 hex digits>.part"; a long final name is shortened to what a file name may hold.
[[nodiscard]] std::string part_name(const std::string& final_name, unsigned random);
/// The final name of such a name (as far as it is contained), empty for other names.
[[nodiscard]] std::string_view final_name_of_part(std::string_view name);

/// Removes the parts in `folder` that no process works on any more: by name, owner, kind, and a lock that is free.
/// Never throws.
void sweep_parts(const std::filesystem::path& folder) noexcept;

}  // namespace react1
