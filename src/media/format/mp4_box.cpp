// SPDX-License-Identifier: Apache-2.0
#include "media/format/mp4_box.hpp"

#include <algorithm>

namespace react1::media {
namespace {

std::uint64_t big_endian(std::span<const std::uint8_t> bytes) {
  std::uint64_t value = 0;
  for (const std::uint8_t byte : bytes) value = value << 8U | byte;
  return value;
}

}  // namespace

std::optional<Mp4Box> Mp4BoxReader::find(std::int64_t begin, std::int64_t end, std::uint32_t type) {
  std::optional<Mp4Box> found;
  for_each(begin, end, [&](const Mp4Box& box) {
    if (box.type == type) found = box;
    return !found;
  });
  return found;
}

std::optional<Mp4Box> Mp4BoxReader::box_at(std::int64_t offset, std::int64_t limit) const {
  std::array<std::uint8_t, 16> head{};
  if (!read(offset, std::span{head}.first(8))) return std::nullopt;
  std::uint64_t length = big_endian(std::span{head}.first(4));
  std::int64_t header = 8;
  if (length == 1) {  // the size follows in 64 bits
    if (!read(offset + 8, std::span{head}.last(8))) return std::nullopt;
    length = big_endian(std::span{head}.last(8));
    header = 16;
  } else if (length == 0) {  // to the end
    length = static_cast<std::uint64_t>(limit - offset);
  }
  if (length < static_cast<std::uint64_t>(header)) return std::nullopt;
  const auto type = static_cast<std::uint32_t>(big_endian(std::span{head}.subspan(4, 4)));
  const auto room = static_cast<std::uint64_t>(limit - offset);
  return Mp4Box{type, offset, offset + header, offset + static_cast<std::int64_t>(std::min(length, room))};
}

std::uint64_t Mp4BoxReader::number(std::int64_t offset, std::size_t width) const {
  std::array<std::uint8_t, 8> bytes{};
  return read(offset, std::span{bytes}.first(width)) ? big_endian(std::span{bytes}.first(width)) : 0;
}

bool Mp4BoxReader::read(std::int64_t offset, std::span<std::uint8_t> buffer) const {
  if (offset < 0 || offset > size_ - static_cast<std::int64_t>(buffer.size())) return false;
  return read_at_(offset, buffer) == buffer.size();
}

std::uint64_t Mp4BoxBytes::number(std::size_t offset, std::size_t width) const {
  if (offset > size_ || width > size_ - offset) return 0;
  if (offset < held_ || offset + width > held_ + bytes_.size()) {
    held_ = offset;
    bytes_.resize(std::min(std::max(piece_, width), size_ - offset));
    if (!boxes_->read(begin_ + static_cast<std::int64_t>(offset), bytes_)) bytes_.clear();
    if (bytes_.empty()) return 0;
  }
  return big_endian(std::span{bytes_}.subspan(offset - held_, width));
}

}  // namespace react1::media
