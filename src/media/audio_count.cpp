#include "media/audio_count.hpp"

#include <array>

#include "media/decoder.hpp"
#include "media/demuxer.hpp"

namespace react1::media {

DecodedAudioCount count_decoded_samples(const Source& source, int index, const SourceOptions& options,
                                        const RunContext& context) {
  Demuxer demuxer{source, DemuxerOptions::from(options), context};
  const std::array wanted{index};
  demuxer.select(wanted);
  Decoder decoder{demuxer.stream(index), /*threads=*/1, demuxer.name(), options};
  const ff::Packet packet = ff::make_packet();
  const ff::Frame frame = ff::make_frame();
  DecodedAudioCount count;
  const auto add = [&](const AVFrame& decoded) {
    if (!count.first && decoded.pts != AV_NOPTS_VALUE) count.first = decoded.pts;
    count.samples += decoded.nb_samples;
  };
  while (demuxer.read(*packet)) decoder.decode(packet.get(), *frame, add);
  decoder.decode(nullptr, *frame, add);
  count.damaged = decoder.damaged();
  return count;
}

}  // namespace react1::media
