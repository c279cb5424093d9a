// SPDX-License-Identifier: Apache-2.0
// Joins packets without a picture to the packet of the picture that they belong to.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>

#include "media/ff/handles.hpp"

namespace react1::media {

/// False for an H.264 or HEVC packet whose units are parameter sets, messages and the like, but no slice. True for
/// every other codec, for an empty packet, and where the units can't be distinguished.
[[nodiscard]] bool has_picture(const AVCodecParameters& codec, std::span<const std::uint8_t> packet) noexcept;

/// Some writers give parameter sets a sample of their own. A decoder treats that as damage and a player ignores it, so
/// the bytes are put before those of the stream's next picture, where they belong. One thread at a time.
class PictureJoiner {
 public:
  /// True when `packet` is ready, with the held bytes before it. False when it has no picture and is held.
  [[nodiscard]] bool take(const AVStream& stream, AVPacket& packet);
  /// Drops the held bytes, e.g. after a seek.
  void forget() noexcept { held_.clear(); }
  /// Packets of stream `index` without a picture so far.
  [[nodiscard]] std::int64_t joined(int index) const;

 private:
  std::map<int, ff::Packet> held_;
  std::map<int, std::int64_t> joined_;
};

}  // namespace react1::media
