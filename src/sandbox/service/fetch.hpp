// SPDX-License-Identifier: Apache-2.0
// Fetches the file of an input URL. Only this service's own files and allowed ports are ever accessed.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include <react1/run_context.hpp>

#include "sandbox/protocol/reach.hpp"
#include "sandbox/service/clip_storage.hpp"

namespace react1::sandbox {

enum class FetchFailure { unreachable, too_large };

struct Fetched {
  std::filesystem::path path;           ///< where the bytes are
  std::optional<FetchFailure> failure;  ///< then `path` is empty
};

/// Maximum size of a fetched file, bytes.
inline constexpr std::int64_t max_fetch = std::int64_t{512} << 20;

/// Own files are used in place; others, from ports that `reach` allows, are copied to `target`. Throws
/// Error{interrupted|io}.
[[nodiscard]] Fetched fetch(const std::string& url, const Storage& storage, const Reach& reach,
                            const std::filesystem::path& target, const RunContext& context);

}  // namespace react1::sandbox
