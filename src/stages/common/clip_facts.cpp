// SPDX-License-Identifier: Apache-2.0
#include "stages/common/clip_facts.hpp"

namespace react1::stages {

ClipFacts measured_facts(const PreparedClip& video, const PreparedClip& audio) {
  ClipFacts facts;
  facts.video_s = video.duration_s;
  facts.audio_s = audio.duration_s;
  if (video.video) {
    facts.fps = video.video->fps;
    facts.frames = video.video->frames;
  }
  if (audio.audio) facts.sample_rate = audio.audio->sample_rate;
  return facts;
}

void add_speech(ClipFacts& facts, const Speech& speech) {
  facts.voice_found = speech.found();
  if (speech.found()) facts.voice_end_s = speech.segments.back().end_s;
}

void add_motion(ClipFacts& facts, const media::Motion& motion) {
  facts.is_static = motion.is_static;
  facts.loopable = motion.loopable;
  facts.cuts_s = motion.cuts_s;
}

}  // namespace react1::stages
