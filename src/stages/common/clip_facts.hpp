// SPDX-License-Identifier: Apache-2.0
// The facts of a prepared pair that advice, prediction, fitting and verification share.
#pragma once

#include <react1/media.hpp>
#include <react1/plan.hpp>
#include <react1/sound.hpp>

#include "media/picture/motion.hpp"

namespace react1::stages {

/// Lengths, rates and counts of two prepared (or planned) clips. Facts that a clip's record lacks stay 0.
[[nodiscard]] ClipFacts measured_facts(const PreparedClip& video, const PreparedClip& audio);

/// Adds the results of the audio analysis.
void add_speech(ClipFacts& facts, const Speech& speech);

/// Adds the results of the video analysis.
void add_motion(ClipFacts& facts, const media::Motion& motion);

}  // namespace react1::stages
