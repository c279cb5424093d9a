// SPDX-License-Identifier: Apache-2.0
#include "media/format/mp4_fragments.hpp"

#include <algorithm>
#include <array>

namespace react1::media {
namespace {

// ISO/IEC 14496-12, 8.8.3, 8.8.7 and 8.8.8: the flags of tfhd and trun, and what follows them in this order.
constexpr std::uint64_t base_offset_present = 0x1, description_present = 0x2, default_duration_present = 0x8;
constexpr std::uint64_t data_offset_present = 0x1, first_flags_present = 0x4;
constexpr std::uint64_t durations_present = 0x100;
constexpr std::array<std::uint64_t, 4> per_sample{durations_present, 0x200, 0x400, 0x800};
constexpr std::int64_t word = 4;

class Fragments {
 public:
  Fragments(const ReadAt& read_at, std::int64_t size, const Mp4Layout& layout, std::int64_t track_id)
      : boxes_(read_at, size), size_(size), track_id_(static_cast<std::uint64_t>(track_id)) {
    read_default(layout.moov);
  }

  std::optional<std::int64_t> last_sample() {
    std::int64_t walked = 0;
    bool whole = false, data_follows = true;
    boxes_.for_each(0, size_, [&](const Mp4Box& box) {
      walked = box.end;
      whole = is_whole(box);
      if (box.type == mp4_tag("mdat")) data_follows = true;
      if (box.type == mp4_tag("moof")) {
        data_follows = false;
        read_fragment(box);
      }
      return true;
    });
    return whole && data_follows && walked == size_ ? last_ : std::nullopt;
  }

 private:
  /// A box that the end of the file cuts off is found as one that ends there.
  [[nodiscard]] bool is_whole(const Mp4Box& box) const {
    const std::uint64_t size = boxes_.number(box.begin, 4);
    if (size == 0) return true;  // up to the end of the file
    const std::uint64_t length = size == 1 ? boxes_.number(box.begin + 8, 8) : size;
    return length == static_cast<std::uint64_t>(box.end - box.begin);
  }

  void read_default(const Mp4Box& moov) {
    const auto mvex = boxes_.find(moov.body, moov.end, mp4_tag("mvex"));
    if (!mvex) return;
    boxes_.for_each(mvex->body, mvex->end, [&](const Mp4Box& box) {
      const bool is_mine = box.type == mp4_tag("trex") && boxes_.number(box.body + word, 4) == track_id_;
      if (is_mine) default_ = boxes_.number(box.body + 3 * word, 4);
      return !is_mine;
    });
  }

  void read_fragment(const Mp4Box& moof) {
    boxes_.for_each(moof.body, moof.end, [&](const Mp4Box& box) {
      if (box.type == mp4_tag("traf")) read_track(box);
      return true;
    });
  }

  void read_track(const Mp4Box& traf) {
    const auto header = boxes_.find(traf.body, traf.end, mp4_tag("tfhd"));
    if (!header || boxes_.number(header->body + word, 4) != track_id_) return;
    const std::uint64_t flags = boxes_.number(header->body, 4);
    std::int64_t at = header->body + 2 * word;
    if ((flags & base_offset_present) != 0) at += 2 * word;
    if ((flags & description_present) != 0) at += word;
    const std::uint64_t usual = (flags & default_duration_present) != 0 ? boxes_.number(at, 4) : default_;
    boxes_.for_each(traf.body, traf.end, [&](const Mp4Box& box) {
      if (box.type == mp4_tag("trun")) read_run(box, usual);
      return true;
    });
  }

  void read_run(const Mp4Box& run, std::uint64_t usual) {
    const std::uint64_t flags = boxes_.number(run.body, 4);
    const auto samples = static_cast<std::int64_t>(boxes_.number(run.body + word, 4));
    if (samples == 0) return;
    std::uint64_t duration = usual;
    if ((flags & durations_present) != 0) {
      std::int64_t at = run.body + 2 * word;
      for (const std::uint64_t flag : {data_offset_present, first_flags_present}) at += (flags & flag) != 0 ? word : 0;
      const auto fields = std::count_if(per_sample.begin(), per_sample.end(),
                                        [flags](std::uint64_t flag) { return (flags & flag) != 0; });
      at += (samples - 1) * fields * word;
      if (at + word > run.end) return;
      duration = boxes_.number(at, 4);
    }
    last_ = static_cast<std::int64_t>(duration);
  }

  Mp4BoxReader boxes_;
  std::int64_t size_;
  std::uint64_t track_id_;
  std::uint64_t default_ = 0;  // ticks
  std::optional<std::int64_t> last_;
};

}  // namespace

std::optional<std::int64_t> last_fragment_sample(const ReadAt& read_at, std::int64_t size, const Mp4Layout& layout,
                                                 std::int64_t track_id) {
  return Fragments(read_at, size, layout, track_id).last_sample();
}

}  // namespace react1::media
