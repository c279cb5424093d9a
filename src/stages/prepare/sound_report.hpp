// SPDX-License-Identifier: Apache-2.0
// Puts the results of the audio analysis into the record and into warnings.
#pragma once

#include <cstdint>
#include <optional>
#include <react1/pipeline.hpp>

#include "media/sound/sound_meter.hpp"

namespace react1::stages {

/// The plan without treatments that copying can't do: for analysing the delivered sound.
[[nodiscard]] AudioPlan as_delivered(AudioPlan plan);

/// Fills levels, speech and offset of `preparation` and warns about long silence at the start and a loudness that was
/// not reached. `clipped_samples` were counted in the source.
void report_sound(Preparation& preparation, const media::AudioAnalysis& analysis, const TakeOffset& offset,
                  std::optional<std::int64_t> clipped_samples, const PipelineOptions& options);

}  // namespace react1::stages
