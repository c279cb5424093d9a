// SPDX-License-Identifier: Apache-2.0
// The version of react1.
#pragma once

#include <string_view>

#include <react1/api.hpp>

/// The release of these headers. version() is the library's: if it differs, the program was compiled against the
/// headers of another release.
#define REACT1_VERSION_MAJOR 0
#define REACT1_VERSION_MINOR 1
#define REACT1_VERSION_PATCH 0
#define REACT1_VERSION_STRING "0.1.0"
/// One number for `#if`: major × 10000 + minor × 100 + patch.
#define REACT1_VERSION (REACT1_VERSION_MAJOR * 10000 + REACT1_VERSION_MINOR * 100 + REACT1_VERSION_PATCH)

namespace react1::REACT1_ABI {

/// The release, e.g. "0.1.0". Lives for the whole process.
[[nodiscard]] REACT1_API std::string_view version() noexcept;

/// The release and the commit it was built from, e.g. "0.1.0+914c3ea"; the release alone when the sources were no git
/// clone. Lives for the whole process.
[[nodiscard]] REACT1_API std::string_view build_version() noexcept;

}  // namespace react1::REACT1_ABI
