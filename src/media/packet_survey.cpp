#include "media/packet_survey.hpp"

#include <algorithm>
#include <new>
#include <utility>

extern "C" {
#include <libavutil/intreadwrite.h>
}

#include "media/ff/check.hpp"

namespace react1::media {
namespace {

void add_samples(StreamSurvey::Samples& samples, std::int64_t by_duration, std::int64_t by_codec) {
  samples.by_duration += by_duration;
  samples.by_codec += by_codec;
}

}  // namespace

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

StreamSurveyor::StreamSurveyor(const AVStream& stream)
    : stream_(&stream), time_base_(ff::from_av(stream.time_base)), pts_(time_base_), dts_(time_base_) {
  sums_.index = stream.index;
}

void StreamSurveyor::add(const AVPacket& packet) {
  ++sums_.packets;
  if (waiting_) count(*waiting_);
  waiting_.reset();
  sums_.cut_off = (packet.flags & AV_PKT_FLAG_CORRUPT) != 0;
  if (sums_.cut_off) ++sums_.corrupt;
  // Uncompressed samples are good as far as they go.
  const bool usable_in_part = av_get_exact_bits_per_sample(stream_->codecpar->codec_id) > 0;
  if (sums_.cut_off && !usable_in_part) {
    waiting_.reset(av_packet_clone(&packet));
    if (!waiting_) throw std::bad_alloc{};
  } else {
    count(packet);
  }
}

StreamSurvey StreamSurveyor::finish() {
  if (waiting_ && sums_.packets == 1) count(*waiting_);  // better damaged than nothing at all
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
  return std::move(sums_);
}

/// VP8 keeps reference pictures in packets of their own that are never shown: bit 4 of the first byte says so.
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
  const std::int64_t by_codec = std::max(av_get_audio_frame_duration2(stream_->codecpar, packet.size), 0);
  std::int64_t by_duration = 0;
  const Rational exact = Rational{packet.duration} * time_base_ * Rational{stream_->codecpar->sample_rate};
  if (packet.duration > 0 && exact.den() == 1) by_duration = exact.num();
  if (by_duration == 0) ++sums_.inexact;
  if (by_codec == 0) ++sums_.codec_silent;
  // A container stretches the last packet to its rounded end, but no packet decodes to more than the codec's frame.
  // (Twice as much is no stretching: an HE-AAC frame is longer than its core codec says.)
  if (by_codec > 0 && by_duration < 2 * by_codec) by_duration = std::min(by_duration, by_codec);
  add_samples(sums_.all, by_duration, by_codec);
  if (!shown) add_samples(sums_.not_shown, by_duration, by_codec);

  if (!sums_.first_time && packet.pts != AV_NOPTS_VALUE) sums_.first_time = packet.pts;
  std::size_t size = 0;
  const std::uint8_t* skip = av_packet_get_side_data(&packet, AV_PKT_DATA_SKIP_SAMPLES, &size);
  if (skip != nullptr && size >= 8) {
    sums_.skip_start += AV_RL32(skip);
    const std::int64_t padding = AV_RL32(skip + 4);
    // Ogg shortens the duration of the last packet and tells its padding as well: it counts once.
    if (by_duration + padding > previous_samples_) sums_.skip_end += padding;
  }
  previous_samples_ = by_duration;
}

std::vector<StreamSurvey> survey_packets(Demuxer& demuxer, const std::vector<int>& indexes,
                                         const PacketVisitor& visit) {
  demuxer.select(indexes);
  std::vector<StreamSurveyor> surveyors;
  surveyors.reserve(indexes.size());
  for (const int index : indexes) surveyors.emplace_back(demuxer.stream(index));
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
