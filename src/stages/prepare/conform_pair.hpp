// SPDX-License-Identifier: Apache-2.0
// Fits the planned video to the voice: measures what the choice needs to know, and rewrites the plan.
#pragma once

#include <optional>
#include <react1/pipeline.hpp>
#include <string>
#include <vector>

namespace react1::stages {

/// The pair as planned. References must outlive the call.
struct ConformCase {
  const Source& video;
  const Source& audio;
  const MediaInfo& audio_info;
  const AudioPlan& voice;
  std::optional<Seconds> origin_s;  ///< of the video's times, on its file's timeline; nullopt: they are not stored
  Seconds voice_s;                  ///< exact length of the prepared audio
  const PipelineOptions& options;
};

/// `plan` is laid out, without an action yet. nullopt when options.prepare.conform is off. Decodes sound or picture of
/// the sources only where the choice depends on them. Adds warnings. Throws Error{media} when the video can't be cut to
/// the voice, and what decoding throws.
[[nodiscard]] std::optional<Conformed> conform_video(VideoPlan& plan, const ConformCase& of,
                                                     std::vector<Warning>& warnings, const RunContext& context);

/// How many frames the video needs for a voice of this length.
[[nodiscard]] std::int64_t frames_needed(const Seconds& voice_s, const Rational& fps, const PipelineOptions& options);

}  // namespace react1::stages
