// SPDX-License-Identifier: Apache-2.0
// Reuse of an existing result: it is not downloaded again, and nothing is paid.
#pragma once

#include <optional>
#include <react1/pipeline.hpp>
#include <react1/run_context.hpp>

#include "stages/collect/collect.hpp"
#include "stages/output/output_guard.hpp"

namespace react1::stages {

/// Where a file with the result is searched.
enum class Reuse {
  in_place,  ///< only at the output
  copy,      ///< also where the job put it: from there it is copied
};

/// The result of pending.request, verified again, when its file is there unchanged; nullopt when it is not. Its record
/// is written where there is none, and its job is moved to done if it is not yet.
[[nodiscard]] std::optional<RunRecord> reuse(PendingResult& pending, Reuse from, const OutputGuard& output,
                                             Service& service, const RunContext& context);

}  // namespace react1::stages
