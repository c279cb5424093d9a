// SPDX-License-Identifier: Apache-2.0
// A result that is at hand: it is not fetched again, and nothing is paid.
#pragma once

#include <optional>
#include <react1/pipeline.hpp>
#include <react1/run_context.hpp>

#include "stages/collect/collect.hpp"
#include "stages/output/output_guard.hpp"

namespace react1::stages {

/// Where a file that holds the result is looked for.
enum class Reuse {
  in_place,  ///< only at the output
  copy,      ///< also where the job put it: from there it is copied
};

/// The result of pending.request, verified again, when its file is there unchanged; nullopt when it is not. Its record
/// is written where there is none, and a job that does not know yet that it is done is told so.
[[nodiscard]] std::optional<RunRecord> reuse(PendingResult& pending, Reuse from, const OutputGuard& output,
                                             Service& service, const RunContext& context);

}  // namespace react1::stages
