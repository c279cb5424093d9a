// SPDX-License-Identifier: Apache-2.0
// Which react1 this is.
#pragma once

#include <string_view>

namespace react1 {

/// The release, e.g. "0.1.0". Lives for the whole process.
[[nodiscard]] std::string_view version() noexcept;

/// The release and the commit it was built from, e.g. "0.1.0+914c3ea"; the release alone when the sources were no git
/// clone. Lives for the whole process.
[[nodiscard]] std::string_view build_version() noexcept;

}  // namespace react1
