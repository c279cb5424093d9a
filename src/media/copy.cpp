#include "media/copy.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "media/demuxer.hpp"
#include "media/ff/check.hpp"
#include "media/muxer.hpp"
#include "media/video_packets.hpp"

#include <react1/error.hpp>

namespace react1::media {
namespace {

/// Timestamps on the result's grid: in the rate's own ticks when it is constant, else as they are.
class Retimer {
 public:
  Retimer(const VideoInfo& video, const VideoPlan& plan, const AVStream& stream)
      : from_(ff::from_av(stream.time_base)),
        start_(video.start_s + plan.start_s),
        constant_(!video.vfr && plan.fps > 0),
        fps_(plan.fps),
        reordered_(video.has_b_frames ? stream.codecpar->video_delay : 0) {
    to_ = constant_ ? AVRational{1, ff::to_av(fps_).num} : stream.time_base;
  }
  [[nodiscard]] AVRational time_base() const noexcept { return to_; }

  /// False when the packet has no time or one that decoding order can't have.
  [[nodiscard]] bool apply(AVPacket& packet) {
    if (packet.pts == AV_NOPTS_VALUE) return false;
    if (constant_) {
      place_in_decode_order(packet);
    } else {
      packet.pts = place(packet.pts);
      packet.dts = packet.dts == AV_NOPTS_VALUE ? packet.pts : place(packet.dts);
      if (last_dts_ && packet.dts <= *last_dts_) packet.dts = *last_dts_ + 1;
    }
    last_dts_ = packet.dts;
    return packet.pts >= packet.dts;
  }

 private:
  /// Every packet is one frame, so its number is its decoding time. Matroska stores none, and those that are guessed
  /// for it begin with a gap.
  void place_in_decode_order(AVPacket& packet) {
    const std::int64_t tick = fps_.den();
    packet.pts = place(packet.pts);
    if (!last_dts_ && packet.dts != AV_NOPTS_VALUE) {
      reordered_ = std::max(reordered_, (packet.pts - place(packet.dts)) / tick);
    }
    packet.dts = last_dts_ ? *last_dts_ + tick : packet.pts - reordered_ * tick;
    packet.duration = tick;
  }

  [[nodiscard]] std::int64_t place(std::int64_t ticks) const {
    const Seconds time = Rational(ticks) * from_ - start_;
    return constant_ ? (time * fps_).round() * fps_.den() : (time / from_).round();
  }

  Rational from_;
  Seconds start_;
  bool constant_;
  Rational fps_;
  std::int64_t reordered_;  // frames by which decoding runs ahead
  AVRational to_{1, 1};
  std::optional<std::int64_t> last_dts_;
};

}  // namespace

void copy_video_packets(const Source& source, const MediaInfo& info, const VideoPlan& plan,
                        const std::filesystem::path& file, const SourceOptions& options, const RunContext& context) {
  if (!info.video) throw Error(ErrorCode::internal, info.path, "a video plan was made for a file without video");
  const VideoInfo& video = *info.video;
  const RunContext quiet{.stop = context.stop, .job_id = context.job_id};
  VideoPackets source_packets(source, video, plan, DemuxerOptions::from(options), quiet);
  Demuxer& demuxer = source_packets.demuxer();
  const AVStream& stream = demuxer.stream(plan.stream_index);
  Retimer retimer(video, plan, stream);
  Muxer muxer(file, Container::mp4);
  muxer.add_stream(*stream.codecpar, retimer.time_base());
  muxer.start(/*reordered=*/video.has_b_frames);

  // A cut ends in the middle of the file; a remux takes what comes, so that a longer file than was probed shows.
  const bool whole = plan.action == ClipAction::remux;
  const std::int64_t wanted = whole ? video.frames : plan.frames;
  const ff::Packet packet = ff::make_packet();
  std::int64_t packets = 0;
  while ((whole || packets < wanted) && source_packets.read(*packet)) {
    if (!retimer.apply(*packet)) {
      throw Error(ErrorCode::media, demuxer.name(),
                  fmt::format("packet {} has a timestamp that can't be put into MP4", packets + 1),
                  {.hint = "the file's index may be damaged; export it again"});
    }
    muxer.write(*packet);
    context.observer->on_progress({Stage::prepare, ++packets, wanted, "frames"});
  }
  if (demuxer.damage() || packets < wanted) {
    throw Error(ErrorCode::media, demuxer.name(),
                fmt::format("{} of {} frames can be read; the file is truncated or damaged", packets, wanted),
                {.detail = demuxer.damage().value_or(""), .hint = "copy or export the file again"});
  }
  muxer.finish();
}

void copy_audio_packets(const Source& source, const MediaInfo& info, const AudioPlan& plan,
                        const std::filesystem::path& file, const SourceOptions& options, const RunContext& context) {
  if (!info.audio) throw Error(ErrorCode::internal, info.path, "an audio plan was made for a file without sound");
  const RunContext quiet{.stop = context.stop, .job_id = context.job_id};
  Demuxer demuxer(source, DemuxerOptions::from(options), quiet);
  const std::array chosen{plan.stream_index};
  demuxer.select(chosen);
  const AVStream& stream = demuxer.stream(plan.stream_index);
  const std::int64_t priming = info.audio->priming;
  stream.codecpar->initial_padding = static_cast<int>(priming);  // the fresh tag repeats it
  // A tag of FFmpeg's always tells a delay.
  Muxer muxer(file, priming > 0 ? Container::mp3 : Container::mp3_without_tag);
  muxer.add_stream(*stream.codecpar, stream.time_base);
  muxer.start(/*reordered=*/false);
  const bool whole = plan.action != ClipAction::cut;
  const ff::Packet packet = ff::make_packet();
  std::int64_t packets = 0;
  while ((whole || packets < plan.packets) && demuxer.read(*packet)) {
    muxer.write(*packet);
    ++packets;
    context.observer->on_progress(
        {Stage::prepare, packets, whole ? std::nullopt : std::optional(plan.packets), "packets"});
  }
  if (demuxer.damage() || (!whole && packets < plan.packets)) {
    throw Error(ErrorCode::media, demuxer.name(), "the sound ends before the file does; it is damaged",
                {.detail = demuxer.damage().value_or(""), .hint = "copy or export the file again"});
  }
  muxer.finish();
}

}  // namespace react1::media
