// SPDX-License-Identifier: Apache-2.0
// What the ladders of both clips share.
#pragma once

#include <string>
#include <vector>

#include <react1/media.hpp>

namespace react1::planning {

using Reasons = std::vector<std::string>;  ///< one sentence each

/// Moves those of `more` that are new to `all`.
void add_once(Reasons& all, Reasons more);

/// Adds a reason when options.reencode is always.
void demanded_encoding(const PrepareOptions& options, Reasons& reasons);

/// Throws Error{media} with the reasons when options.reencode is never and only encoding is possible.
void require_encoding_allowed(const PrepareOptions& options, const Reasons& reasons, const std::string& path);

}  // namespace react1::planning
