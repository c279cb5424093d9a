// SPDX-License-Identifier: Apache-2.0
// Analyses the sound of a source or of a made clip: SoundMeter over the samples of SampleSource.
#pragma once

#include <string>

#include "media/sound/sound_meter.hpp"
#include "media/source/clip_input.hpp"

#include <react1/media.hpp>
#include <react1/run_context.hpp>

namespace react1::media {

/// The samples that make_audio() would encode for `plan`. Throws what SampleSource throws.
[[nodiscard]] AudioAnalysis analyze_planned(const ClipInput& input, const AudioPlan& plan,
                                            const AnalysisOptions& wanted, const RunContext& context);

/// [start_s, end_s) of the source, at its own rate, mono or stereo. Damage is skipped: making the
/// clip decides whether it matters. Memory does not grow with the length, except for a byte per block.
[[nodiscard]] AudioAnalysis analyze_source(const ClipInput& input, const Seconds& start_s, const Seconds& end_s,
                                           const AnalysisOptions& wanted, const RunContext& context);

/// All of a made clip, whose audio facts are known.
[[nodiscard]] AudioAnalysis analyze_clip(const std::string& path, const PreparedClip::Audio& audio,
                                         const AnalysisOptions& wanted, const RunContext& context);

}  // namespace react1::media
