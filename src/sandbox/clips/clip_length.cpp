// SPDX-License-Identifier: Apache-2.0
#include "sandbox/clips/clip_length.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <limits>
#include <optional>
#include <string_view>

#include "media/ff/check.hpp"
#include "sandbox/clips/clip_reader.hpp"
#include "sandbox/clips/mpeg_audio.hpp"

namespace react1::sandbox {
namespace {

using media::ff::from_av;

/// Sums over the packets of one stream, in its ticks.
struct PacketSums {
  std::int64_t sum = 0, shown = 0;
  std::int64_t first = std::numeric_limits<std::int64_t>::max();
  std::int64_t last = std::numeric_limits<std::int64_t>::min();

  void add(const AVPacket& packet, std::int64_t typical) {
    const std::int64_t duration = packet.duration > 0 ? packet.duration : typical;
    sum += duration;
    if ((packet.flags & AV_PKT_FLAG_DISCARD) != 0) return;
    ++shown;
    const std::int64_t start = packet.pts != AV_NOPTS_VALUE ? packet.pts : packet.dts;
    if (start == AV_NOPTS_VALUE) return;
    first = std::min(first, start);
    last = std::max(last, start + duration);
  }
};

/// Ticks of a packet without a duration.
std::int64_t typical_duration(const AVStream& stream) {
  const AVRational rate = stream.avg_frame_rate;
  if (rate.num <= 0 || rate.den <= 0) return 0;
  return av_rescale_q(1, av_inv_q(rate), stream.time_base);
}

PacketSums sum_packets(media::Demuxer& demuxer, int index) {
  PacketSums sums;
  const auto packet = media::ff::make_packet();
  while (demuxer.read(*packet)) {
    if (packet->stream_index == index) sums.add(*packet, typical_duration(demuxer.stream(index)));
  }
  return sums;
}

void add_sums(PacketReport& report, const PacketSums& sums, const Rational& tick, const std::string& suffix) {
  report.measures.push_back({"packets_sum" + suffix, Rational{sums.sum} * tick});
  if (sums.last > sums.first) {
    report.measures.push_back({"packets_span" + suffix, Rational{sums.last - sums.first} * tick});
  }
}

Seconds microseconds(std::int64_t ticks, AVRational time_base) {
  return Rational{av_rescale_q(ticks, time_base, AVRational{1, AV_TIME_BASE}), AV_TIME_BASE};
}

/// Start of a frame; a frame without a time follows the previous one.
Seconds start_of(const AVFrame& frame, const AVStream& stream, const std::vector<Seconds>& before) {
  if (frame.best_effort_timestamp != AV_NOPTS_VALUE) {
    return microseconds(frame.best_effort_timestamp, stream.time_base);
  }
  if (before.empty()) return 0;
  const AVRational rate = stream.avg_frame_rate;
  return before.back() + (rate.num > 0 && rate.den > 0 ? Rational{1} / from_av(rate) : Rational{1, 25});
}

template <class Sample>
double peak_of(const AVFrame& frame, double full_scale, double zero) {
  const bool planar = av_sample_fmt_is_planar(static_cast<AVSampleFormat>(frame.format)) != 0;
  const int planes = planar ? frame.ch_layout.nb_channels : 1;
  const auto count =
      static_cast<std::size_t>(frame.nb_samples) * static_cast<std::size_t>(planar ? 1 : frame.ch_layout.nb_channels);
  double peak = 0;
  for (int plane = 0; plane < planes; ++plane) {
    const auto* samples = reinterpret_cast<const Sample*>(frame.extended_data[plane]);  // NOLINT: FFmpeg's layout
    for (std::size_t i = 0; i < count; ++i) {
      peak = std::max(peak, std::abs(static_cast<double>(samples[i]) - zero) / full_scale);
    }
  }
  return peak;
}

double peak_of(const AVFrame& frame) {
  switch (av_get_packed_sample_fmt(static_cast<AVSampleFormat>(frame.format))) {
    case AV_SAMPLE_FMT_U8:
      return peak_of<std::uint8_t>(frame, 128.0, 128.0);
    case AV_SAMPLE_FMT_S16:
      return peak_of<std::int16_t>(frame, 32768.0, 0.0);
    case AV_SAMPLE_FMT_S32:
      return peak_of<std::int32_t>(frame, 2147483648.0, 0.0);
    case AV_SAMPLE_FMT_FLT:
      return peak_of<float>(frame, 1.0, 0.0);
    case AV_SAMPLE_FMT_DBL:
      return peak_of<double>(frame, 1.0, 0.0);
    default:
      return 1.0;  // a format no speech is decoded to; unknown counts as not silent
  }
}

}  // namespace

PacketReport measure_packets(const std::string& path, Kind kind, const RunContext& context) {
  PacketReport report;
  media::Demuxer demuxer{path, {}, context};
  const int index = find_stream(demuxer, kind);
  const AVStream& stream = demuxer.stream(index);
  const Rational tick = from_av(stream.time_base);
  report.format = demuxer.format().iformat->name;
  report.width = stream.codecpar->width;
  report.height = stream.codecpar->height;
  if (kind == Kind::video && stream.avg_frame_rate.num > 0 && stream.avg_frame_rate.den > 0) {
    report.fps = from_av(stream.avg_frame_rate);
  }
  if (const auto claimed = demuxer.header_duration()) {
    report.measures.push_back({"container_header", Rational{*claimed, AV_TIME_BASE}});
  }
  if (const auto claimed = demuxer.header(index).duration) {
    report.measures.push_back({"stream_header", Rational{*claimed} * tick});
  }
  // The value ffprobe prints, from headers and estimates: many services use nothing else.
  if (demuxer.format().duration > 0) {
    report.measures.push_back({"container_reported", Rational{demuxer.format().duration, AV_TIME_BASE}});
  }
  const auto honoured = sum_packets(demuxer, index);
  report.shown_packets = honoured.shown;
  add_sums(report, honoured, tick, "");
  if (report.format.find("mp4") != std::string::npos) {
    media::Demuxer plain{path, {.ignore_edit_list = true}, context};
    add_sums(report, sum_packets(plain, index), tick, "_edit_list_ignored");
  }
  if (report.format == "mp3") {
    std::ifstream file{path, std::ios::binary};
    report.measures.push_back({"mpeg_frames", count_mpeg_audio(file).duration_s});
  }
  return report;
}

DecodedVideo decode_video_facts(const Source& source, const RunContext& context) {
  Clip clip{source, Kind::video, context};
  const auto frame = media::ff::make_frame();
  std::vector<Seconds> starts;
  while (clip.read(*frame)) {
    starts.push_back(start_of(*frame, clip.stream(), starts));
    context.observer->on_progress({Stage::probe, static_cast<std::int64_t>(starts.size()), std::nullopt, "frames"});
  }
  if (starts.empty()) throw Error{ErrorCode::media, source.name(), "no frame of it can be decoded"};
  std::sort(starts.begin(), starts.end());
  std::vector<Rational> claimed;
  for (const AVRational rate : {clip.stream().avg_frame_rate, clip.stream().r_frame_rate}) {
    if (rate.num > 0 && rate.den > 0) claimed.push_back(from_av(rate));
  }
  DecodedVideo video;
  video.grid = lay_on_grid(starts, claimed);
  video.frames = static_cast<std::int64_t>(starts.size());
  video.seconds = Rational{video.grid.frames} / video.grid.fps;
  return video;
}

DecodedAudio decode_audio_facts(const Source& source, const RunContext& context) {
  Clip clip{source, Kind::audio, context};
  const auto frame = media::ff::make_frame();
  DecodedAudio audio;
  while (clip.read(*frame)) {
    if (audio.sample_rate == 0) {
      audio.sample_rate = frame->sample_rate;
      audio.channels = frame->ch_layout.nb_channels;
    }
    audio.samples += frame->nb_samples;
    audio.seconds = audio.seconds + Rational{frame->nb_samples, std::max(frame->sample_rate, 1)};
    audio.peak = std::max(audio.peak, peak_of(*frame));
  }
  if (audio.samples == 0) throw Error{ErrorCode::media, source.name(), "no audio of it can be decoded"};
  return audio;
}

Seconds longest(const std::vector<Measure>& measures) {
  Seconds most;
  for (const auto& measure : measures) most = std::max(most, measure.seconds);
  return most;
}

}  // namespace react1::sandbox
