// SPDX-License-Identifier: Apache-2.0
#include "media/check/clip_reading.hpp"

#include <algorithm>
#include <new>
#include <string>
#include <utility>

extern "C" {
#include <libavutil/intreadwrite.h>
}

#include "media/ff/check.hpp"
#include "media/format/h264_units.hpp"
#include "media/stream/damage.hpp"
#include "media/stream/stream_choice.hpp"

namespace react1::media {
namespace {

bool is_measured(const AVStream& stream) {
  const AVMediaType type = stream.codecpar->codec_type;
  return (type == AVMEDIA_TYPE_VIDEO || type == AVMEDIA_TYPE_AUDIO) && !is_picture(stream);
}

bool can_be_counted(const AVCodecParameters& codec) {
  return codec.codec_id == AV_CODEC_ID_H264 && nal_length_size(codec) > 0;
}

/// The picture's properties, from the parameter sets instead of a decoder.
void learn_picture(AVStream& stream, const AVPacket& packet) {
  AVCodecParameters& codec = *stream.codecpar;
  const ff::CodecContext context{avcodec_alloc_context3(nullptr)};
  if (!context) throw std::bad_alloc{};
  const std::unique_ptr<AVCodecParserContext, ff::FreeByValue<AVCodecParserContext, av_parser_close>> parser{
      av_parser_init(codec.codec_id)};
  if (!parser || avcodec_parameters_to_context(context.get(), &codec) < 0) return;
  parser->flags |= PARSER_FLAG_COMPLETE_FRAMES;
  std::uint8_t* unused = nullptr;
  int unused_size = 0;
  av_parser_parse2(parser.get(), context.get(), &unused, &unused_size, packet.data, packet.size, packet.pts, packet.dts,
                   packet.pos);
  codec.format = parser->format;
}

[[noreturn]] void refuse(const Demuxer& demuxer, std::string detail) {
  throw DamageFound{demuxer.name(), "the clip is damaged, so its length can't be proved",
                    Error::Extra{.detail = std::move(detail)}};
}

}  // namespace

StreamReading::StreamReading(AVStream& stream, const ReadingOptions& options, const std::string& where)
    : stream_(stream), tick_(ff::from_av(stream.time_base)), intervals_(tick_) {
  if (!is_measured(stream)) return;
  survey_.emplace(stream);
  if (can_be_counted(*stream.codecpar) && !options.decode_pictures) return;
  decoder_ = std::make_unique<Decoder>(stream, /*threads=*/0, where);
  if (options.keep_padding) decoder_->context().flags2 |= AV_CODEC_FLAG2_SKIP_MANUAL;
}

void StreamReading::add(const AVPacket* packet, AVFrame& scratch) {
  if (packet != nullptr) {
    survey_->add(*packet);
    durations_ += std::max<std::int64_t>(packet->duration, 0);
    if ((packet->flags & AV_PKT_FLAG_DISCARD) == 0) ++shown_;
    const std::int64_t time = packet->pts != AV_NOPTS_VALUE ? packet->pts : packet->dts;
    if (time != AV_NOPTS_VALUE && (packet->flags & AV_PKT_FLAG_DISCARD) == 0) {
      first_ = std::min(first_.value_or(time), time);
      end_ = std::max(end_.value_or(time), time + std::max<std::int64_t>(packet->duration, 0));
      if (packet->duration > 0) last_frame_ticks_ = packet->duration;
    }
  }
  if (decoder_) {
    decoder_->decode(packet, scratch, [&](const AVFrame& frame) { add_frame(frame); });
    if (packet == nullptr && stream_.codecpar->format < 0) stream_.codecpar->format = decoder_->context().pix_fmt;
  } else if (packet != nullptr) {
    count_picture(*packet);
  }
}

void StreamReading::count_picture(const AVPacket& packet) {
  const AVCodecParameters& codec = *stream_.codecpar;
  const auto pictures = count_pictures({packet.data, static_cast<std::size_t>(packet.size)}, nal_length_size(codec));
  const bool is_one = pictures == 1 && packet.pts != AV_NOPTS_VALUE && (packet.flags & AV_PKT_FLAG_CORRUPT) == 0 &&
                      av_packet_get_side_data(&packet, AV_PKT_DATA_NEW_EXTRADATA, nullptr) == nullptr;
  needs_decoding_ = needs_decoding_ || !is_one;
  if (codec.format < 0) learn_picture(stream_, packet);
  if ((packet.flags & AV_PKT_FLAG_DISCARD) == 0) add_picture(packet.pts);
}

void StreamReading::add_frame(const AVFrame& frame) {
  frame.nb_samples > 0 ? add_samples(frame) : add_picture(frame.best_effort_timestamp);
}

void StreamReading::add_samples(const AVFrame& frame) {
  samples_ += frame.nb_samples;
  if (frame.sample_rate <= 0) return;
  samples_s_ = samples_s_ + Rational{frame.nb_samples, frame.sample_rate};
  // Reported when padding is kept: what a player would have dropped.
  const AVFrameSideData* skip = av_frame_get_side_data(&frame, AV_FRAME_DATA_SKIP_SAMPLES);
  if (skip == nullptr || skip->size < 8) return;
  const std::int64_t dropped = std::int64_t{AV_RL32(skip->data)} + AV_RL32(skip->data + 4);
  skipped_ += dropped;
  skipped_s_ = skipped_s_ + Rational{dropped, frame.sample_rate};
}

void StreamReading::add_picture(std::int64_t time) {
  ++frames_;
  if (time == AV_NOPTS_VALUE) return;
  first_frame_ = std::min(first_frame_.value_or(time), time);
  last_frame_ = std::max(last_frame_.value_or(time), time);
  intervals_.add(time);
}

std::int64_t StreamReading::missing_pictures() const noexcept {
  const bool decoded = decoder_ && stream_.codecpar->codec_id == AV_CODEC_ID_H264;  // others may hide pictures
  return decoded ? std::max<std::int64_t>(shown_ - frames_, 0) : 0;
}

Seconds StreamReading::pictures_duration() {
  intervals_.finish();
  const FrameRate rate = frame_rate(intervals_.timing(), tick_, /*hint=*/0);
  const std::int64_t last = rate.median_ticks > 0 ? rate.median_ticks : last_frame_ticks_;
  const Seconds span = first_frame_ ? Rational{*last_frame_ - *first_frame_ + last} * tick_ : Rational{0};
  // The larger of the two: a reader may multiply, or may look at the times.
  return rate.fps > 0 ? std::max(Rational{frames_} / rate.fps, rate.vfr ? span : Rational{0}) : span;
}

StreamReading::Decoded StreamReading::decoded() {
  if (frames_ > 0) {
    const Seconds pictures = pictures_duration();
    return {.shown = pictures, .all = pictures};
  }
  return {.shown = std::max(samples_s_ - skipped_s_, Seconds(0)),
          .all = samples_s_,
          .shown_samples = std::max<std::int64_t>(samples_ - skipped_, 0)};
}

std::vector<StreamReading> read_clip(Demuxer& demuxer, const ReadingOptions& options, const RunContext& context) {
  std::vector<StreamReading> streams;
  streams.reserve(static_cast<std::size_t>(demuxer.stream_count()));
  for (int i = 0; i < demuxer.stream_count(); ++i) streams.emplace_back(demuxer.stream(i), options, demuxer.name());
  const ff::Packet packet = ff::make_packet();
  const ff::Frame frame = ff::make_frame();
  while (demuxer.read(*packet)) {
    context.throw_if_stopped();
    const auto at = static_cast<std::size_t>(packet->stream_index);
    if (at < streams.size() && streams[at].is_read()) streams[at].add(packet.get(), *frame);
  }
  std::int64_t damaged = 0;
  for (StreamReading& stream : streams) {
    if (!stream.is_read()) continue;
    stream.add(nullptr, *frame);
    damaged += stream.damaged();
  }
  if (demuxer.damage()) refuse(demuxer, *demuxer.damage());
  if (damaged > 0) refuse(demuxer, std::to_string(damaged) + " packets can't be decoded");
  for (const StreamReading& stream : streams) {
    if (stream.missing_pictures() > 0) {
      refuse(demuxer, std::to_string(stream.missing_pictures()) + " pictures don't come out of the decoder");
    }
  }
  return streams;
}

}  // namespace react1::media
