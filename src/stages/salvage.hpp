// --salvage: finds the good beginning of damaged clips.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <react1/media.hpp>
#include <react1/run_context.hpp>

namespace react1::stages {

/// What is kept of a damaged window.
struct Salvaged {
  WindowOptions window;  ///< the part before the damage, to plan anew with
  std::string reason;    ///< a sentence for the record
};

/// nullopt when nothing in the planned window is damaged. Decodes the window. `warnings` gets "salvaged" with what is
/// lost. Throws Error{media} when less than a second or fewer than 2 frames are left, and what decoding throws.
[[nodiscard]] std::optional<Salvaged> salvage_video(const Source& source, const MediaInfo& info, const VideoPlan& plan,
                                                    const PrepareOptions& options, std::vector<Warning>& warnings,
                                                    const RunContext& context);

/// The same for sound.
[[nodiscard]] std::optional<Salvaged> salvage_audio(const Source& source, const MediaInfo& info, const AudioPlan& plan,
                                                    const PrepareOptions& options, std::vector<Warning>& warnings,
                                                    const RunContext& context);

}  // namespace react1::stages
