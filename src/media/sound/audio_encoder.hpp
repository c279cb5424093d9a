// SPDX-License-Identifier: Apache-2.0
// Samples → MP3 packets by libmp3lame, constant bit rate.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "media/ff/handles.hpp"

#include <react1/media.hpp>

namespace react1::media {

/// One MP3 stream. One thread at a time.
class AudioEncoder {
 public:
  /// Receives each packet; times in 1 / sample_rate. It takes over the content.
  using Sink = std::function<void(AVPacket&)>;
  /// What encode() takes: planar float at the plan's rate and channels.
  static constexpr AVSampleFormat sample_format = AV_SAMPLE_FMT_FLTP;

  /// Throws Error{media} when FFmpeg has no libmp3lame or it refuses rate, channels or bit rate.
  AudioEncoder(const AudioPlan& plan, std::string where);

  /// Samples per call of encode(), but for the last, which may hold fewer.
  [[nodiscard]] int frame_size() const noexcept { return context_->frame_size; }
  void encode(AVFrame& frame, const Sink& sink);
  /// Delivers the remaining packets.
  void finish(const Sink& sink);

  [[nodiscard]] ff::CodecParameters parameters() const;
  [[nodiscard]] const AVCodecContext& context() const noexcept { return *context_; }

 private:
  void drain(const Sink& sink);

  std::string where_;
  ff::CodecContext context_;
  ff::Packet packet_;
  std::int64_t samples_ = 0;
};

}  // namespace react1::media
