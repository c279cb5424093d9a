// SPDX-License-Identifier: Apache-2.0
// What will be done to a pair of clips: probing, then a plan for each. Every step takes values and gives values; which
// of them run at the same time is for the caller (drive_pair).
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

/// All that making the video clip reads.
struct PlannedPicture {
  media::ClipInput input;
  PrepareOptions options;  ///< with the window that was chosen
  VideoPlan plan;
  std::optional<Conformed> conformed{};  ///< nullopt: the video was not to be fitted to the voice
  bool decode = false;                   ///< the window is decoded while it is planned
};

/// All that making the audio clip reads.
struct PlannedSound {
  media::ClipInput input;
  AudioPlan plan;
  TakeOffset offset;
  std::optional<std::int64_t> clipped_samples{};  ///< of the source, where it was listened to
};

struct PlannedPair {
  PlannedPicture picture;
  PlannedSound sound;
};

/// Whose window is decoded while it is planned, because making it has shown damage. Planning decodes those of files
/// that are doubtful by themselves in any case.
struct Decoded {
  bool picture = false, sound = false;
};

/// Probes both sources at the same time; one that is both is read once. Throws what probing throws. Of all that
/// follows, the options are valid and for their model (for_its_model() in preprocess.hpp).
[[nodiscard]] planning::Planned<ProbedPair> probe_pair(const Source& video, const Source& audio,
                                                       const PipelineOptions& options, const RunContext& context);

/// Neither plan needs the other: no voice to fit the picture to, and no window that both share. Then plan_picture() and
/// plan_sound() plan them, at the same time if need be; else plan_together().
[[nodiscard]] bool are_independent(const PrepareOptions& options) noexcept;

/// All three throw what planning and decoding throw.
[[nodiscard]] planning::Planned<PlannedPicture> plan_picture(const ProbedPair& pair, const PipelineOptions& options,
                                                             Decoded decoded, const RunContext& context);
[[nodiscard]] planning::Planned<PlannedSound> plan_sound(const ProbedPair& pair, const PipelineOptions& options,
                                                         Decoded decoded, const RunContext& context);
[[nodiscard]] planning::Planned<PlannedPair> plan_together(const ProbedPair& pair, const PipelineOptions& options,
                                                           Decoded decoded, const RunContext& context);

/// A copy of the voice that proved too long was encoded instead, with fewer samples than the video was fitted to: the
/// video planned again for a voice of `voice_s`. nullopt when it fits.
[[nodiscard]] std::optional<PlannedPicture> fit_again(const PlannedPair& planned, const Seconds& voice_s,
                                                      const PipelineOptions& options, const RunContext& context);

}  // namespace react1::stages
