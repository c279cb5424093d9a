// SPDX-License-Identifier: Apache-2.0
// Fits the planned video to the voice: measures what the choice depends on, and rewrites the plan.
#pragma once

#include <optional>
#include <react1/pipeline.hpp>
#include <string>
#include <vector>

#include "media/source/clip_input.hpp"
#include "plan/planned.hpp"

namespace react1::stages {

/// The pair as planned. References must outlive the call.
struct ConformCase {
  const media::ClipInput& video;
  const media::ClipInput& audio;
  const AudioPlan& voice;
  Seconds voice_s;  ///< exact length of the prepared audio
  const PipelineOptions& options;
};

/// A video fitted to the voice.
struct FittedVideo {
  VideoPlan plan;
  Conformed conformed;
};

/// `plan` is laid out, without an action yet; options.prepare.conform is not off. Decodes sound or picture of the
/// sources only where the choice depends on them. Throws Error{media} when the video can't be cut to the voice, and
/// what decoding throws.
[[nodiscard]] planning::Planned<FittedVideo> conform_video(VideoPlan plan, const ConformCase& of,
                                                           const RunContext& context);

/// How many frames the video needs for a voice of this length.
[[nodiscard]] std::int64_t frames_needed(const Seconds& voice_s, const Rational& fps, const PipelineOptions& options);

}  // namespace react1::stages
