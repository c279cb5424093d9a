#include "media/mp4_layout.hpp"

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>

#include "media/mp4_sample_table.hpp"

namespace react1::media {
namespace {

constexpr std::uint32_t tag(const char (&name)[5]) {  // NOLINT(*-avoid-c-arrays): the type of a literal
  std::uint32_t value = 0;
  for (int i = 0; i < 4; ++i) value = value << 8U | static_cast<unsigned char>(name[i]);
  return value;
}

std::uint64_t big_endian(std::span<const std::uint8_t> bytes) {
  std::uint64_t value = 0;
  for (const std::uint8_t byte : bytes) value = value << 8U | byte;
  return value;
}

struct Box {
  std::uint32_t type = 0;
  std::int64_t body = 0;  ///< offset of the content
  std::int64_t end = 0;
};

/// More boxes than any real file has; a walk over garbage ends here.
constexpr int most_boxes = 20'000;
constexpr std::size_t most_edits = 4'096;
/// Tables of a day at 60 frames per second fit; what is larger is read packet by packet.
constexpr std::int64_t most_table_bytes = std::int64_t{64} << 20;

class Walker {
 public:
  Walker(const ReadAt& read_at, std::int64_t size, Mp4Tables tables)
      : read_at_(read_at), size_(size), reads_tables_(tables == Mp4Tables::read) {}

  std::optional<Mp4Layout> walk() {
    bool media_seen = false;
    bool moov_seen = false;
    for_each_box(0, size_, [&](const Box& box) {
      if (box.type == tag("mdat")) media_seen = true;
      if (box.type == tag("moov") && !moov_seen) {
        moov_seen = true;
        layout_.moov_first = !media_seen;
        read_moov(box);
      }
      return !moov_seen;
    });
    return moov_seen ? std::optional{layout_} : std::nullopt;
  }

 private:
  /// Calls `visit(box)` for the boxes in [begin, end) until it gives false.
  template <class Visit>
  void for_each_box(std::int64_t begin, std::int64_t end, Visit&& visit) {
    while (end - begin >= 8 && ++boxes_ <= most_boxes) {
      const std::optional<Box> box = box_at(begin, end);
      if (!box || !visit(*box)) return;
      begin = box->end;
    }
  }

  std::optional<Box> box_at(std::int64_t offset, std::int64_t limit) {
    std::array<std::uint8_t, 16> head{};
    if (!read(offset, std::span{head}.first(8))) return std::nullopt;
    std::uint64_t length = big_endian(std::span{head}.first(4));
    std::int64_t header = 8;
    if (length == 1) {  // the size follows in 64 bits
      if (!read(offset + 8, std::span{head}.last(8))) return std::nullopt;
      length = big_endian(std::span{head}.last(8));
      header = 16;
    } else if (length == 0) {  // up to the end
      length = static_cast<std::uint64_t>(limit - offset);
    }
    if (length < static_cast<std::uint64_t>(header)) return std::nullopt;
    const auto type = static_cast<std::uint32_t>(big_endian(std::span{head}.subspan(4, 4)));
    const auto room = static_cast<std::uint64_t>(limit - offset);
    return Box{type, offset + header, offset + static_cast<std::int64_t>(std::min(length, room))};
  }

  void read_moov(const Box& moov) {
    for_each_box(moov.body, moov.end, [&](const Box& box) {
      if (box.type == tag("mvhd")) std::tie(layout_.movie_timescale, layout_.movie_duration) = clock_of(box);
      if (box.type == tag("mvex")) layout_.fragmented = true;
      if (box.type == tag("trak")) {
        layout_.tracks.emplace_back();
        read_children(box, layout_.tracks.back());
      }
      if (box.type == tag("mvex")) is_fragmented_ = true;
      return true;
    });
    if (!is_fragmented_) return;
    for (Mp4Track& track : layout_.tracks) track.table.reset();
  }

  void read_children(const Box& parent, Mp4Track& track) {
    for_each_box(parent.body, parent.end, [&](const Box& box) {
      if (box.type == tag("mdia") || box.type == tag("edts") || (reads_tables_ && box.type == tag("minf"))) {
        read_children(box, track);
      }
      if (reads_tables_ && box.type == tag("stbl")) read_tables(box, track);
      if (box.type == tag("mdhd")) std::tie(track.timescale, track.duration) = clock_of(box);
      if (box.type == tag("tkhd")) track.id = track_id_of(box);
      if (box.type == tag("elst")) read_edits(box, track);
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
    if (parent.end - parent.body > most_table_bytes) return;
    std::vector<std::uint8_t> bytes(static_cast<std::size_t>(parent.end - parent.body));
    if (!read(parent.body, bytes)) return;
    Mp4TableBoxes boxes;
    for_each_box(parent.body, parent.end, [&](const Box& box) {
      const auto content = std::span<const std::uint8_t>{bytes}.subspan(
          static_cast<std::size_t>(box.body - parent.body), static_cast<std::size_t>(box.end - box.body));
      if (box.type == tag("stts")) boxes.stts = content;
      if (box.type == tag("ctts")) boxes.ctts = content;
      if (box.type == tag("stss")) boxes.stss = content;
      if (box.type == tag("stsz")) boxes.stsz = content;
      if (box.type == tag("stsc")) boxes.stsc = content;
      if (box.type == tag("stco")) boxes.stco = content;
      if (box.type == tag("co64")) boxes.co64 = content;
      return true;
    });
    track.table = read_sample_table(boxes);
  }

  std::uint8_t version_of(const Box& box) { return static_cast<std::uint8_t>(number(box.body, 1)); }

  /// Big-endian number of `width` bytes; 0 beyond the end of the file.
  std::uint64_t number(std::int64_t offset, std::size_t width) {
    std::array<std::uint8_t, 8> bytes{};
    return read(offset, std::span{bytes}.first(width)) ? big_endian(std::span{bytes}.first(width)) : 0;
  }

  bool read(std::int64_t offset, std::span<std::uint8_t> buffer) {
    if (offset < 0 || offset > size_ - static_cast<std::int64_t>(buffer.size())) return false;
    return read_at_(offset, buffer) == buffer.size();
  }

  const ReadAt& read_at_;
  std::int64_t size_;
  bool reads_tables_;
  bool is_fragmented_ = false;
  int boxes_ = 0;
  Mp4Layout layout_;
};

}  // namespace

bool Mp4Track::edits_matter(std::int64_t movie_timescale) const {
  if (edits.empty()) return false;
  if (edits.size() > 1 || edits[0].media_time != 0 || edits[0].rate != (1 << 16)) return true;
  if (edits[0].duration <= 0 || duration <= 0 || movie_timescale <= 0 || timescale <= 0) return false;
  const Rational edit_end{edits[0].duration + 1, movie_timescale};
  return edit_end < Rational{duration, timescale};
}

std::optional<Mp4Layout> read_mp4_layout(const ReadAt& read_at, std::int64_t size, Mp4Tables tables) {
  return Walker{read_at, size, tables}.walk();
}

}  // namespace react1::media
