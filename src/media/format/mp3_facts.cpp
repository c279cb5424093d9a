// SPDX-License-Identifier: Apache-2.0
#include "media/format/mp3_facts.hpp"

namespace react1::media {

void describe_mp3(AudioInfo& audio, const Mp3Scan& scan) {
  if (scan.first.layer != 3) return;
  Mp3Facts facts;
  facts.frames = static_cast<std::int64_t>(scan.frames.size());
  facts.uniform = scan.uniform();
  facts.variable_rate = scan.changes_bitrate;
  facts.skipped_bytes = scan.inner_bytes;
  if (scan.tag) facts.tag_frames = scan.tag->frames;
  facts.flaws = scan.flaws();
  audio.mp3 = std::move(facts);
  audio.header_duration_s.reset();
  if (scan.tag && scan.tag->frames) {
    audio.header_duration_s = Seconds(*scan.tag->frames * scan.first.samples, scan.first.sample_rate);
  }
  if (!scan.changes_rate || audio.sample_rate <= 0) return;
  audio.samples = (scan.sound_s * audio.sample_rate).round() - audio.priming;
  audio.duration_s = Seconds(audio.samples, audio.sample_rate);
}

}  // namespace react1::media
