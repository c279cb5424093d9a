// What FFmpeg does not tell about an MP4/MOV file: whether its index comes first, and what its edit lists say.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include <react1/rational.hpp>

namespace react1::media {

/// Reads up to `buffer.size()` bytes at `offset`; fewer at the end of the file.
using ReadAt = std::function<std::size_t(std::int64_t offset, std::span<std::uint8_t> buffer)>;

struct Mp4Edit {
  std::int64_t duration = 0;    ///< ticks of the movie's time scale; 0 = all of the rest
  std::int64_t media_time = 0;  ///< ticks of the track's time scale; −1 = a pause (empty edit)
  std::int64_t rate = 1 << 16;  ///< 16.16 fixed point
};

struct Mp4Track {
  std::int64_t id = 0;
  std::int64_t timescale = 0;  ///< ticks per second; 0 = not found
  std::int64_t duration = 0;   ///< of the media, ticks; 0 = unknown
  std::vector<Mp4Edit> edits;

  /// True when a reader that ignores the edit list would see another start, count or duration. An edit that ends within
  /// one tick of the movie's (coarser) clock before the media does cuts nothing.
  [[nodiscard]] bool edits_matter(std::int64_t movie_timescale) const;
};

struct Mp4Layout {
  bool moov_first = false;  ///< the index precedes the media data
  bool fragmented = false;  ///< the index announces fragments (mvex)
  std::int64_t movie_timescale = 0;
  std::int64_t movie_duration = 0;  ///< ticks of movie_timescale; 0 = unknown
  std::vector<Mp4Track> tracks;
};

/// Walks the boxes without reading media data or sample tables. nullopt when the bytes are no box structure with a
/// moov. Damaged sizes end the walk; they never make it read outside [0, size) or run without end.
[[nodiscard]] std::optional<Mp4Layout> read_mp4_layout(const ReadAt& read_at, std::int64_t size);

}  // namespace react1::media
