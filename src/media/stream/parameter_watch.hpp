// SPDX-License-Identifier: Apache-2.0
// Detects from an H.264 stream's packets whether its parameters change.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

extern "C" {
#include <libavcodec/packet.h>
#include <libavformat/avformat.h>
}

namespace react1::media {

/// Compares the sequence parameter sets of key packets; nothing is decoded. One thread at a time.
class ParameterWatch {
 public:
  explicit ParameterWatch(const AVStream& stream);

  void look(const AVPacket& packet);
  /// A later parameter set differs from the first, or the container announced new ones.
  [[nodiscard]] bool changed() const noexcept { return changed_; }

 private:
  void compare(const std::uint8_t* unit, std::size_t size);
  void walk_lengths(const std::uint8_t* data, std::size_t size);
  void walk_start_codes(const std::uint8_t* data, std::size_t size);

  int index_;
  bool is_h264_;
  std::size_t length_size_ = 0;  // of H.264 in MP4; 0: start codes
  std::optional<std::vector<std::uint8_t>> first_;
  bool changed_ = false;
};

}  // namespace react1::media
