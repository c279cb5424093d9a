// SPDX-License-Identifier: Apache-2.0
// Windows that can't be used as planned begin later or end earlier, as far as that is allowed.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <react1/media.hpp>
#include <react1/run_context.hpp>

#include "media/source/clip_input.hpp"

namespace react1::stages {

/// What is kept of a window.
struct Salvaged {
  WindowOptions window;  ///< the part that can be used, to plan again with
  std::string reason;    ///< a sentence for the record
  std::vector<Warning> warnings;
};

/// The header promises more than the file holds, or the packets have more pictures than their times allow: only
/// decoding shows what `plan`'s window contains.
[[nodiscard]] bool is_doubtful(const VideoInfo& video, const VideoPlan& plan);
[[nodiscard]] bool is_doubtful(const AudioInfo& audio, const AudioPlan& plan);

/// Decodes the window of `plan`, which was laid out with `options`. nullopt when all of it can be used. Its
/// warnings report what is left out. Throws Error{media} when that is too much (planning::require_bearable) or fewer
/// than 2 frames are left, and what decoding throws.
[[nodiscard]] std::optional<Salvaged> salvage_video(const media::ClipInput& input, const VideoPlan& plan,
                                                    const PrepareOptions& options, const RunContext& context);

/// The same for sound, which is only ever shortened at its end.
[[nodiscard]] std::optional<Salvaged> salvage_audio(const media::ClipInput& input, const AudioPlan& plan,
                                                    const PrepareOptions& options, const RunContext& context);

}  // namespace react1::stages
