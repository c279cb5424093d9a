// SPDX-License-Identifier: Apache-2.0
// Writes the head of an MP4 that uses the media of another one: the other's boxes, with fewer samples listed.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "media/format/mp4_box.hpp"
#include "media/format/mp4_sample_table.hpp"

namespace react1::media {

/// A track of the new index.
struct Mp4ListedTrack {
  Mp4Box trak;         ///< of the other file
  Mp4Stretch samples;  ///< what is listed of it
};

/// Boxes that are neither needed to decode nor sample lists: names, languages, tags, cover art.
enum class Mp4Extras { dropped, kept };

/// The head of a file that continues with the whole other file, of `file_size` bytes, in its media box. Edit lists
/// are left out. nullopt when a box that FFmpeg needs is missing or of an unlikely size.
[[nodiscard]] std::optional<std::vector<std::uint8_t>> write_mp4_index(Mp4BoxReader& boxes, std::int64_t file_size,
                                                                       const Mp4Box& moov,
                                                                       std::span<const Mp4ListedTrack> tracks,
                                                                       Mp4Extras extras);

}  // namespace react1::media
