// SPDX-License-Identifier: Apache-2.0
// Which steps of a preparation run when, and on which thread: both sources are probed at the same time, and each clip
// is worked on as soon as its plan is complete.
#pragma once

#include <functional>
#include <optional>

#include <react1/pipeline.hpp>
#include <react1/run_context.hpp>

#include "plan/planned.hpp"
#include "stages/prepare/plan_pair.hpp"

namespace react1::stages {

/// The work on a planned clip: checking it, or making it.
struct ClipWork {
  std::function<void(const PlannedPicture&, const RunContext&)> picture;
  std::function<void(const PlannedSound&, const RunContext&)> sound;
  std::optional<Stage> stage{};  ///< the stage for the observer
};

/// From two sources to two clips that `work` was done on, the picture's on the caller's thread, the sound's on another.
/// A clip whose plan needs the other's waits for it. Healthy clips are decoded once, by the work itself; where that
/// meets damage, the window is decoded, planned again around the damage, and the work done again on what has changed.
/// The warnings are complete. Throws what the steps throw; the first failure stops the other clip.
[[nodiscard]] planning::Planned<PlannedPair> plan_and_work(const Source& video, const Source& audio,
                                                           const PipelineOptions& options, const ClipWork& work,
                                                           const RunContext& context);

}  // namespace react1::stages
