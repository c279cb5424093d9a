// SPDX-License-Identifier: Apache-2.0
// The flags for what is read at most, and their sizes.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <optional>
#include <react1/source.hpp>
#include <string>

namespace react1::cli {

/// Flags as typed; nullopt = not given.
struct LimitFlags {
  std::optional<std::string> max_source_size, max_spooled_size;
};

/// `flags` must outlive `command`.
void add_limit_flags(CLI::App& command, LimitFlags& flags);
/// Throws Error{usage}.
void lay_over(SourceOptions& options, const LimitFlags& flags);

/// "500M", "1.5G", "4096": bytes, or with K, M, G, T the 1024s; 1 to 2^62. Throws Error{usage}.
[[nodiscard]] std::int64_t parse_size(const std::string& text);

}  // namespace react1::cli
