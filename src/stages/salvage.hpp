// --salvage: plans for the good beginning of damaged clips.
#pragma once

#include <string>
#include <vector>

#include <react1/media.hpp>
#include <react1/run_context.hpp>

namespace react1::stages {

/// plan_video() for what lies before the first damage of the window, or for all of it when nothing is damaged.
/// Decodes the window. `warnings` gets "salvaged" with what is lost. Throws Error{media} when less than a second or
/// fewer than 2 frames are left, and what plan_video() throws.
[[nodiscard]] VideoPlan salvage_video(const std::string& source, const MediaInfo& info, const VideoPlan& plan,
                                      const PrepareOptions& options, std::vector<Warning>& warnings,
                                      const RunContext& context);

/// The same for sound.
[[nodiscard]] AudioPlan salvage_audio(const std::string& source, const MediaInfo& info, const AudioPlan& plan,
                                      const PrepareOptions& options, std::vector<Warning>& warnings,
                                      const RunContext& context);

}  // namespace react1::stages
