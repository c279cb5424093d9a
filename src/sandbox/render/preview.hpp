// SPDX-License-Identifier: Apache-2.0
// Checks where preview() may write.
#pragma once

#include <react1/output.hpp>
#include <react1/run_context.hpp>
#include <react1/source.hpp>
#include <string>
#include <vector>

#include "core/output_place.hpp"

namespace react1::sandbox {

/// Checks the output before any work. Throws Error{usage} when it is invalid, is one of `inputs`, or is a file that
/// can't be the same rendering; Error{io}.
[[nodiscard]] OutputPlace look_at_preview(const std::string& output, const std::vector<Source>& inputs,
                                          const OutputOptions& options, const RunContext& context);

}  // namespace react1::sandbox
