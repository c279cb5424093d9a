// SPDX-License-Identifier: Apache-2.0
// The facts of a prepared pair that advice, prediction, fitting and verification all count with.
#pragma once

#include <react1/media.hpp>
#include <react1/plan.hpp>
#include <react1/sound.hpp>

#include "media/picture/motion.hpp"

namespace react1::stages {

/// Lengths, rates and counts of two prepared (or planned) clips. What a clip's record does not hold stays 0.
[[nodiscard]] ClipFacts measured_facts(const PreparedClip& video, const PreparedClip& audio);

/// Adds what was heard in the audio.
void add_speech(ClipFacts& facts, const Speech& speech);

/// Adds what was seen in the video.
void add_motion(ClipFacts& facts, const media::Motion& motion);

}  // namespace react1::stages
