// SPDX-License-Identifier: Apache-2.0
// Pictures → H.264 packets for the service: High, closed groups, no B-frames, BT.709.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "media/ff/handles.hpp"

#include <react1/media.hpp>

namespace react1::media {

/// One H.264 stream by libx264. One thread at a time (the encoder's own threads are inside).
class VideoEncoder {
 public:
  /// Receives each packet; times in time_base(). It takes over the content.
  using Sink = std::function<void(AVPacket&)>;

  /// Size, rate, crf and preset come from the plan. Throws Error{media} when FFmpeg has no libx264 or refuses them.
  VideoEncoder(const VideoPlan& plan, std::string where);

  /// Encodes `frame` (yuv420p of the plan's size, BT.709 limited) as output frame number `tick`. The same frame may be
  /// given for several ticks; only its timestamp and type are changed.
  void encode(AVFrame& frame, std::int64_t tick, const Sink& sink);
  /// Delivers the remaining packets.
  void finish(const Sink& sink);

  [[nodiscard]] ff::CodecParameters parameters() const;
  /// 1 / (fps numerator): every frame lasts the fps denominator's ticks exactly.
  [[nodiscard]] AVRational time_base() const noexcept { return time_base_; }

 private:
  void drain(const Sink& sink);
  void strip(const Sink& sink);

  std::string where_;
  AVRational time_base_{1, 1};
  std::int64_t ticks_per_frame_ = 1;
  ff::CodecContext context_;
  ff::BitstreamFilter without_sei_;
  ff::Packet packet_;
};

}  // namespace react1::media
