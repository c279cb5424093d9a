// Part of one track of a long MP4, as a small MP4 of its own.
#pragma once

#include <cstdint>
#include <optional>

#include <react1/media_info.hpp>
#include <react1/rational.hpp>
#include <react1/run_context.hpp>
#include <react1/source.hpp>

namespace react1::media {

/// FFmpeg lists every sample of every track when it opens an MP4, and keeps the list: hours of it take time and memory
/// that grow with the file. An excerpt is a source whose index lists one track's samples of a window, and whose media
/// is the file's own, so that it opens like a short clip.
struct Mp4Excerpt {
  Source source;             ///< its only stream is number 0; keeps the file open
  std::int64_t shift_ticks;  ///< to be added to its packets' times: then they are those that FFmpeg gives for the file
};

/// Of track number `index` (FFmpeg's stream index) what is decoded in [from, to), seconds on FFmpeg's timeline of the
/// file, begun at a key frame. Packets that an edit list would have dropped are among them. nullopt for a source or a
/// file that this is not built for: a URL, fragments, an edit list or tables that are not of the plain kind,
/// uncompressed sound. Throws what opening and reading the source throw.
[[nodiscard]] std::optional<Mp4Excerpt> excerpt_mp4(const Source& source, int index, const Seconds& from,
                                                    const Seconds& to, const SourceOptions& options,
                                                    const RunContext& context);

/// The excerpt that a reader of the window [start, end) wants, margins included: for files that were measured by their
/// tables (`measured_by`), which are the long ones. nullopt: the file itself is to be read.
[[nodiscard]] std::optional<Mp4Excerpt> excerpt_around(const Source& source, FactSource measured_by, int index,
                                                       const Seconds& start, const Seconds& end,
                                                       const SourceOptions& options, const RunContext& context);

}  // namespace react1::media
