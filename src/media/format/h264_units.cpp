// SPDX-License-Identifier: Apache-2.0
#include "media/format/h264_units.hpp"

namespace react1::media {
namespace {

constexpr unsigned forbidden_bit = 0x80;
constexpr unsigned type_mask = 0x1f;
/// NAL unit types (ITU-T H.264 table 7-1).
constexpr unsigned slice = 1;
constexpr unsigned first_partition = 2;
constexpr unsigned last_partition = 4;
constexpr unsigned idr_slice = 5;

/// first_mb_in_slice is an Exp-Golomb code, and 0 is the only one that begins with a set bit.
bool begins_picture(std::uint8_t first_byte_of_slice) {
  return (first_byte_of_slice & 0x80U) != 0;
}

}  // namespace

int nal_length_size(const AVCodecParameters& parameters) noexcept {
  constexpr int avcc_header = 7;
  if (parameters.extradata_size < avcc_header || parameters.extradata[0] != 1) return 0;
  return (parameters.extradata[4] & 3) + 1;
}

std::optional<int> count_pictures(std::span<const std::uint8_t> packet, int length_size) noexcept {
  const auto prefix = static_cast<std::size_t>(length_size);
  int pictures = 0;
  while (!packet.empty()) {
    if (packet.size() < prefix) return std::nullopt;
    std::size_t length = 0;
    for (std::size_t i = 0; i < prefix; ++i) length = length << 8U | packet[i];
    packet = packet.subspan(prefix);
    if (length == 0 || length > packet.size()) return std::nullopt;
    const unsigned header = packet[0];
    const unsigned type = header & type_mask;
    if ((header & forbidden_bit) != 0 || (type >= first_partition && type <= last_partition)) return std::nullopt;
    if (type == slice || type == idr_slice) {
      if (length < 2) return std::nullopt;
      if (begins_picture(packet[1])) {
        ++pictures;
      } else if (pictures == 0) {
        return std::nullopt;
      }
    }
    packet = packet.subspan(length);
  }
  return pictures;
}

}  // namespace react1::media
