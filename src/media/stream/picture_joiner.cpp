// SPDX-License-Identifier: Apache-2.0
#include "media/stream/picture_joiner.hpp"

#include <algorithm>
#include <cstring>
#include <new>

extern "C" {
#include <libavformat/avformat.h>
}

namespace react1::media {
namespace {

/// Parameter sets take a few dozen bytes.
constexpr int most_held = 64 << 10;

/// Where NAL units begin and which of them are slices.
struct Units {
  bool hevc = false;
  std::size_t length_size = 0;  ///< 0: start codes
};

Units units_of(const AVCodecParameters& codec) {
  constexpr int avcc_header = 7;
  constexpr int hvcc_header = 23;
  Units units{.hevc = codec.codec_id == AV_CODEC_ID_HEVC};
  const int header = units.hevc ? hvcc_header : avcc_header;
  const int at = units.hevc ? 21 : 4;
  if (codec.extradata_size >= header && codec.extradata[0] == 1) units.length_size = (codec.extradata[at] & 3U) + 1;
  return units;
}

/// ITU-T H.264 table 7-1 and H.265 table 7-1.
bool is_slice(const Units& units, std::uint8_t header) {
  constexpr unsigned last_h264_slice = 5;
  constexpr unsigned last_hevc_slice = 31;
  if (units.hevc) return ((header >> 1U) & 0x3fU) <= last_hevc_slice;
  const unsigned type = header & 0x1fU;
  return type >= 1 && type <= last_h264_slice;
}

bool has_slice_behind_lengths(const Units& units, std::span<const std::uint8_t> packet) {
  while (!packet.empty()) {
    if (packet.size() <= units.length_size) return true;
    std::size_t length = 0;
    for (std::size_t i = 0; i < units.length_size; ++i) length = length << 8U | packet[i];
    packet = packet.subspan(units.length_size);
    if (length == 0 || length > packet.size() || is_slice(units, packet[0])) return true;
    packet = packet.subspan(length);
  }
  return false;
}

bool has_slice_behind_start_codes(const Units& units, std::span<const std::uint8_t> packet) {
  bool any = false;
  for (std::size_t at = 0; at + 3 < packet.size(); ++at) {
    if (packet[at] != 0 || packet[at + 1] != 0 || packet[at + 2] != 1) continue;
    any = true;
    if (is_slice(units, packet[at + 3])) return true;
    at += 3;
  }
  return !any;
}

/// `packet` with the bytes of `held` before its own.
void prepend(const AVPacket& held, AVPacket& packet) {
  const int own = packet.size;
  ff::Packet joined = ff::make_packet();
  if (av_new_packet(joined.get(), held.size + own) < 0 || av_packet_copy_props(joined.get(), &packet) < 0) {
    throw std::bad_alloc{};
  }
  std::memcpy(joined->data, held.data, static_cast<std::size_t>(held.size));
  std::memcpy(joined->data + held.size, packet.data, static_cast<std::size_t>(own));
  std::size_t size = 0;
  const std::uint8_t* fresh = av_packet_get_side_data(&held, AV_PKT_DATA_NEW_EXTRADATA, &size);
  const bool own_fresh = av_packet_get_side_data(&packet, AV_PKT_DATA_NEW_EXTRADATA, nullptr) != nullptr;
  if (fresh != nullptr && !own_fresh) {
    std::uint8_t* copy = av_packet_new_side_data(joined.get(), AV_PKT_DATA_NEW_EXTRADATA, size);
    if (copy == nullptr) throw std::bad_alloc{};
    std::memcpy(copy, fresh, size);
  }
  av_packet_unref(&packet);
  av_packet_move_ref(&packet, joined.get());
}

}  // namespace

bool has_picture(const AVCodecParameters& codec, std::span<const std::uint8_t> packet) noexcept {
  if (codec.codec_id != AV_CODEC_ID_H264 && codec.codec_id != AV_CODEC_ID_HEVC) return true;
  if (packet.empty()) return true;
  const Units units = units_of(codec);
  return units.length_size > 0 ? has_slice_behind_lengths(units, packet) : has_slice_behind_start_codes(units, packet);
}

bool PictureJoiner::take(const AVStream& stream, AVPacket& packet) {
  const AVCodecParameters& codec = *stream.codecpar;
  const auto held = held_.find(stream.index);
  const bool shows = (packet.flags & AV_PKT_FLAG_CORRUPT) != 0 ||
                     has_picture(codec, {packet.data, static_cast<std::size_t>(std::max(packet.size, 0))});
  if (held != held_.end()) {
    prepend(*held->second, packet);
    held_.erase(held);
  }
  // Joining continues until a picture comes, and copies the held bytes each time.
  if (shows || packet.size > most_held) return true;
  ++joined_[stream.index];
  ff::Packet kept = ff::make_packet();
  av_packet_move_ref(kept.get(), &packet);
  held_[stream.index] = std::move(kept);
  return false;
}

std::int64_t PictureJoiner::joined(int index) const {
  const auto found = joined_.find(index);
  return found == joined_.end() ? 0 : found->second;
}

}  // namespace react1::media
