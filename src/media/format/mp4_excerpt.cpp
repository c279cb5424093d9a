// SPDX-License-Identifier: Apache-2.0
#include "media/format/mp4_excerpt.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/saturate.hpp"
#include "media/ff/interrupt.hpp"
#include "media/format/mp4_index_writer.hpp"
#include "media/format/mp4_sample_table.hpp"
#include "media/source/source_bytes.hpp"

namespace react1::media {
namespace {

/// An hour of pictures; far more than a window and its margins hold. Uncompressed sound has a sample per instant.
constexpr std::int64_t kMostSamples = 250'000;
/// Enough for FFmpeg to detect a stream's properties, and for its first pictures.
constexpr std::int64_t first_samples = 64;

/// The result of `read(tables)` for a track's sample tables.
template <class Read>
std::optional<Mp4Stretch> stretch_of(Mp4BoxReader& boxes, const Mp4Box& trak, Read&& read) {
  std::optional<Mp4Box> stbl = trak;
  for (const std::uint32_t type : {mp4_tag("mdia"), mp4_tag("minf"), mp4_tag("stbl")}) {
    if (stbl) stbl = boxes.find(stbl->body, stbl->end, type);
  }
  if (!stbl) return std::nullopt;
  return read(table_boxes(boxes, *stbl, Mp4Tables::piecewise));
}

/// The head, followed by the file.
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

std::shared_ptr<Bytes> bytes_of(const Source& source, const SourceOptions& options, const RunContext& context) {
  ff::Interrupt interrupt(context.stop, options.stall_timeout);
  return local_bytes(source, options, interrupt);
}

/// Keeps `file` open.
ReadAt reading(const std::shared_ptr<Bytes>& file) {
  return [file](std::int64_t offset, std::span<std::uint8_t> buffer) {
    return file->read_at(offset, std::as_writable_bytes(buffer));
  };
}

}  // namespace

std::optional<Mp4Excerpt> excerpt_mp4(const Source& source, int index, const Seconds& from, const Seconds& to,
                                      const SourceOptions& options, const RunContext& context) {
  if (source.kind() == Source::Kind::url || index < 0) return std::nullopt;
  const std::shared_ptr<Bytes> file = bytes_of(source, options, context);
  const ReadAt read_at = reading(file);
  const auto layout = read_mp4_layout(read_at, file->size());
  const auto number = static_cast<std::size_t>(index);
  if (!layout || layout->fragmented || number >= layout->tracks.size()) return std::nullopt;
  const Mp4Track& track = layout->tracks[number];
  const auto played = played_part(track, layout->movie_timescale);
  if (!played || track.timescale <= 0) return std::nullopt;

  Mp4BoxReader boxes(read_at, file->size());
  const std::int64_t moved = played->pause - played->begin;
  auto stretch = stretch_of(boxes, track.box, [&](const Mp4TableBoxes& tables) {
    return read_stretch(tables, saturating_add((from * track.timescale).floor(), -moved),
                        saturating_add((to * track.timescale).ceil(), -moved), kMostSamples);
  });
  if (!stretch) return std::nullopt;
  const std::int64_t shift = stretch->decode_time + moved;
  const std::array listed{Mp4ListedTrack{track.box, std::move(*stretch)}};
  auto head = write_mp4_index(boxes, file->size(), layout->moov, listed, Mp4Extras::dropped);
  if (!head) return std::nullopt;
  return Mp4Excerpt{joined(std::move(*head), file, source.name()), shift};
}

std::optional<Mp4HeaderView> view_mp4_header(const Source& source, std::int64_t least_bytes,
                                             const Seconds& least_length, const SourceOptions& options,
                                             const RunContext& context) {
  if (source.kind() == Source::Kind::url) return std::nullopt;
  const std::shared_ptr<Bytes> file = bytes_of(source, options, context);
  if (file->size() < least_bytes) return std::nullopt;
  const ReadAt read_at = reading(file);
  auto layout = read_mp4_layout(read_at, file->size(), Mp4Tables::piecewise);
  if (!layout || layout->fragmented || layout->movie_timescale <= 0) return std::nullopt;
  if (Seconds(layout->movie_duration, layout->movie_timescale) < least_length) return std::nullopt;

  Mp4BoxReader boxes(read_at, file->size());
  std::vector<Mp4ListedTrack> listed;
  for (const Mp4Track& track : layout->tracks) {
    auto stretch =
        stretch_of(boxes, track.box, [](const Mp4TableBoxes& tables) { return read_beginning(tables, first_samples); });
    if (!stretch || !track.table) return std::nullopt;
    listed.push_back({track.box, std::move(*stretch)});
  }
  auto head = write_mp4_index(boxes, file->size(), layout->moov, listed, Mp4Extras::kept);
  if (!head) return std::nullopt;
  return Mp4HeaderView{joined(std::move(*head), file, source.name()), std::move(*layout), file->size()};
}

std::optional<Mp4Excerpt> excerpt_around(const Source& source, FactSource measured_by, int index, const Seconds& start,
                                         const Seconds& end, const SourceOptions& options, const RunContext& context) {
  if (measured_by != FactSource::sample_table) return std::nullopt;
  // Readers begin somewhat before the window, earlier when that fails, and read a little past it.
  constexpr int before_s = 5, behind_s = 2;
  return excerpt_mp4(source, index, start - before_s, end + behind_s, options, context);
}

}  // namespace react1::media
