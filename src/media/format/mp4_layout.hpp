// SPDX-License-Identifier: Apache-2.0
// What FFmpeg does not report about an MP4/MOV file: whether its index comes first, its edit lists, and how many
// packets its sample tables list, without reading them.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include <react1/rational.hpp>

#include "media/format/mp4_box.hpp"

namespace react1::media {

struct Mp4Edit {
  std::int64_t duration = 0;    ///< ticks of the movie's time scale; 0 = all of the rest
  std::int64_t media_time = 0;  ///< ticks of the track's time scale; −1 = a pause (empty edit)
  std::int64_t rate = 1 << 16;  ///< 16.16 fixed point
};

/// `count` samples in a row that share a value.
struct Mp4Run {
  std::uint32_t count = 0;
  std::int32_t value = 0;  ///< ticks
};

/// A track's list of its samples (a sample is a packet in FFmpeg; of uncompressed sound, one instant).
struct Mp4SampleTable {
  std::int64_t samples = 0;
  std::vector<Mp4Run> durations;            ///< ticks, in decode order; together `samples`
  std::vector<Mp4Run> composition_offsets;  ///< presentation less decode time, ticks; empty = 0 for all
  std::int64_t end_byte = 0;                ///< where the last byte of all samples ends in the file
  bool first_is_sync = true;                ///< the first sample is a key frame
};

struct Mp4Track {
  Mp4Box box;  ///< its trak
  std::int64_t id = 0;
  std::int64_t timescale = 0;  ///< ticks per second; 0 = not found
  std::int64_t duration = 0;   ///< of the media, ticks; 0 = unknown
  std::vector<Mp4Edit> edits;
  /// nullopt: none, an inconsistent one, or a fragmented file, whose table is incomplete.
  std::optional<Mp4SampleTable> table;

  /// True when a reader that ignores the edit list would see another start, count or duration. An edit that ends within
  /// one tick of the movie's (coarser) clock before the media is no cut.
  [[nodiscard]] bool edits_matter(std::int64_t movie_timescale) const;
};

/// Which part of the media's own timeline is played, and by how much it is moved.
struct Mp4Played {
  std::int64_t begin = 0, end = std::numeric_limits<std::int64_t>::max();  ///< ticks of the track
  std::int64_t pause = 0;                                                  ///< in front of it
};
/// nullopt for a list without a unique interpretation in FFmpeg: more than one edit (except a leading pause), a rate.
[[nodiscard]] std::optional<Mp4Played> played_part(const Mp4Track& track, std::int64_t movie_timescale);

struct Mp4Layout {
  Mp4Box moov;
  bool moov_first = false;  ///< the index precedes the media data
  bool fragmented = false;  ///< the index announces fragments (mvex)
  std::int64_t movie_timescale = 0;
  std::int64_t movie_duration = 0;  ///< ticks of movie_timescale; 0 = unknown
  std::vector<Mp4Track> tracks;
};

/// How the sample tables are read: each as a whole, one request to a server, or in pieces, without
/// memory.
enum class Mp4Tables { skipped, at_once, piecewise };

/// Walks the boxes without reading media data. nullopt when the bytes are no box structure with a
/// moov. Damaged sizes end the walk; they never make it read outside [0, size) or run without end.
[[nodiscard]] std::optional<Mp4Layout> read_mp4_layout(const ReadAt& read_at, std::int64_t size,
                                                       Mp4Tables tables = Mp4Tables::skipped);

}  // namespace react1::media
