// SPDX-License-Identifier: Apache-2.0
#include "media/picture/video_packets.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <iterator>
#include <vector>

#include "media/ff/check.hpp"
#include "media/ff/handles.hpp"
#include "media/format/h264_units.hpp"
#include "media/stream/parameter_watch.hpp"

#include <react1/error.hpp>

namespace react1::media {
namespace {

/// H.264 reorders by at most 16 frames (max_dec_frame_buffering), so no later packet can fill a hole.
constexpr std::int64_t deepest_reorder = 16;

bool is_idr_unit(std::uint8_t header) {
  constexpr int type_mask = 0x1f;
  constexpr int idr_slice = 5;
  return (header & type_mask) == idr_slice;
}

bool has_idr_after_start_code(const std::uint8_t* data, std::size_t size) {
  for (std::size_t i = 0; i + 3 < size; ++i) {
    if (data[i] == 0 && data[i + 1] == 0 && data[i + 2] == 1 && is_idr_unit(data[i + 3])) return true;
  }
  return false;
}

/// Which frames the packets so far show.
class Prefix {
 public:
  /// False when the frame was seen already or is before the start: no prefix from here on.
  bool add(std::int64_t frame) {
    const auto at = static_cast<std::size_t>(frame);
    if (frame < 0 || (at < seen_.size() && seen_[at])) return false;
    if (at >= seen_.size()) seen_.resize(at + 1);
    seen_[at] = true;
    ++packets_;
    return true;
  }
  [[nodiscard]] std::int64_t packets() const noexcept { return packets_; }
  [[nodiscard]] bool is_closed() const noexcept { return std::ssize(seen_) == packets_; }

 private:
  std::vector<bool> seen_;
  std::int64_t packets_ = 0;
};

}  // namespace

bool is_idr(const std::uint8_t* data, std::size_t size, int length_size) noexcept {
  if (length_size == 0) return has_idr_after_start_code(data, size);
  const auto prefix = static_cast<std::size_t>(length_size);
  for (std::size_t at = 0; at + prefix < size;) {
    std::size_t length = 0;
    for (std::size_t i = 0; i < prefix; ++i) length = length << 8U | data[at + i];
    at += prefix;
    if (is_idr_unit(data[at])) return true;
    if (length > size - at) return false;
    at += length;
  }
  return false;
}

VideoPackets::VideoPackets(const Source& source, const VideoInfo& video, const VideoPlan& plan,
                           const DemuxerOptions& options, const RunContext& context)
    : demuxer_(source, options, context),
      started_(plan.start_s == 0),
      fps_(plan.fps),
      start_s_(video.start_s + plan.start_s) {
  const std::array chosen{plan.stream_index};
  demuxer_.select(chosen);
  const AVStream& stream = demuxer_.stream(plan.stream_index);
  time_base_ = ff::from_av(stream.time_base);
  if (!started_) demuxer_.seek(plan.stream_index, (start_s_ / time_base_).round());
}

std::int64_t VideoPackets::frame_of(const AVPacket& packet) const {
  const std::int64_t time = packet.pts != AV_NOPTS_VALUE ? packet.pts : packet.dts;
  return ((Rational(time) * time_base_ - start_s_) * fps_).round();
}

bool VideoPackets::is_first(const AVPacket& packet) const {
  return packet.pts != AV_NOPTS_VALUE && frame_of(packet) == 0;
}

bool VideoPackets::read(AVPacket& packet) {
  while (demuxer_.read(packet)) {
    if (started_ || is_first(packet)) {
      started_ = true;
      return true;
    }
    if (packet.dts != AV_NOPTS_VALUE && Rational(packet.dts) * time_base_ > start_s_) return false;
  }
  return false;
}

Copyable find_closed_prefix(const ClipInput& input, const VideoPlan& plan, const RunContext& context) {
  if (!input.info.video) {
    throw Error(ErrorCode::internal, input.info.path, "a video plan was made for a file without video");
  }
  DemuxerOptions quick = DemuxerOptions::from(input.limits);
  quick.header_is_enough = true;  // only times and the first bytes of the pictures are read
  VideoPackets packets(input.source, *input.info.video, plan, quick, context);
  const int length_size = nal_length_size(*packets.demuxer().stream(plan.stream_index).codecpar);
  const ff::Packet packet = ff::make_packet();
  Copyable best;
  Prefix prefix;
  ParameterWatch parameters(packets.demuxer().stream(plan.stream_index));
  while (prefix.packets() < plan.frames + deepest_reorder && packets.read(*packet)) {
    if (packet->pts == AV_NOPTS_VALUE || (packet->flags & (AV_PKT_FLAG_CORRUPT | AV_PKT_FLAG_DISCARD)) != 0) break;
    parameters.look(*packet);
    if (parameters.changed()) break;  // one MP4 description can't serve both
    const std::int64_t frame = packets.frame_of(*packet);
    const bool is_first = prefix.packets() == 0;
    if (is_first && (frame != 0 || !is_idr(packet->data, static_cast<std::size_t>(packet->size), length_size))) break;
    if (!prefix.add(frame)) break;
    if (prefix.is_closed() && prefix.packets() <= plan.frames) best.frames = prefix.packets();
  }
  if (prefix.packets() == 0) {
    best.obstacle = fmt::format("No picture at {} s is one that decoding can start with.", plan.start_s.to_decimal(3));
  } else if (best.frames == 0) {
    best.obstacle = "The packets can't be cut there without leaving out a frame.";
  }
  return best;
}

}  // namespace react1::media
