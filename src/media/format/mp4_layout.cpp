// SPDX-License-Identifier: Apache-2.0
#include "media/format/mp4_layout.hpp"

#include <algorithm>
#include <span>
#include <tuple>
#include <utility>

extern "C" {
#include <libavutil/mathematics.h>
}

#include "core/saturate.hpp"
#include "media/format/mp4_sample_table.hpp"

namespace react1::media {
namespace {

using Box = Mp4Box;

constexpr std::size_t most_edits = 4'096;
/// Tables of a day at 60 frames per second fit; what is larger is read packet by packet.
constexpr std::int64_t most_table_bytes = std::int64_t{64} << 20;

class Walker {
 public:
  Walker(const ReadAt& read_at, std::int64_t size, Mp4Tables tables)
      : boxes_(read_at, size), size_(size), tables_(tables) {}

  std::optional<Mp4Layout> walk() {
    bool media_seen = false;
    bool moov_seen = false;
    for_each_box(0, size_, [&](const Box& box) {
      if (box.type == mp4_tag("mdat")) media_seen = true;
      if (box.type == mp4_tag("moov") && !moov_seen) {
        moov_seen = true;
        layout_.moov = box;
        layout_.moov_first = !media_seen;
        read_moov(box);
      }
      return !moov_seen;
    });
    return moov_seen ? std::optional{layout_} : std::nullopt;
  }

 private:
  template <class Visit>
  void for_each_box(std::int64_t begin, std::int64_t end, Visit&& visit) {
    boxes_.for_each(begin, end, visit);
  }

  void read_moov(const Box& moov) {
    for_each_box(moov.body, moov.end, [&](const Box& box) {
      if (box.type == mp4_tag("mvhd")) std::tie(layout_.movie_timescale, layout_.movie_duration) = clock_of(box);
      if (box.type == mp4_tag("mvex")) layout_.fragmented = true;
      if (box.type == mp4_tag("trak")) {
        layout_.tracks.emplace_back().box = box;
        read_children(box, layout_.tracks.back());
      }
      return true;
    });
    if (!layout_.fragmented) return;
    for (Mp4Track& track : layout_.tracks) track.table.reset();
  }

  void read_children(const Box& parent, Mp4Track& track) {
    if (parent.type == mp4_tag("stbl")) return read_tables(parent, track);
    for_each_box(parent.body, parent.end, [&](const Box& box) {
      const bool has_edits = box.type == mp4_tag("edts") && parent.type == mp4_tag("trak");
      if (has_edits || leads_to_samples(box.type, parent.type)) read_children(box, track);
      if (box.type == mp4_tag("mdhd")) std::tie(track.timescale, track.duration) = clock_of(box);
      if (box.type == mp4_tag("tkhd")) track.id = track_id_of(box);
      if (box.type == mp4_tag("elst")) read_edits(box, track);
      return true;
    });
  }

  /// Time scale and duration of an mvhd or mdhd.
  std::pair<std::int64_t, std::int64_t> clock_of(const Box& box) {
    const bool wide = version_of(box) == 1;
    const std::int64_t times = box.body + 4 + (wide ? 16 : 8);
    const std::uint64_t duration = number(times + 4, wide ? 8 : 4);
    const bool unknown = duration == (wide ? ~std::uint64_t{0} : 0xFFFFFFFFU) || duration > (std::uint64_t{1} << 62U);
    return {static_cast<std::int64_t>(number(times, 4)), unknown ? 0 : static_cast<std::int64_t>(duration)};
  }

  std::int64_t track_id_of(const Box& box) {
    return static_cast<std::int64_t>(number(box.body + 4 + (version_of(box) == 1 ? 16 : 8), 4));
  }

  void read_edits(const Box& box, Mp4Track& track) {
    const bool wide = version_of(box) == 1;
    const std::size_t width = wide ? 8 : 4;
    const auto entry = static_cast<std::int64_t>(2 * width + 4);
    const std::size_t count = std::min<std::size_t>(number(box.body + 4, 4), most_edits);
    std::int64_t offset = box.body + 8;
    for (std::size_t i = 0; i < count && offset + entry <= box.end; ++i, offset += entry) {
      const std::uint64_t media_time = number(offset + static_cast<std::int64_t>(width), width);
      track.edits.push_back({.duration = static_cast<std::int64_t>(number(offset, width)),
                             .media_time = wide ? static_cast<std::int64_t>(media_time)
                                                : std::int64_t{static_cast<std::int32_t>(media_time)},
                             .rate = static_cast<std::int64_t>(number(offset + entry - 4, 4))});
    }
  }

  void read_tables(const Box& parent, Mp4Track& track) {
    if (tables_ == Mp4Tables::skipped || parent.end - parent.body > most_table_bytes) return;
    const Mp4TableBoxes boxes = table_boxes(boxes_, parent, tables_);
    track.table = read_sample_table(boxes);
  }

  std::uint8_t version_of(const Box& box) { return static_cast<std::uint8_t>(number(box.body, 1)); }

  std::uint64_t number(std::int64_t offset, std::size_t width) { return boxes_.number(offset, width); }

  Mp4BoxReader boxes_;
  std::int64_t size_;
  Mp4Tables tables_;
  Mp4Layout layout_;
};

}  // namespace

bool Mp4Track::edits_matter(std::int64_t movie_timescale) const {
  if (edits.empty()) return false;
  if (edits.size() > 1 || edits[0].media_time != 0 || edits[0].rate != (1 << 16)) return true;
  if (edits[0].duration <= 0 || duration <= 0 || movie_timescale <= 0 || timescale <= 0) return false;
  const Rational edit_end{saturating_add(edits[0].duration, 1), movie_timescale};
  return edit_end < Rational{duration, timescale};
}

std::optional<Mp4Played> played_part(const Mp4Track& track, std::int64_t movie_timescale) {
  Mp4Played played;
  std::span<const Mp4Edit> edits = track.edits;
  if (edits.empty()) return played;
  if (movie_timescale <= 0) return std::nullopt;
  if (edits.size() == 2 && edits[0].media_time == -1 && edits[0].rate == (1 << 16)) {
    played.pause = av_rescale(edits[0].duration, track.timescale, movie_timescale);
    if (played.pause < 0 || played.pause > kLongestMp4Ticks) return std::nullopt;
    edits = edits.subspan(1);
  }
  if (edits.size() != 1 || edits[0].media_time < 0 || edits[0].rate != (1 << 16) || edits[0].duration <= 0) {
    return std::nullopt;
  }
  played.begin = edits[0].media_time;
  if (played.begin > kLongestMp4Ticks) return std::nullopt;
  const std::int64_t length = av_rescale(edits[0].duration, track.timescale, movie_timescale);
  if (length >= 0) played.end = saturating_add(played.begin, length);  // FFmpeg returns a negative value for too much
  return played;
}

std::optional<Mp4Layout> read_mp4_layout(const ReadAt& read_at, std::int64_t size, Mp4Tables tables) {
  return Walker{read_at, size, tables}.walk();
}

}  // namespace react1::media
