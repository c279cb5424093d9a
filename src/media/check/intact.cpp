// SPDX-License-Identifier: Apache-2.0
#include "media/check/intact.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "media/picture/intact_pictures.hpp"
#include "media/sound/sound_reader.hpp"

#include <react1/error.hpp>

namespace react1::media {
namespace {

/// Reads the window frame by frame; after a damaged packet the sound is damaged from its first sample on.
class AudioScan {
 public:
  AudioScan(const ClipInput& input, const AudioPlan& plan, const RunContext& context)
      : plan_(plan),
        reader_(input.source, *input.info.audio,
                {.stream_index = plan.stream_index, .start_s = plan.start_s, .end_s = plan.end_s}, input.limits,
                context),
        end_(plan.end_s) {}

  void scan() {
    std::int64_t good_until = 0;
    std::int64_t counted = reader_.decoder().damaged();
    bool begun = false;
    while (const AVFrame* frame = reader_.next()) {
      if (!std::exchange(begun, true)) good_until = reader_.first_sample();
      const bool damaged = reader_.decoder().damaged() > counted || is_flawed(*frame);
      counted = reader_.decoder().damaged();
      const Seconds good_end = reader_.timeline().end_time_of(good_until);
      if (good_end >= plan_.end_s) return;
      if (damaged && reader_.timeline().end_time_of(reader_.position()) > plan_.start_s) {
        end_at(good_end);
        return;
      }
      good_until = reader_.position();
    }
    const Seconds good_end = reader_.timeline().end_time_of(good_until);
    if (reader_.decoder().damaged() > counted && good_end < plan_.end_s) return end_at(good_end);
    end_ = std::min(end_, std::max(good_end, plan_.start_s));
  }

  [[nodiscard]] bool damaged() const noexcept { return damaged_; }
  [[nodiscard]] Seconds end() const { return end_; }

 private:
  void end_at(const Seconds& time) {
    damaged_ = true;
    end_ = std::max(time, plan_.start_s);
  }

  const AudioPlan& plan_;
  SoundReader reader_;
  bool damaged_ = false;
  Seconds end_;
};

}  // namespace

Intact find_intact_audio(const ClipInput& input, const AudioPlan& plan, const RunContext& context) {
  if (!input.info.audio)
    throw Error(ErrorCode::internal, input.info.path, "an audio plan was made for a file without sound");
  const AudioInfo& audio = *input.info.audio;
  AudioScan scan(input, plan, context);
  scan.scan();
  const bool truncated = audio.truncated && plan.end_s >= audio.duration_s;
  return {.end_s = scan.end(), .damaged = truncated || scan.damaged()};
}

}  // namespace react1::media
