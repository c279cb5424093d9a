// SPDX-License-Identifier: Apache-2.0
#include "media/format/mp4_index_writer.hpp"

#include <algorithm>
#include <initializer_list>
#include <utility>

namespace react1::media {
namespace {

constexpr std::int64_t most_box_bytes = std::int64_t{1} << 20;

class BoxWriter {
 public:
  void begin(std::uint32_t type) {
    open_.push_back(bytes_.size());
    number(0, 4);  // its size, known in end()
    number(type, 4);
  }
  /// Of a list of entries; version and flags 0.
  void begin_table(std::uint32_t type, std::size_t entries) {
    begin(type);
    number(0, 4);
    number(entries, 4);
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

class IndexWriter {
 public:
  IndexWriter(Mp4BoxReader& boxes, std::span<const Mp4ListedTrack> tracks, Mp4Extras extras)
      : boxes_(boxes), tracks_(tracks), extras_(extras) {}

  std::optional<std::vector<std::uint8_t>> write(const Mp4Box& moov, std::int64_t file_size) {
    // The brand tells FFmpeg how to read what follows; files without one are old QuickTime.
    if (const auto brand = boxes_.find(0, moov.begin, mp4_tag("ftyp")); brand && !copy(*brand)) return std::nullopt;
    write_branch(moov);
    write_media_box(file_size);
    // A movie header, and per track its own two, its handler and the description of its samples.
    constexpr std::size_t needed_per_track = 4;
    if (needed_ != 1 + needed_per_track * tracks_.size()) return std::nullopt;
    return writer_.take();
  }

 private:
  void write_branch(const Mp4Box& parent) {
    writer_.begin(parent.type);
    boxes_.for_each(parent.body, parent.end, [&](const Mp4Box& box) {
      write_box(box, parent.type);
      return true;
    });
    if (parent.type == mp4_tag("stbl")) write_tables(track_->samples);
    writer_.end();
  }

  void write_box(const Mp4Box& box, std::uint32_t parent) {
    if (box.type == mp4_tag("trak")) {
      if (parent != mp4_tag("moov")) return;
      track_ = std::find_if(tracks_.begin(), tracks_.end(),
                            [&](const Mp4ListedTrack& track) { return track.trak.begin == box.begin; });
      if (track_ != tracks_.end()) write_branch(box);
      return;
    }
    if (leads_to_samples(box.type, parent)) return write_branch(box);
    // QuickTime has a second handler in addition to the media's, for its data.
    const bool media_handler = box.type == mp4_tag("hdlr") && parent == mp4_tag("mdia");
    if (media_handler || is_one_of(box.type, {mp4_tag("mvhd"), mp4_tag("tkhd"), mp4_tag("mdhd"), mp4_tag("stsd")})) {
      needed_ += copy(box) ? 1U : 0U;
      return;
    }
    if (is_one_of(box.type, {mp4_tag("vmhd"), mp4_tag("smhd"), mp4_tag("dinf")})) {
      (void)copy(box);
      return;
    }
    // Below stbl everything else is about samples that are not listed any more.
    if (extras_ == Mp4Extras::dropped || parent == mp4_tag("stbl")) return;
    if (is_one_of(box.type, {mp4_tag("edts"), mp4_tag("mvex"), mp4_tag("free"), mp4_tag("skip")})) return;
    (void)copy(box);
  }

  void write_tables(const Mp4Stretch& stretch) {
    write_runs(mp4_tag("stts"), stretch.durations, /*version=*/0);
    // What is read as signed is written as such: version 1.
    if (!stretch.composition_offsets.empty()) write_runs(mp4_tag("ctts"), stretch.composition_offsets, /*version=*/1);
    if (!stretch.all_are_key_frames) {
      writer_.begin_table(mp4_tag("stss"), stretch.key_frames.size());
      for (const std::int64_t key : stretch.key_frames) writer_.number(static_cast<std::uint64_t>(key) + 1, 4);
      writer_.end();
    }
    writer_.begin(mp4_tag("stsz"));
    writer_.number(0, 8);  // version, flags, no common size
    writer_.number(stretch.sizes.size(), 4);
    for (const std::int64_t size : stretch.sizes) writer_.number(static_cast<std::uint64_t>(size), 4);
    writer_.end();
    writer_.begin_table(mp4_tag("stsc"), 1);  // each sample is a chunk of its own
    for (int i = 0; i < 3; ++i) writer_.number(1, 4);
    writer_.end();
    writer_.begin_table(mp4_tag("co64"), stretch.offsets.size());
    offsets_.emplace_back(writer_.size(), &stretch);
    for (std::size_t i = 0; i < stretch.offsets.size(); ++i) writer_.number(0, 8);  // known in write_media_box()
    writer_.end();
  }

  void write_runs(std::uint32_t type, const std::vector<Mp4Run>& runs, std::uint64_t version) {
    writer_.begin(type);
    writer_.number(version << 24U, 4);
    writer_.number(runs.size(), 4);
    for (const Mp4Run& run : runs) {
      writer_.number(run.count, 4);
      writer_.number(static_cast<std::uint32_t>(run.value), 4);
    }
    writer_.end();
  }

  /// The whole file is the content of this box, so offsets in the file shift by the size of the head.
  void write_media_box(std::int64_t file_size) {
    constexpr std::uint64_t head_bytes = 16;
    writer_.number(1, 4);
    writer_.number(mp4_tag("mdat"), 4);
    writer_.number(static_cast<std::uint64_t>(file_size) + head_bytes, 8);
    for (auto [at, stretch] : offsets_) {
      for (const std::int64_t offset : stretch->offsets) {
        writer_.put(at, static_cast<std::uint64_t>(offset) + writer_.size(), 8);
        at += 8;
      }
    }
  }

  /// False for a box of an unlikely size, or one that can't be read.
  bool copy(const Mp4Box& box) {
    if (box.end - box.begin > most_box_bytes) return false;
    std::vector<std::uint8_t> bytes(static_cast<std::size_t>(box.end - box.begin));
    if (!boxes_.read(box.begin, bytes)) return false;
    writer_.copy(bytes);
    return true;
  }

  static bool is_one_of(std::uint32_t type, std::initializer_list<std::uint32_t> types) {
    return std::find(types.begin(), types.end(), type) != types.end();
  }

  Mp4BoxReader& boxes_;
  std::span<const Mp4ListedTrack> tracks_;
  Mp4Extras extras_;
  BoxWriter writer_;
  std::span<const Mp4ListedTrack>::iterator track_;                 // whose boxes are being written
  std::vector<std::pair<std::size_t, const Mp4Stretch*>> offsets_;  // where the tables of offsets were written
  std::size_t needed_ = 0;
};

}  // namespace

std::optional<std::vector<std::uint8_t>> write_mp4_index(Mp4BoxReader& boxes, std::int64_t file_size,
                                                         const Mp4Box& moov, std::span<const Mp4ListedTrack> tracks,
                                                         Mp4Extras extras) {
  return IndexWriter{boxes, tracks, extras}.write(moov, file_size);
}

}  // namespace react1::media
