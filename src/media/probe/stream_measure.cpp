// SPDX-License-Identifier: Apache-2.0
#include "media/probe/stream_measure.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <string_view>

extern "C" {
#include <libavutil/channel_layout.h>
#include <libavutil/samplefmt.h>
}

#include "media/ff/check.hpp"
#include "media/stream/measured_rate.hpp"

namespace react1::media {
namespace {

/// A header's average rate, which only breaks ties; 0 when there is none.
Rational average_rate(const AVStream& stream) {
  const AVRational rate = stream.avg_frame_rate;
  return rate.num > 0 && rate.den > 0 ? ff::from_av(rate) : Rational{0};
}

/// First frame's start to last frame's end.
Seconds video_duration(const VideoInfo& video, const StreamSurvey& survey, const FrameRate& rate,
                       const Rational& tick) {
  if (!survey.first || !survey.last) return video.fps > 0 ? Rational{video.frames} / video.fps : Rational{0};
  const std::int64_t last = survey.last_duration > 0 ? survey.last_duration : rate.median_ticks;
  const Seconds span = Rational{*survey.last + last - *survey.first} * tick;
  if (video.vfr || rate.fps == 0) return span;
  // A constant rate's exact length, when the measured one is the same but for the rounding of its timestamps.
  const Seconds exact = Rational{video.frames} / rate.fps;
  const Seconds rounding = std::max(Rational{2} * tick, Rational{1, 500});
  return abs(exact - span) <= rounding ? exact : span;
}

std::string layout_name(const AVChannelLayout& layout) {
  AVChannelLayout named{};
  // One and two channels are unambiguous; more without a layout may be anything.
  if (layout.order == AV_CHANNEL_ORDER_UNSPEC && layout.nb_channels <= 2) {
    av_channel_layout_default(&named, layout.nb_channels);
  } else if (av_channel_layout_copy(&named, &layout) < 0) {
    return {};
  }
  std::array<char, 128> text{};
  const int rc = av_channel_layout_describe(&named, text.data(), text.size());
  av_channel_layout_uninit(&named);
  return rc > 0 ? std::string{text.data()} : std::string{};
}

}  // namespace

void measure_video(VideoInfo& video, const StreamSurvey& survey, const AVStream& stream, const HeaderClaim& header) {
  const Rational tick = ff::from_av(stream.time_base);
  const FrameRate rate = frame_rate(survey.timing, tick, average_rate(stream));
  video.frames = survey.shown;
  video.fps = rate.fps;
  video.vfr = rate.vfr;
  video.coarse_times = !rate.vfr && ticks_hide_places(rate.fps, tick);
  if (video.fps == 0 && video.frames >= 2) {
    // A raw stream without any time. Its packets last as long as its own header says; FFmpeg from 7.1 on puts 25 into
    // the average rate whatever that is, and it plays a stream without a rate at 25.
    const bool is_told = survey.durations > 0 && survey.without_duration == 0;
    const Rational rate_told =
        is_told ? Rational{survey.shown} / (Rational{survey.durations} * tick) : average_rate(stream);
    video.fps = rate_told > 0 ? rate_told : Rational{25};
    video.fps_source = rate_told > 0 ? FactSource::stream_header : FactSource::assumed;
    video.duration_source = video.fps_source;
  }
  // Raw streams and AVI with B-frames store no presentation times: decoding times give the rate, not a frame's
  // position.
  if (survey.times_are_dts) video.duration_source = FactSource::assumed;
  video.has_b_frames = survey.reordered;
  video.starts_with_key_frame = survey.first_is_key;
  // A program stream gives presentation times to some packets only; its first picture is shown at the first of those.
  const bool by_decoding = survey.times_are_dts && survey.first_shown;
  video.start_s = Rational{by_decoding ? *survey.first_shown : survey.first.value_or(0)} * tick;
  video.duration_s = video_duration(video, survey, rate, tick);
  if (header.duration) video.header_duration_s = Rational{*header.duration} * tick;
  video.header_frames = header.frames;
}

std::optional<std::int64_t> samples_from_packets(const StreamSurvey& survey, const AVStream& stream,
                                                 const std::string& format) {
  // No index, no tag, no total: only the decoder knows each packet's length.
  const bool raw = format == "aac" || format == "loas" || (format == "mp3" && survey.skip_start == 0);
  // What a packet of these gives depends on the one before it.
  constexpr std::array overlapping{AV_CODEC_ID_VORBIS, AV_CODEC_ID_WMAV1, AV_CODEC_ID_WMAV2, AV_CODEC_ID_WMAPRO};
  const bool overlaps =
      std::find(overlapping.begin(), overlapping.end(), stream.codecpar->codec_id) != overlapping.end();
  if (raw || overlaps || survey.shown == 0) return std::nullopt;
  // Recordings that were joined may each begin with what a decoder drops.
  const bool in_doubt = !survey.timeline.plausible || survey.timeline.restarts;
  if (survey.unknown_lengths > 0 || in_doubt) return std::nullopt;
  const std::int64_t dropped_first = std::max(priming_of(survey, stream), survey.samples_not_shown);
  return std::max<std::int64_t>(survey.samples - dropped_first - survey.skip_end, 0);
}

AudioInfo audio_parameters(const StreamSurvey& survey, const AVStream& stream, const HeaderClaim& header) {
  const AVCodecParameters& codec = *stream.codecpar;
  const Rational tick = ff::from_av(stream.time_base);
  AudioInfo audio;
  audio.index = stream.index;
  audio.codec = avcodec_get_name(codec.codec_id);
  audio.sample_rate = codec.sample_rate;
  audio.channels = codec.ch_layout.nb_channels;
  audio.layout = layout_name(codec.ch_layout);
  const char* sample_format = av_get_sample_fmt_name(static_cast<AVSampleFormat>(codec.format));
  if (sample_format != nullptr) audio.sample_fmt = sample_format;
  audio.priming = priming_of(survey, stream);
  // The first shown packet gives the start, and the priming in the packets before it.
  const bool leads_in =
      survey.samples_not_shown > 0 && survey.first && survey.first_time && *survey.first > *survey.first_time;
  const std::int64_t first = leads_in ? *survey.first : survey.first_time.value_or(survey.first.value_or(0));
  const std::int64_t primed =
      leads_in ? std::max<std::int64_t>(audio.priming - survey.samples_not_shown, 0) : audio.priming;
  audio.start_s = Rational{first} * tick;
  if (codec.sample_rate > 0) audio.start_s = audio.start_s + Rational{primed, codec.sample_rate};
  if (header.duration) audio.header_duration_s = Rational{*header.duration} * tick;
  // Packets that an edit list hides as a whole may hold more than what is to be skipped.
  audio.priming = std::max(audio.priming, survey.samples_not_shown);
  return audio;
}

void take_timeline(AudioInfo& audio, const SoundTimelineFit::Result& timeline) {
  audio.clock_restarts = timeline.restarts;
  if (timeline.plausible) {
    audio.pieces = timeline.pieces;
    if (timeline.first_is_off) audio.start_s = audio.start_s + timeline.first_is_early;
    if (!timeline.first_is_off) audio.timestamp_bias_s = timeline.first_is_early;
  }
  if (audio.sample_rate > 0) audio.duration_s = SoundTimeline(audio).end_time_of(audio.samples);
}

}  // namespace react1::media
