// SPDX-License-Identifier: Apache-2.0
// Fragmented MP4 whose first packet was put at 0, though it belongs right before the second.
#pragma once

#include <cstdint>
#include <map>

extern "C" {
#include <libavformat/avformat.h>
}

namespace react1::media {

/// A muxer that has written its header before the first packet can no longer record that a stream starts late. FFmpeg's
/// then stretches the first packet: in most of its fragmented files with AAC by the 21 ms of the encoder's priming. All
/// pictures but one are evenly spaced, and that one would make the rate variable; in sound a gap would follow.
class EarlyPackets {
 public:
  /// `format`: MP4, opened, of which no packet was read yet.
  void learn(const AVFormatContext& format);
  /// Moves an early first packet to its proper time; does not change others.
  void put_right(AVPacket& packet) const;

 private:
  struct Early {
    std::int64_t dts = 0, shift = 0, duration = 0;  // ticks
  };
  std::map<int, Early> early_;  // by stream
};

/// Ticks by which the first of four packets is early: it lasts longer than the others, which last equally long, but for
/// a tick of rounding. 0 when it does not. `most`: not more than this.
[[nodiscard]] std::int64_t early_by(std::int64_t first, std::int64_t second, std::int64_t third, std::int64_t fourth,
                                    std::int64_t most);

}  // namespace react1::media
