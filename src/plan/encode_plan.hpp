// What will be done to each clip, decided from measured facts alone.
// The namespace is "planning" because react1::plan is the public function that uses it.
#pragma once

#include <vector>

#include <react1/media.hpp>

namespace react1::planning {

/// Throws Error{media} when the file has no moving picture or one that can't be converted, or when the window lies
/// outside the clip; Error{usage} when the window makes no sense. `warnings` is added to.
[[nodiscard]] VideoPlan plan_video(const MediaInfo& info, const PrepareOptions& options,
                                   std::vector<Warning>& warnings);

/// From any file with audio, a video file included. Errors as plan_video().
[[nodiscard]] AudioPlan plan_audio(const MediaInfo& info, const PrepareOptions& options,
                                   std::vector<Warning>& warnings);

}  // namespace react1::planning
