// SPDX-License-Identifier: Apache-2.0
#include "media/stream/packet_survey.hpp"

#include <algorithm>
#include <cstring>
#include <new>
#include <utility>

extern "C" {
#include <libavutil/intreadwrite.h>
}

#include "media/ff/check.hpp"

namespace react1::media {

std::optional<std::int64_t> opus_pre_skip(const AVCodecParameters& codec) {
  constexpr int pre_skip_at = 10;
  if (codec.extradata == nullptr || codec.extradata_size < pre_skip_at + 2) return std::nullopt;
  if (std::memcmp(codec.extradata, "OpusHead", 8) != 0) return std::nullopt;
  return AV_RL16(codec.extradata + pre_skip_at);
}

bool begins_transport_packet(const AVPacket& packet) {
  return av_packet_get_side_data(&packet, AV_PKT_DATA_MPEGTS_STREAM_ID, nullptr) != nullptr;
}

void StreamSurveyor::Timeline::add(std::int64_t time, const AVPacket& packet) {
  if (time == AV_NOPTS_VALUE) {
    ++missing;
    return;
  }
  if (last && time < *last) reordered = true;
  if (!first || time < *first) {
    first = time;
    first_is_key = (packet.flags & AV_PKT_FLAG_KEY) != 0;
  }
  if (!last || time > *last) {
    last = time;
    last_duration = packet.duration;
  }
  end = std::max(end.value_or(time), time + packet.duration);
  intervals.add(time);
}

StreamSurveyor::StreamSurveyor(const AVStream& stream, SoundClock clock)
    : stream_(&stream),
      pts_(ff::from_av(stream.time_base)),
      dts_(ff::from_av(stream.time_base)),
      length_(stream),
      fit_(ff::from_av(stream.time_base), stream.codecpar->sample_rate, clock) {
  sums_.index = stream.index;
}

void StreamSurveyor::add(const AVPacket& packet) {
  ++sums_.packets;
  if (waiting_) count(*waiting_);
  waiting_.reset();
  sums_.cut_off = (packet.flags & AV_PKT_FLAG_CORRUPT) != 0;
  if (sums_.cut_off) ++sums_.corrupt;
  // Uncompressed samples are valid up to the cut.
  const bool usable_in_part = av_get_exact_bits_per_sample(stream_->codecpar->codec_id) > 0;
  if (sums_.cut_off && !usable_in_part) {
    waiting_.reset(av_packet_clone(&packet));
    if (!waiting_) throw std::bad_alloc{};
  } else {
    count(packet);
  }
}

StreamSurvey StreamSurveyor::finish() {
  if (waiting_ && sums_.packets == 1) count(*waiting_);  // better damaged than nothing
  sums_.times_are_dts = pts_.missing > 0 && dts_.missing < pts_.missing;
  sums_.reordered = pts_.reordered;
  Timeline& times = sums_.times_are_dts ? dts_ : pts_;
  sums_.first = times.first;
  sums_.first_shown = pts_.first;
  sums_.last = times.last;
  sums_.end = times.end;
  sums_.last_duration = times.last_duration;
  sums_.first_is_key = times.first_is_key;
  times.intervals.finish();
  sums_.timing = times.intervals.timing();
  if (stream_->codecpar->codec_type == AVMEDIA_TYPE_AUDIO) {
    // Ogg shortens the last packet and also records its padding: it counts once.
    sums_.skip_end += std::max<std::int64_t>(length_.cut_from_last() - last_padding_, 0);
    sums_.timeline = fit_.finish(std::max<std::int64_t>(priming_of(sums_, *stream_) - sums_.samples_not_shown, 0));
  }
  return std::move(sums_);
}

/// VP8 keeps reference pictures in packets of their own that are never shown: marked by bit 4 of the first byte.
bool StreamSurveyor::is_hidden(const AVPacket& packet) const {
  return stream_->codecpar->codec_id == AV_CODEC_ID_VP8 && packet.size > 0 && (packet.data[0] & 0x10U) == 0;
}

void StreamSurveyor::count(const AVPacket& packet) {
  if ((packet.flags & AV_PKT_FLAG_DISCARD) != 0) ++sums_.discarded;
  const bool shown = (packet.flags & AV_PKT_FLAG_DISCARD) == 0 && !is_hidden(packet);
  if (stream_->codecpar->codec_type == AVMEDIA_TYPE_AUDIO) count_samples(packet, shown);
  if (!shown) return;
  ++sums_.shown;
  if (packet.duration <= 0) ++sums_.without_duration;
  if (packet.pts == AV_NOPTS_VALUE && packet.dts == AV_NOPTS_VALUE) ++sums_.without_time;
  sums_.durations += std::max<std::int64_t>(packet.duration, 0);
  pts_.add(packet.pts, packet);
  dts_.add(packet.dts, packet);
}

void StreamSurveyor::count_samples(const AVPacket& packet, bool shown) {
  const std::optional<std::int64_t> samples = length_.samples_in(packet);
  if (!samples) ++sums_.unknown_lengths;
  std::int64_t heard = samples.value_or(0);
  std::optional<std::int64_t> heard_at = packet.pts == AV_NOPTS_VALUE ? std::nullopt : std::optional(packet.pts);
  std::size_t size = 0;
  const std::uint8_t* skip = av_packet_get_side_data(&packet, AV_PKT_DATA_SKIP_SAMPLES, &size);
  last_padding_ = 0;
  if (skip != nullptr && size >= 8) {
    const std::int64_t at_start = AV_RL32(skip);
    // A decoder drops no more than the packet holds, and ignores larger or negative values (Matroska).
    const std::int64_t most = samples.value_or(INT32_MAX);
    const std::int64_t padding = AV_RL32(skip + 4);
    last_padding_ = padding <= most ? padding : 0;
    // Priming in the middle belongs to a joined recording: it is dropped there, and is not the start.
    const bool in_the_middle = sums_.samples > sums_.skip_start + sums_.samples_not_shown;
    (in_the_middle ? sums_.skip_end : sums_.skip_start) += at_start;
    sums_.skip_end += last_padding_;
    heard = std::max<std::int64_t>(heard - last_padding_ - (in_the_middle ? at_start : 0), 0);
    if (in_the_middle && heard_at && stream_->codecpar->sample_rate > 0) {
      const Rational skipped = Rational(at_start, stream_->codecpar->sample_rate) / ff::from_av(stream_->time_base);
      heard_at = *heard_at + skipped.round();
    }
  }
  if (!sums_.first_time && packet.pts != AV_NOPTS_VALUE) sums_.first_time = packet.pts;
  sums_.samples += samples.value_or(0);
  if (!shown) sums_.samples_not_shown += samples.value_or(0);
  const bool begins = begins_transport_packet(packet);
  is_transport_ = is_transport_ || begins;
  if (shown) fit_.add(heard_at, heard, begins || !is_transport_);
}

std::int64_t priming_of(const StreamSurvey& survey, const AVStream& stream) {
  const AVCodecParameters& codec = *stream.codecpar;
  if (codec.codec_id != AV_CODEC_ID_OPUS) return survey.skip_start;
  return std::max(survey.skip_start, opus_pre_skip(codec).value_or(codec.initial_padding));
}

std::vector<StreamSurvey> survey_packets(Demuxer& demuxer, const std::vector<int>& indexes,
                                         const PacketVisitor& visit) {
  demuxer.select(indexes);
  std::vector<StreamSurveyor> surveyors;
  surveyors.reserve(indexes.size());
  const SoundClock clock = clock_of(demuxer.format().iformat->name);
  for (const int index : indexes) surveyors.emplace_back(demuxer.stream(index), clock);
  const ff::Packet packet = ff::make_packet();
  while (demuxer.read(*packet)) {
    if (visit) visit(*packet);
    const auto at = std::find(indexes.begin(), indexes.end(), packet->stream_index);
    if (at != indexes.end()) surveyors[static_cast<std::size_t>(at - indexes.begin())].add(*packet);
  }
  std::vector<StreamSurvey> surveys;
  surveys.reserve(surveyors.size());
  for (StreamSurveyor& surveyor : surveyors) surveys.push_back(surveyor.finish());
  return surveys;
}

}  // namespace react1::media
