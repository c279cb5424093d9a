// SPDX-License-Identifier: Apache-2.0
#include "media/picture/frame_window.hpp"

#include <algorithm>
#include <array>

#include "media/ff/check.hpp"
#include "media/stream/decoder.hpp"
#include "media/stream/demuxer.hpp"

namespace react1::media {
namespace {

class WindowReader {
 public:
  WindowReader(const Source& source, int index, const SourceOptions& options, const RunContext& context,
               const std::optional<Seconds>& origin_s)
      : context_(context),
        demuxer_(source, DemuxerOptions::from(options), context),
        stream_(demuxer_.stream(index)),
        decoder_(stream_, /*threads=*/0, demuxer_.name(), options),
        tick_(ff::from_av(stream_.time_base)) {
    const std::array wanted{index};
    demuxer_.select(wanted);
    if (origin_s) first_ = (*origin_s / tick_).round();
  }

  std::int64_t run(const Seconds& start_s, const std::optional<Seconds>& end_s, const FrameSink& sink) {
    const ff::Packet packet = ff::make_packet();
    const ff::Frame frame = ff::make_frame();
    bool go_on = true;
    const auto take = [&](const AVFrame& decoded) {
      if (!go_on) return false;
      const Seconds time = time_of(decoded);
      if (seek_if_worthwhile(start_s, time)) return false;
      if (time < start_s && time + frame_length() <= start_s) return true;
      go_on = (!end_s || time < *end_s) && sink(decoded, time);
      return go_on;
    };
    while (go_on && demuxer_.read(*packet)) {
      context_.throw_if_stopped();
      decoder_.decode(packet.get(), *frame, take);
    }
    while (go_on && !drained_) {
      drained_ = true;  // unless a seek needs more
      decoder_.decode(nullptr, *frame, take);
      while (go_on && !drained_ && demuxer_.read(*packet)) decoder_.decode(packet.get(), *frame, take);
    }
    return decoder_.damaged();
  }

 private:
  /// Relative to the first frame. A frame without a time follows the one before it.
  Seconds time_of(const AVFrame& frame) {
    if (frame.best_effort_timestamp != AV_NOPTS_VALUE) {
      if (!first_) first_ = frame.best_effort_timestamp;
      next_ = Rational{frame.best_effort_timestamp - *first_} * tick_;
    }
    const Seconds time = next_;
    next_ = next_ + frame_length();
    return time;
  }

  /// By the stream's rate: frames carry no length of their own.
  [[nodiscard]] Seconds frame_length() const {
    const AVRational rate = stream_.avg_frame_rate;
    return rate.num > 0 && rate.den > 0 ? Rational{1} / ff::from_av(rate) : Rational{1, 25};
  }

  /// Once, at the first frame (only then its time is known): goes near a far window's start. Formats that estimate
  /// positions from the bit rate report a wrong position after a seek, so those are decoded from the start.
  bool seek_if_worthwhile(const Seconds& start_s, const Seconds& time) {
    if (considered_seek_) return false;
    considered_seek_ = true;
    const AVFormatContext& format = demuxer_.format();
    const bool exact = (format.iformat->flags & (AVFMT_GENERIC_INDEX | AVFMT_NOTIMESTAMPS | AVFMT_TS_DISCONT)) == 0;
    const bool seekable = format.pb != nullptr && (format.pb->seekable & AVIO_SEEKABLE_NORMAL) != 0;
    if (!first_ || !exact || !seekable || start_s < time + 3) return false;
    // A second early: a key frame's decode time is before its presentation time, and seeking uses the former.
    const Seconds target = start_s - 1;
    demuxer_.seek(stream_.index, *first_ + (target / tick_).floor());
    decoder_.flush();
    drained_ = false;
    return true;
  }

  const RunContext& context_;
  Demuxer demuxer_;
  AVStream& stream_;
  Decoder decoder_;
  Rational tick_;
  std::optional<std::int64_t> first_;
  Seconds next_;
  bool considered_seek_ = false;
  bool drained_ = false;
};

}  // namespace

std::optional<Seconds> picture_origin(const VideoInfo& video) {
  const bool timed = video.duration_source == FactSource::packets || video.duration_source == FactSource::sample_table;
  return timed ? std::optional(video.start_s) : std::nullopt;
}

std::int64_t for_each_frame(const Source& source, int index, const Seconds& start_s,
                            const std::optional<Seconds>& end_s, const SourceOptions& options,
                            const RunContext& context, const FrameSink& sink, const std::optional<Seconds>& origin_s) {
  return WindowReader{source, index, options, context, origin_s}.run(start_s, end_s, sink);
}

}  // namespace react1::media
