// SPDX-License-Identifier: Apache-2.0
#include "media/stream/audio_count.hpp"

#include <array>
#include <set>

#include "media/ff/check.hpp"
#include "media/stream/decoder.hpp"
#include "media/stream/demuxer.hpp"
#include "media/stream/packet_survey.hpp"

namespace react1::media {

std::int64_t NominalSamples::in(const AVFrame& frame) {
  if (frame.sample_rate == rate_ || frame.sample_rate <= 0 || rate_ <= 0) return frame.nb_samples;
  const Rational exact = Rational(frame.nb_samples) * Rational(rate_, frame.sample_rate) + carried_;
  carried_ = exact - exact.floor();
  return exact.floor();
}

DecodedAudioCount count_decoded_samples(const Source& source, int index, const SourceOptions& options,
                                        const RunContext& context) {
  Demuxer demuxer{source, DemuxerOptions::from(options), context};
  const std::array wanted{index};
  demuxer.select(wanted);
  const AVStream& stream = demuxer.stream(index);
  Decoder decoder{stream, /*threads=*/1, demuxer.name(), options};
  const ff::Packet packet = ff::make_packet();
  const ff::Frame frame = ff::make_frame();
  const int rate = stream.codecpar->sample_rate;
  SoundTimelineFit fit(ff::from_av(stream.time_base), rate, clock_of(demuxer.format().iformat->name));
  NominalSamples nominal(rate);
  DecodedAudioCount count;
  std::set<std::int64_t> begun;  // times of the frames that begin a packet of a transport stream
  const auto add = [&](const AVFrame& decoded) {
    const std::optional<std::int64_t> time = decoded.pts == AV_NOPTS_VALUE ? std::nullopt : std::optional(decoded.pts);
    if (!count.first) count.first = time;
    const std::int64_t samples = nominal.in(decoded);
    const bool begins = begun.empty() || !time || begun.contains(*time);
    fit.add(time, samples, begins);
    count.samples += samples;
  };
  while (demuxer.read(*packet)) {
    context.throw_if_stopped();
    if (packet->pts != AV_NOPTS_VALUE && begins_transport_packet(*packet)) begun.insert(packet->pts);
    decoder.decode(packet.get(), *frame, add);
  }
  decoder.decode(nullptr, *frame, add);
  count.timeline = fit.finish(/*skipped=*/0);
  count.damaged = decoder.damaged();
  return count;
}

}  // namespace react1::media
