// SPDX-License-Identifier: Apache-2.0
// Packets that hold no picture of their own, joined to the packet whose picture they belong to.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>

#include "media/ff/handles.hpp"

namespace react1::media {

/// False for an H.264 or HEVC packet whose units are parameter sets, messages and the like, but no slice. True for
/// every other codec, for an empty packet, and where the units can't be told apart.
[[nodiscard]] bool has_picture(const AVCodecParameters& codec, std::span<const std::uint8_t> packet) noexcept;

/// Some writers give parameter sets a sample of their own. A decoder takes that for damage and a player for nothing, so
/// the bytes are put before those of the stream's next picture, where they belong. One thread at a time.
class PictureJoiner {
 public:
  /// True when `packet` is to be given out, with what was held before it. False when it holds no picture and is held.
  [[nodiscard]] bool take(const AVStream& stream, AVPacket& packet);
  /// Forgets what is held, e.g. after a jump.
  void forget() noexcept { held_.clear(); }
  /// Packets of stream `index` without a picture so far.
  [[nodiscard]] std::int64_t joined(int index) const;

 private:
  std::map<int, ff::Packet> held_;
  std::map<int, std::int64_t> joined_;
};

}  // namespace react1::media
