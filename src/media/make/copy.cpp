// SPDX-License-Identifier: Apache-2.0
#include "media/make/copy.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>

extern "C" {
#include <libavutil/intreadwrite.h>
}

#include "media/ff/check.hpp"
#include "media/picture/video_packets.hpp"
#include "media/stream/damage.hpp"
#include "media/stream/decoder.hpp"
#include "media/stream/demuxer.hpp"
#include "media/stream/muxer.hpp"
#include "media/stream/packet_length.hpp"

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
  /// Every packet is one frame, so its number is its decoding time. Matroska stores none, and
  /// FFmpeg's estimates begin with a gap.
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

/// Reads the packets that a remux or a cut consists of, on the result's timeline.
class CopiedPackets {
 public:
  CopiedPackets(const ClipInput& input, const VideoPlan& plan, const RunContext& context)
      : packets_(input.source, require_video(input.info), plan, DemuxerOptions::from(input.limits), context),
        retimer_(*input.info.video, plan, stream(plan)),
        // A cut ends in the middle of the file; a remux takes all packets, so that a file longer than probed is
        // detected.
        whole_(plan.action == ClipAction::remux),
        wanted_(whole_ ? input.info.video->frames : plan.frames) {}

  [[nodiscard]] const AVStream& stream(const VideoPlan& plan) { return packets_.demuxer().stream(plan.stream_index); }
  [[nodiscard]] AVRational time_base() const noexcept { return retimer_.time_base(); }
  [[nodiscard]] const std::string& name() { return packets_.demuxer().name(); }
  [[nodiscard]] std::int64_t wanted() const noexcept { return wanted_; }
  [[nodiscard]] std::int64_t count() const noexcept { return count_; }

  /// False at the end. Throws Error{media} for a packet that can't be copied and for an early end.
  bool read(AVPacket& packet) {
    if ((!whole_ && count_ == wanted_) || !packets_.read(packet)) {
      require_all();
      return false;
    }
    if (!retimer_.apply(packet)) {
      throw Error(ErrorCode::media, name(),
                  fmt::format("packet {} has a timestamp that can't be put into MP4", count_ + 1),
                  {.hint = "use --reencode auto, or export the file again"});
    }
    ++count_;
    return true;
  }

 private:
  static const VideoInfo& require_video(const MediaInfo& info) {
    if (!info.video) throw Error(ErrorCode::internal, info.path, "a video plan was made for a file without video");
    return *info.video;
  }

  void require_all() {
    const std::optional<std::string>& damage = packets_.demuxer().damage();
    if (!damage && count_ >= wanted_) return;
    throw DamageFound(name(),
                      fmt::format("{} of {} frames can be read; the file is truncated or damaged", count_, wanted_),
                      {.detail = damage.value_or(""), .hint = "copy or export the file again"});
  }

  VideoPackets packets_;
  Retimer retimer_;
  bool whole_;
  std::int64_t wanted_;
  std::int64_t count_ = 0;
};

/// Decodes copied packets only to find damage.
class PictureCheck {
 public:
  PictureCheck(const AVStream& stream, std::string name) : name_(std::move(name)), decoder_(stream, 0, name_) {}

  /// nullptr ends the stream.
  void add(const AVPacket* packet) {
    decoder_.decode(packet, *frame_, [](const AVFrame&) {});
  }
  void require_whole(std::int64_t packets) const {
    if (decoder_.damaged() == 0 && decoder_.frames() >= packets) return;
    throw DamageFound(
        name_, "its pictures can't all be decoded",
        {.detail = fmt::format("{} are damaged, {} of {} come", decoder_.damaged(), decoder_.frames(), packets)});
  }

 private:
  std::string name_;
  Decoder decoder_;
  ff::Frame frame_ = ff::make_frame();
};

/// Like the later decoding of the made clip: every stored picture, shown or not.
void check_bytes(const ClipInput& input, const VideoPlan& plan, const RunContext& context) {
  DemuxerOptions as_stored = DemuxerOptions::from(input.limits);
  as_stored.ignore_edit_list = as_stored.header_is_enough = as_stored.packets_as_stored = true;
  Demuxer demuxer(input.source, as_stored, context);
  const std::array chosen{plan.stream_index};
  demuxer.select(chosen);
  PictureCheck pictures(demuxer.stream(plan.stream_index), demuxer.name());
  const ff::Packet packet = ff::make_packet();
  std::int64_t packets = 0;
  for (; demuxer.read(*packet); ++packets) {
    context.throw_if_stopped();
    pictures.add(packet.get());
  }
  pictures.add(nullptr);
  if (demuxer.damage()) throw DamageFound(demuxer.name(), "the file ends too early", {.detail = *demuxer.damage()});
  pictures.require_whole(packets);
}

}  // namespace

void check_video_copy(const ClipInput& input, const VideoPlan& plan, const RunContext& context) {
  const RunContext quiet{.stop = context.stop, .job_id = context.job_id};
  const bool decode = plan.copy_check == CopyCheck::decode;
  if (plan.action == ClipAction::passthrough) {
    if (decode) check_bytes(input, plan, quiet);
    return;
  }
  CopiedPackets packets(input, plan, quiet);
  std::optional<PictureCheck> pictures;
  if (decode) pictures.emplace(packets.stream(plan), packets.name());
  const ff::Packet packet = ff::make_packet();
  while (packets.read(*packet)) {
    context.throw_if_stopped();
    if (pictures) pictures->add(packet.get());
  }
  if (!pictures) return;
  pictures->add(nullptr);
  pictures->require_whole(packets.count());
}

void copy_video_packets(const ClipInput& input, const VideoPlan& plan, const std::filesystem::path& file,
                        const RunContext& context) {
  const RunContext quiet{.stop = context.stop, .job_id = context.job_id};
  CopiedPackets packets(input, plan, quiet);
  Muxer muxer(file, Container::mp4);
  muxer.add_stream(*packets.stream(plan).codecpar, packets.time_base());
  muxer.start(/*reordered=*/input.info.video->has_b_frames);
  const ff::Packet packet = ff::make_packet();
  while (packets.read(*packet)) {
    muxer.write(*packet);
    context.observer->on_progress({Stage::prepare, packets.count(), packets.wanted(), "frames"});
  }
  muxer.finish();
}

namespace {

/// The packet's side data with the samples to skip: little-endian counts, at 0 from the start and at
/// 4 from the end.
std::uint8_t* skip_of(AVPacket& packet) {
  constexpr std::size_t side_data_size = 10;
  std::size_t size = 0;
  std::uint8_t* skip = av_packet_get_side_data(&packet, AV_PKT_DATA_SKIP_SAMPLES, &size);
  if (skip != nullptr && size >= side_data_size) return skip;
  skip = av_packet_new_side_data(&packet, AV_PKT_DATA_SKIP_SAMPLES, side_data_size);
  if (skip == nullptr) throw std::bad_alloc{};
  std::fill_n(skip, side_data_size, std::uint8_t{0});
  return skip;
}

/// An edit list may hide whole packets. They are copied as well,
/// and FFmpeg's muxer takes the tag's delay from the first packet, which does not include the hidden packets.
void mark_priming(AVPacket& first, std::int64_t samples) {
  AV_WL32(skip_of(first), static_cast<std::uint32_t>(samples));
}

/// A container may end its last packet before the packet's samples end; in an MP3 file the tag has to record that.
void mark_end_padding(AVPacket& packet, std::int64_t samples) {
  if (samples <= 0) return;
  std::uint8_t* skip = skip_of(packet);
  AV_WL32(skip + 4, std::max(AV_RL32(skip + 4), static_cast<std::uint32_t>(samples)));
}

}  // namespace

void copy_audio_packets(const ClipInput& input, const AudioPlan& plan, const std::filesystem::path& file,
                        const RunContext& context) {
  if (!input.info.audio)
    throw Error(ErrorCode::internal, input.info.path, "an audio plan was made for a file without sound");
  const RunContext quiet{.stop = context.stop, .job_id = context.job_id};
  Demuxer demuxer(input.source, DemuxerOptions::from(input.limits), quiet);
  const std::array chosen{plan.stream_index};
  demuxer.select(chosen);
  const AVStream& stream = demuxer.stream(plan.stream_index);
  const std::int64_t priming = input.info.audio->priming;
  // FFmpeg's tag always has a delay.
  Muxer muxer(file, priming > 0 ? Container::mp3 : Container::mp3_without_tag);
  muxer.add_stream(*stream.codecpar, stream.time_base);
  muxer.start(/*reordered=*/false);
  const bool whole = plan.action != ClipAction::cut;
  const ff::Packet packet = ff::make_packet();
  ff::Packet latest = ff::make_packet();  // written once the next packet is known
  PacketLength length(stream);
  std::int64_t packets = 0;
  while ((whole || packets < plan.packets) && demuxer.read(*packet)) {
    if (packets > 0) muxer.write(*latest);
    (void)length.samples_in(*packet);
    if (packets == 0 && priming > 0) mark_priming(*packet, priming);
    av_packet_move_ref(latest.get(), packet.get());
    ++packets;
    context.observer->on_progress(
        {Stage::prepare, packets, whole ? std::nullopt : std::optional(plan.packets), "packets"});
  }
  if (whole) mark_end_padding(*latest, length.cut_from_last());
  if (packets > 0) muxer.write(*latest);
  if (demuxer.damage() || (!whole && packets < plan.packets)) {
    throw Error(ErrorCode::media, demuxer.name(), "the sound ends before the file does; it is damaged",
                {.detail = demuxer.damage().value_or(""), .hint = "copy or export the file again"});
  }
  muxer.finish();
}

}  // namespace react1::media
