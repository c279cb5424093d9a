// SPDX-License-Identifier: Apache-2.0
// The packets of one video stream from the start of a plan's window on, and how far they can be copied.
#pragma once

#include <cstdint>
#include <string>

#include <react1/media.hpp>

#include "media/source/clip_input.hpp"
#include "media/stream/demuxer.hpp"

namespace react1::media {

/// Reads packets in decode order, the one that shows the window's first frame being the first. A window that starts
/// with the clip starts with its first packet.
class VideoPackets {
 public:
  VideoPackets(const Source& source, const VideoInfo& video, const VideoPlan& plan, const DemuxerOptions& options,
               const RunContext& context);

  /// False at the end, or when the window's first frame has no packet of its own.
  [[nodiscard]] bool read(AVPacket& packet);
  /// Number of the frame that `packet` shows, counted from the window's start; negative before it. Constant rates only.
  [[nodiscard]] std::int64_t frame_of(const AVPacket& packet) const;
  [[nodiscard]] Demuxer& demuxer() noexcept { return demuxer_; }

 private:
  [[nodiscard]] bool is_first(const AVPacket& packet) const;

  Demuxer demuxer_;
  bool started_;
  Rational fps_;
  Seconds start_s_;  // on the file's timeline
  Rational time_base_;
};

/// How many frames can be copied from the window's start so that the packets are a closed prefix: in decode order none
/// is left out, and in display order none is missing.
struct Copyable {
  std::int64_t frames = 0;
  std::string obstacle;  ///< why none: a sentence, or empty
};
/// H.264 of a constant rate; reads no further than the plan's window. Throws what Demuxer throws.
[[nodiscard]] Copyable find_closed_prefix(const ClipInput& input, const VideoPlan& plan, const RunContext& context);

/// An H.264 packet whose picture resets the decoder (IDR), so that later pictures do not depend on earlier ones.
/// `length_size` as in the stream's avcC extradata: 1, 2 or 4; 0 for start codes (Annex B).
[[nodiscard]] bool is_idr(const std::uint8_t* data, std::size_t size, int length_size) noexcept;

}  // namespace react1::media
