// SPDX-License-Identifier: Apache-2.0
// The boxes an MP4/MOV file is made of: ISO/IEC 14496-12, 4.2.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

namespace react1::media {

/// Reads up to `buffer.size()` bytes at `offset`; fewer at the end of the file.
using ReadAt = std::function<std::size_t(std::int64_t offset, std::span<std::uint8_t> buffer)>;

/// A box's name as a number.
constexpr std::uint32_t mp4_tag(const char (&name)[5]) {  // NOLINT(*-avoid-c-arrays): the type of a literal
  std::uint32_t value = 0;
  for (int i = 0; i < 4; ++i) value = value << 8U | static_cast<unsigned char>(name[i]);
  return value;
}

/// Larger times, in ticks of any time base, are invalid; sums of a few smaller ones fit 64 bits.
inline constexpr std::int64_t kLongestMp4Ticks = std::int64_t{1} << 53;

struct Mp4Box {
  std::uint32_t type = 0;
  std::int64_t begin = 0;  ///< offset of its head
  std::int64_t body = 0;   ///< offset of the content
  std::int64_t end = 0;
};

/// Whether a box in `parent` is on the path from a track
/// to its sample tables: mdia, minf, stbl. Only at its proper place: otherwise nested boxes of one kind would cause
/// unbounded recursion.
constexpr bool leads_to_samples(std::uint32_t type, std::uint32_t parent) {
  return (type == mp4_tag("mdia") && parent == mp4_tag("trak")) ||
         (type == mp4_tag("minf") && parent == mp4_tag("mdia")) ||
         (type == mp4_tag("stbl") && parent == mp4_tag("minf"));
}

/// Finds boxes and reads their contents. Damaged sizes end the walk; they never make it read outside [0, size) or run
/// without end.
class Mp4BoxReader {
 public:
  /// `read_at` must outlive it.
  Mp4BoxReader(const ReadAt& read_at, std::int64_t size) : read_at_(read_at), size_(size) {}

  /// Calls `visit(box)` for the boxes in [begin, end) until it returns false.
  template <class Visit>
  void for_each(std::int64_t begin, std::int64_t end, Visit&& visit) {
    while (end - begin >= 8 && ++boxes_ <= most_boxes) {
      const std::optional<Mp4Box> box = box_at(begin, end);
      if (!box || !visit(*box)) return;
      begin = box->end;
    }
  }
  /// The first box of this type in [begin, end).
  [[nodiscard]] std::optional<Mp4Box> find(std::int64_t begin, std::int64_t end, std::uint32_t type);

  /// Big-endian number of `width` bytes; 0 beyond the end of the file.
  [[nodiscard]] std::uint64_t number(std::int64_t offset, std::size_t width) const;
  /// Fills all of `buffer`, or returns false.
  [[nodiscard]] bool read(std::int64_t offset, std::span<std::uint8_t> buffer) const;

 private:
  /// More boxes than any real file has; a walk over garbage ends here.
  static constexpr int most_boxes = 20'000;
  [[nodiscard]] std::optional<Mp4Box> box_at(std::int64_t offset, std::int64_t limit) const;

  const ReadAt& read_at_;
  std::int64_t size_;
  int boxes_ = 0;
};

/// The content of a box, read in pieces, because the tables of hours of samples are large. One thread.
class Mp4BoxBytes {
 public:
  /// Of a missing box.
  Mp4BoxBytes() = default;
  /// `boxes` must outlive it. `piece`: bytes to be read at a time.
  Mp4BoxBytes(const Mp4BoxReader& boxes, const Mp4Box& box, std::size_t piece)
      : boxes_(&boxes), begin_(box.body), size_(static_cast<std::size_t>(box.end - box.body)), piece_(piece) {}

  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  /// Big-endian, of at most 8 bytes at `offset` into the content; 0 where that can't be read.
  [[nodiscard]] std::uint64_t number(std::size_t offset, std::size_t width) const;

 private:
  const Mp4BoxReader* boxes_ = nullptr;
  std::int64_t begin_ = 0;
  std::size_t size_ = 0;
  std::size_t piece_ = 0;
  mutable std::vector<std::uint8_t> bytes_;  // of the piece that begins at held_
  mutable std::size_t held_ = 0;
};

}  // namespace react1::media
