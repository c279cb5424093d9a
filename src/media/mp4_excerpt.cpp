#include "media/mp4_excerpt.hpp"

#include <algorithm>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "media/ff/interrupt.hpp"
#include "media/mp4_layout.hpp"
#include "media/mp4_sample_table.hpp"
#include "media/source_bytes.hpp"

namespace react1::media {
namespace {

/// An hour of pictures; far more than a window and its margins hold. Uncompressed sound has a sample per instant.
constexpr std::int64_t most_samples = 250'000;
constexpr std::int64_t most_table_bytes = std::int64_t{64} << 20;
constexpr std::int64_t most_header_bytes = std::int64_t{1} << 20;

class BoxWriter {
 public:
  void begin(std::uint32_t type) {
    open_.push_back(bytes_.size());
    number(0, 4);  // its size, known in end()
    number(type, 4);
  }
  void end() {
    const std::size_t at = open_.back();
    open_.pop_back();
    put(at, bytes_.size() - at, 4);
  }
  void number(std::uint64_t value, std::size_t width) {
    bytes_.resize(bytes_.size() + width);
    put(bytes_.size() - width, value, width);
  }
  void copy(std::span<const std::uint8_t> bytes) { bytes_.insert(bytes_.end(), bytes.begin(), bytes.end()); }
  /// Overwrites what was written at `at`.
  void put(std::size_t at, std::uint64_t value, std::size_t width) {
    for (std::size_t i = 0; i < width; ++i)
      bytes_[at + i] = static_cast<std::uint8_t>(value >> (8 * (width - 1 - i)) & 0xFFU);
  }
  [[nodiscard]] std::size_t size() const noexcept { return bytes_.size(); }
  [[nodiscard]] std::vector<std::uint8_t> take() { return std::move(bytes_); }

 private:
  std::vector<std::uint8_t> bytes_;
  std::vector<std::size_t> open_;
};

/// Writes the excerpt's head: all but the media, which follows as it is.
class Excerpt {
 public:
  Excerpt(Mp4BoxReader& boxes, std::int64_t size) : boxes_(boxes), size_(size) {}

  /// False when a box that FFmpeg needs is missing or of an unlikely size.
  bool write(const Mp4Box& moov, const Mp4Box& trak, const Mp4Stretch& stretch) {
    writer_.begin(mp4_tag("ftyp"));
    writer_.number(mp4_tag("isom"), 4);
    writer_.number(0, 4);
    writer_.end();
    writer_.begin(mp4_tag("moov"));
    copy(moov, mp4_tag("mvhd"), Need::must);
    writer_.begin(mp4_tag("trak"));
    copy(trak, mp4_tag("tkhd"), Need::must);
    write_media(trak, stretch);
    writer_.end();
    writer_.end();
    write_media_box(stretch);
    return complete_;
  }
  [[nodiscard]] std::vector<std::uint8_t> take() { return writer_.take(); }

 private:
  enum class Need { must, may };

  void write_media(const Mp4Box& trak, const Mp4Stretch& stretch) {
    const auto mdia = child(trak, mp4_tag("mdia"));
    const auto minf = mdia ? child(*mdia, mp4_tag("minf")) : std::nullopt;
    const auto stbl = minf ? child(*minf, mp4_tag("stbl")) : std::nullopt;
    if (!stbl) {
      complete_ = false;
      return;
    }
    writer_.begin(mp4_tag("mdia"));
    copy(*mdia, mp4_tag("mdhd"), Need::must);
    copy(*mdia, mp4_tag("hdlr"), Need::must);
    writer_.begin(mp4_tag("minf"));
    copy(*minf, mp4_tag("vmhd"), Need::may);
    copy(*minf, mp4_tag("smhd"), Need::may);
    copy(*minf, mp4_tag("dinf"), Need::may);
    writer_.begin(mp4_tag("stbl"));
    copy(*stbl, mp4_tag("stsd"), Need::must);
    write_tables(stretch);
    for (int i = 0; i < 3; ++i) writer_.end();
  }

  void write_tables(const Mp4Stretch& stretch) {
    write_runs(mp4_tag("stts"), stretch.durations, /*version=*/0);
    // What is read as signed is written as such: version 1.
    if (!stretch.composition_offsets.empty()) write_runs(mp4_tag("ctts"), stretch.composition_offsets, /*version=*/1);
    if (!stretch.all_are_key_frames) {
      begin_table(mp4_tag("stss"), stretch.key_frames.size());
      for (const std::int64_t key : stretch.key_frames) writer_.number(static_cast<std::uint64_t>(key) + 1, 4);
      writer_.end();
    }
    writer_.begin(mp4_tag("stsz"));
    writer_.number(0, 8);  // version, flags, no common size
    writer_.number(stretch.sizes.size(), 4);
    for (const std::int64_t size : stretch.sizes) writer_.number(static_cast<std::uint64_t>(size), 4);
    writer_.end();
    begin_table(mp4_tag("stsc"), 1);  // each sample is a chunk of its own
    for (int i = 0; i < 3; ++i) writer_.number(1, 4);
    writer_.end();
    begin_table(mp4_tag("co64"), stretch.offsets.size());
    offsets_at_ = writer_.size();
    for (std::size_t i = 0; i < stretch.offsets.size(); ++i) writer_.number(0, 8);  // known in write_media_box()
    writer_.end();
  }

  void write_runs(std::uint32_t type, const std::vector<Mp4Run>& runs, std::uint64_t version) {
    writer_.begin(type);
    writer_.number(version << 24U, 4);
    writer_.number(runs.size(), 4);
    for (const Mp4Run& run : runs) {
      writer_.number(static_cast<std::uint64_t>(run.count), 4);
      writer_.number(static_cast<std::uint32_t>(run.value), 4);
    }
    writer_.end();
  }

  void begin_table(std::uint32_t type, std::size_t entries) {
    writer_.begin(type);
    writer_.number(0, 4);
    writer_.number(entries, 4);
  }

  /// The whole file is the content of this box, so a byte of it lies behind the head by as much as in the file.
  void write_media_box(const Mp4Stretch& stretch) {
    constexpr std::uint64_t head_bytes = 16;
    writer_.number(1, 4);
    writer_.number(mp4_tag("mdat"), 4);
    writer_.number(static_cast<std::uint64_t>(size_) + head_bytes, 8);
    std::size_t at = offsets_at_;
    for (const std::int64_t offset : stretch.offsets) {
      writer_.put(at, static_cast<std::uint64_t>(offset) + writer_.size(), 8);
      at += 8;
    }
  }

  std::optional<Mp4Box> child(const Mp4Box& parent, std::uint32_t type) {
    return boxes_.find(parent.body, parent.end, type);
  }

  void copy(const Mp4Box& parent, std::uint32_t type, Need need) {
    const auto box = child(parent, type);
    std::vector<std::uint8_t> bytes;
    if (box && box->end - box->begin <= most_header_bytes) {
      bytes.resize(static_cast<std::size_t>(box->end - box->begin));
      if (!boxes_.read(box->begin, bytes)) bytes.clear();
    }
    if (bytes.empty() && need == Need::must) complete_ = false;
    writer_.copy(bytes);
  }

  Mp4BoxReader& boxes_;
  std::int64_t size_;
  BoxWriter writer_;
  std::size_t offsets_at_ = 0;
  bool complete_ = true;
};

std::optional<Mp4Stretch> stretch_of(Mp4BoxReader& boxes, const Mp4Box& trak, std::int64_t from, std::int64_t to) {
  std::optional<Mp4Box> stbl = trak;
  for (const std::uint32_t type : {mp4_tag("mdia"), mp4_tag("minf"), mp4_tag("stbl")}) {
    if (stbl) stbl = boxes.find(stbl->body, stbl->end, type);
  }
  if (!stbl || stbl->end - stbl->body > most_table_bytes) return std::nullopt;
  std::vector<std::uint8_t> bytes(static_cast<std::size_t>(stbl->end - stbl->body));
  if (!boxes.read(stbl->body, bytes)) return std::nullopt;
  return read_stretch(table_boxes(boxes, *stbl, bytes), from, to, most_samples);
}

/// The head, and behind it the file.
Source joined(std::vector<std::uint8_t> head, const std::shared_ptr<Bytes>& file, const std::string& name) {
  const auto bytes = std::make_shared<const std::vector<std::uint8_t>>(std::move(head));
  const auto position = std::make_shared<std::int64_t>(0);
  const auto head_size = static_cast<std::int64_t>(bytes->size());
  Reader reader;
  reader.size = head_size + file->size();
  reader.seek = [position](std::int64_t offset) { *position = offset; };
  reader.read = [bytes, position, head_size, file](std::span<std::byte> buffer) {
    std::size_t got = 0;
    if (*position < head_size) {
      got = std::min(buffer.size(), static_cast<std::size_t>(head_size - *position));
      std::memcpy(buffer.data(), bytes->data() + *position, got);
    } else {
      got = file->read_at(*position - head_size, buffer);
    }
    *position += static_cast<std::int64_t>(got);
    return got;
  };
  return Source::reader(std::move(reader), name);
}

}  // namespace

std::optional<Mp4Excerpt> excerpt_mp4(const Source& source, int index, const Seconds& from, const Seconds& to,
                                      const SourceOptions& options, const RunContext& context) {
  if (source.kind() == Source::Kind::url || index < 0) return std::nullopt;
  ff::Interrupt interrupt(context.stop, options.stall_timeout);
  const std::shared_ptr<Bytes> file = local_bytes(source, options, interrupt);
  const ReadAt read_at = [&file](std::int64_t offset, std::span<std::uint8_t> buffer) {
    return file->read_at(offset, std::as_writable_bytes(buffer));
  };
  const auto layout = read_mp4_layout(read_at, file->size());
  const auto number = static_cast<std::size_t>(index);
  if (!layout || layout->fragmented || number >= layout->tracks.size()) return std::nullopt;
  const Mp4Track& track = layout->tracks[number];
  const auto played = played_part(track, layout->movie_timescale);
  if (!played || track.timescale <= 0) return std::nullopt;

  Mp4BoxReader boxes(read_at, file->size());
  const auto moov = boxes.find(0, file->size(), mp4_tag("moov"));
  std::optional<Mp4Box> trak;
  std::size_t counted = 0;
  boxes.for_each(moov->body, moov->end, [&](const Mp4Box& box) {
    if (box.type == mp4_tag("trak") && counted++ == number) trak = box;
    return !trak;
  });
  if (!trak) return std::nullopt;
  const std::int64_t moved = played->pause - played->begin;
  const auto stretch =
      stretch_of(boxes, *trak, (from * track.timescale).floor() - moved, (to * track.timescale).ceil() - moved);
  if (!stretch) return std::nullopt;
  Excerpt excerpt(boxes, file->size());
  if (!excerpt.write(*moov, *trak, *stretch)) return std::nullopt;
  return Mp4Excerpt{joined(excerpt.take(), file, source.name()), stretch->decode_time + moved};
}

std::optional<Mp4Excerpt> excerpt_around(const Source& source, FactSource measured_by, int index, const Seconds& start,
                                         const Seconds& end, const SourceOptions& options, const RunContext& context) {
  if (measured_by != FactSource::sample_table) return std::nullopt;
  // Readers enter some way before the window, more than once when that fails, and look at what follows it.
  constexpr int before_s = 5, behind_s = 2;
  return excerpt_mp4(source, index, start - before_s, end + behind_s, options, context);
}

}  // namespace react1::media
