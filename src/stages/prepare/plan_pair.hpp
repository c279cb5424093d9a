// SPDX-License-Identifier: Apache-2.0
// What will be done to a pair of clips: probing, then a plan for each. Every step
// takes and returns values; the caller (drive_pair) decides which run in parallel.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include <react1/pipeline.hpp>
#include <react1/run_context.hpp>

#include "media/source/clip_input.hpp"
#include "plan/planned.hpp"

namespace react1::stages {

struct ProbedPair {
  media::ClipInput video, audio;
};

/// Everything that is needed to make the video clip.
struct PlannedPicture {
  media::ClipInput input;
  PrepareOptions options;  ///< with the window that was chosen
  VideoPlan plan;
  std::optional<Conformed> conformed{};  ///< nullopt: no fitting to the voice was requested
  bool decode = false;                   ///< the window is decoded while it is planned
};

/// Everything that is needed to make the audio clip.
struct PlannedSound {
  media::ClipInput input;
  AudioPlan plan;
  TakeOffset offset;
  std::optional<std::int64_t> clipped_samples{};  ///< of the source, where it was analysed
};

struct PlannedPair {
  PlannedPicture picture;
  PlannedSound sound;
};

/// Whose window is decoded while it is planned, because making it has shown damage. Planning
/// always decodes those of doubtful files.
struct Decoded {
  bool picture = false, sound = false;
};

/// Probes both sources at the same time; one that is both is read once. Throws what probing throws. The options of all
/// that follows are valid, and for their model (for_its_model() in preprocess.hpp).
[[nodiscard]] planning::Planned<ProbedPair> probe_pair(const Source& video, const Source& audio,
                                                       const PipelineOptions& options, const RunContext& context);

/// Neither plan needs the other: no voice to fit the picture to, and no window that both share. Then plan_picture() and
/// plan_sound() plan them, in parallel if needed; else plan_together().
[[nodiscard]] bool are_independent(const PrepareOptions& options) noexcept;

/// All three throw what planning and decoding throw.
[[nodiscard]] planning::Planned<PlannedPicture> plan_picture(const ProbedPair& pair, const PipelineOptions& options,
                                                             Decoded decoded, const RunContext& context);
[[nodiscard]] planning::Planned<PlannedSound> plan_sound(const ProbedPair& pair, const PipelineOptions& options,
                                                         Decoded decoded, const RunContext& context);
[[nodiscard]] planning::Planned<PlannedPair> plan_together(const ProbedPair& pair, const PipelineOptions& options,
                                                           Decoded decoded, const RunContext& context);

/// Plans the video again for a voice of `voice_s`, when a copy of the voice proved too long and was encoded with
/// fewer samples than the video was fitted to. nullopt when it fits.
[[nodiscard]] std::optional<PlannedPicture> fit_again(const PlannedPair& planned, const Seconds& voice_s,
                                                      const PipelineOptions& options, const RunContext& context);

}  // namespace react1::stages
