// SPDX-License-Identifier: Apache-2.0
// What was heard in the audio clip, put into the record and into words.
#pragma once

#include <cstdint>
#include <optional>
#include <react1/pipeline.hpp>

#include "media/sound/sound_meter.hpp"

namespace react1::stages {

/// The plan less what copying can't do: for listening to what will really be delivered.
[[nodiscard]] AudioPlan as_delivered(AudioPlan plan);

/// Fills levels, speech and offset of `preparation` and warns about long silence at the start and a loudness that was
/// missed. `clipped_samples` were counted in the source.
void report_sound(Preparation& preparation, const media::AudioAnalysis& analysis, const TakeOffset& offset,
                  std::optional<std::int64_t> clipped_samples, const PipelineOptions& options);

}  // namespace react1::stages
