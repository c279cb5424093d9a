// SPDX-License-Identifier: Apache-2.0
#include "media/stream/skip_in_samples.hpp"

#include <algorithm>
#include <cstdint>

extern "C" {
#include <libavutil/intreadwrite.h>
}

#include "media/ff/check.hpp"
#include "media/stream/packet_survey.hpp"

namespace react1::media {

void tell_skip_in_samples(const AVStream& stream, AVPacket& packet) {
  const AVCodecParameters& codec = *stream.codecpar;
  if (codec.codec_type != AVMEDIA_TYPE_AUDIO || codec.sample_rate <= 0) return;
  const Rational samples_per_tick = ff::from_av(stream.time_base) * Rational(codec.sample_rate);
  if (samples_per_tick == 1) return;
  std::size_t size = 0;
  std::uint8_t* skip = av_packet_get_side_data(&packet, AV_PKT_DATA_SKIP_SAMPLES, &size);
  if (skip == nullptr || size < 4) return;
  const std::int64_t stated = AV_RL32(skip);
  // Without an edit list FFmpeg takes the number from the codec's header, which counts samples.
  if (stated == 0 || stated == opus_pre_skip(codec)) return;
  const std::int64_t samples = (Rational(stated) * samples_per_tick).round();
  AV_WL32(skip, static_cast<std::uint32_t>(std::clamp<std::int64_t>(samples, 0, INT32_MAX)));
}

}  // namespace react1::media
