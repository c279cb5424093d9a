// SPDX-License-Identifier: Apache-2.0
#include "media/stream/early_packet.hpp"

#include <algorithm>
#include <cstdlib>

namespace react1::media {
namespace {

/// Longer pauses after the first packet of sound are real pauses.
constexpr std::int64_t most_of_sound_ms = 250;

}  // namespace

std::int64_t early_by(std::int64_t first, std::int64_t second, std::int64_t third, std::int64_t fourth,
                      std::int64_t most) {
  const std::int64_t usual = third - second;
  const bool even = usual > 0 && std::abs(fourth - third - usual) <= 1;
  const std::int64_t longer = second - first - usual;
  return even && longer > 1 && longer <= most ? longer : 0;
}

void EarlyPackets::learn(const AVFormatContext& format) {
  for (unsigned i = 0; i < format.nb_streams; ++i) {
    AVStream& stream = *format.streams[i];
    const AVMediaType type = stream.codecpar->codec_type;
    // An index in the header is explicit.
    if (stream.nb_frames > 0 || avformat_index_get_entries_count(&stream) < 4) continue;
    const auto time = [&](int number) { return avformat_index_get_entry(&stream, number)->timestamp; };
    const std::int64_t usual = time(2) - time(1);
    std::int64_t most = 0;
    if (type == AVMEDIA_TYPE_VIDEO) most = usual - 1;  // a picture that is held for one more frame is held
    if (type == AVMEDIA_TYPE_AUDIO) most = av_rescale_q(most_of_sound_ms, AVRational{1, 1000}, stream.time_base);
    const std::int64_t shift = early_by(time(0), time(1), time(2), time(3), most);
    if (shift > 0) early_[stream.index] = {time(0), shift, usual};
  }
}

void EarlyPackets::put_right(AVPacket& packet) const {
  const auto found = early_.find(packet.stream_index);
  if (found == early_.end() || packet.dts != found->second.dts || packet.pts == AV_NOPTS_VALUE) return;
  packet.dts += found->second.shift;
  packet.pts += found->second.shift;
  packet.duration = found->second.duration;
}

}  // namespace react1::media
