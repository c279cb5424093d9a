// SPDX-License-Identifier: Apache-2.0
// What will be done to a pair of clips: probing, then one plan for each, decided together.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <react1/pipeline.hpp>
#include <react1/run_context.hpp>

namespace react1::stages {

/// Whose window is decoded while it is planned, because making it has shown damage. Planning decodes those of files
/// that are doubtful by themselves in any case.
struct Decoded {
  bool picture = false, sound = false;
};

/// What is known before any clip is made.
struct PlannedPair {
  MediaInfo video_info, audio_info;
  VideoPlan video;
  AudioPlan audio;
  PrepareOptions picture_options;  ///< with the window that was chosen; what the picture was planned with
  Decoded decoded;
  std::optional<Conformed> conformed;
  TakeOffset offset;
  std::optional<std::int64_t> clipped_samples;  ///< of the source, where it was listened to
  std::vector<Warning> warnings;
};

/// What follows when a clip is planned: the other one's plan may not be settled yet. The picture's runs on the caller's
/// thread, the sound's on another.
struct WhenPlanned {
  std::function<void(const PlannedPair&, const RunContext&)> picture, sound;
  std::optional<Stage> stage{};  ///< what that is to the observer
};

/// Probes both sources at the same time, plans both clips, and goes on with each as soon as it is planned, where
/// neither plan needs the other; else with both. Throws Error{usage} for options that make no sense, and what probing,
/// planning, decoding and `then` throw; the first failure stops the other clip.
[[nodiscard]] PlannedPair plan_pair(const Source& video, const Source& audio, const PipelineOptions& options,
                                    const RunContext& context, const WhenPlanned& then = {},
                                    const Decoded& decoded = {});

/// A copy of the voice that proved too long was encoded instead, with fewer samples than the video was fitted to: plans
/// the video anew for a voice of `voice_s`. False, and nothing changed, when it fits.
[[nodiscard]] bool fit_again(PlannedPair& planned, const Source& video, const Source& audio, const Seconds& voice_s,
                             const PipelineOptions& options, const RunContext& context);

}  // namespace react1::stages
