// SPDX-License-Identifier: Apache-2.0
#include "media/stream/parameter_watch.hpp"

#include <algorithm>

namespace react1::media {
namespace {

constexpr std::uint8_t type_mask = 0x1f;
constexpr std::uint8_t last_slice_type = 5;
constexpr std::uint8_t sequence_parameters = 7;

bool is_slice(std::uint8_t header) {
  const auto type = static_cast<std::uint8_t>(header & type_mask);
  return type >= 1 && type <= last_slice_type;
}

}  // namespace

ParameterWatch::ParameterWatch(const AVStream& stream)
    : index_(stream.index), is_h264_(stream.codecpar->codec_id == AV_CODEC_ID_H264) {
  constexpr int avcc_header = 7;
  const AVCodecParameters& codec = *stream.codecpar;
  if (codec.extradata_size >= avcc_header && codec.extradata[0] == 1) length_size_ = (codec.extradata[4] & 3U) + 1;
}

void ParameterWatch::look(const AVPacket& packet) {
  if (!is_h264_ || changed_ || packet.stream_index != index_) return;
  std::size_t size = 0;
  changed_ = av_packet_get_side_data(&packet, AV_PKT_DATA_NEW_EXTRADATA, &size) != nullptr;
  if (changed_ || (packet.flags & AV_PKT_FLAG_KEY) == 0 || packet.size <= 0) return;
  const auto length = static_cast<std::size_t>(packet.size);
  length_size_ == 0 ? walk_start_codes(packet.data, length) : walk_lengths(packet.data, length);
}

/// Parameter sets come before the first slice; the search ends there.
void ParameterWatch::walk_lengths(const std::uint8_t* data, std::size_t size) {
  for (std::size_t at = 0; at + length_size_ < size;) {
    std::size_t length = 0;
    for (std::size_t i = 0; i < length_size_; ++i) length = length << 8U | data[at + i];
    at += length_size_;
    if (length == 0 || length > size - at || is_slice(data[at])) return;
    compare(data + at, length);
    at += length;
  }
}

void ParameterWatch::walk_start_codes(const std::uint8_t* data, std::size_t size) {
  const auto next_code = [&](std::size_t from) {
    for (; from + 3 < size; ++from) {
      if (data[from] == 0 && data[from + 1] == 0 && data[from + 2] == 1) return from;
    }
    return size;
  };
  for (std::size_t at = next_code(0); at < size;) {
    const std::size_t unit = at + 3;
    if (is_slice(data[unit])) return;
    at = next_code(unit);
    std::size_t end = at;
    while (end > unit && data[end - 1] == 0) --end;  // zeros before a start code belong to it
    compare(data + unit, end - unit);
  }
}

void ParameterWatch::compare(const std::uint8_t* unit, std::size_t size) {
  if (size == 0 || (*unit & type_mask) != sequence_parameters) return;
  if (!first_) {
    first_.emplace(unit, unit + size);
  } else {
    changed_ = !std::equal(first_->begin(), first_->end(), unit, unit + size);
  }
}

}  // namespace react1::media
