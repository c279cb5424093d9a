// SPDX-License-Identifier: Apache-2.0
// The sizes of a stream's pictures, from their headers alone: cameras are rotated and calls begin small.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

extern "C" {
#include <libavformat/avformat.h>
}

#include <react1/media_info.hpp>

#include "media/ff/handles.hpp"
#include "media/stream/parameter_watch.hpp"

namespace react1::media {

/// Reads the size of every picture that has one: VP8 and VP9 by their frame headers (VP9 may change its size between
/// key frames), the others at key frames by FFmpeg's parsers. Nothing is decoded. One thread at a time.
class SizeWatch {
 public:
  explicit SizeWatch(const AVStream& stream);

  void look(const AVPacket& packet);
  /// Coded sizes by time, where they change; `origin` (ticks) becomes time 0. Empty when the stream has one size only,
  /// and that is `video`'s.
  [[nodiscard]] std::vector<PictureSize> sizes(const VideoInfo& video, std::int64_t origin) const;

 private:
  struct Size {
    int width = 0, height = 0;
    friend bool operator==(const Size&, const Size&) = default;
  };
  [[nodiscard]] std::optional<Size> by_parser(const AVPacket& packet);
  [[nodiscard]] std::optional<Size> of_vp9(const std::uint8_t* data, std::size_t size);
  [[nodiscard]] std::optional<Size> of_vp9_frame(const std::uint8_t* data, std::size_t size);

  using Parser = std::unique_ptr<AVCodecParserContext, ff::FreeByValue<AVCodecParserContext, av_parser_close>>;
  int index_;
  AVCodecID codec_;
  Rational tick_;
  ff::CodecContext context_;  // null: the codec needs no parser, or has none
  Parser parser_;
  std::array<Size, 8> references_{};    // VP9: the size in each slot
  std::map<std::int64_t, Size> sizes_;  // by presentation time; only where the size differs from the packet before
  std::optional<Size> latest_;
};

/// Detects both kinds of change of a stream's picture from its packets.
class PictureWatch {
 public:
  explicit PictureWatch(const AVStream& stream) : parameters_(stream), sizes_(stream) {}

  void look(const AVPacket& packet) {
    parameters_.look(packet);
    sizes_.look(packet);
  }
  /// Sets parameters_change and sizes; `origin`: ticks of the first shown frame.
  void tell(VideoInfo& video, std::int64_t origin) const {
    video.parameters_change = parameters_.changed();
    video.sizes = sizes_.sizes(video, origin);
  }

 private:
  ParameterWatch parameters_;
  SizeWatch sizes_;
};

}  // namespace react1::media
