// SPDX-License-Identifier: Apache-2.0
// A long MP4 with a short index, as a small MP4 of its own: part of one track, or the beginnings of all.
#pragma once

#include <cstdint>
#include <optional>

#include <react1/media_info.hpp>
#include <react1/rational.hpp>
#include <react1/run_context.hpp>
#include <react1/source.hpp>

#include "media/format/mp4_layout.hpp"

namespace react1::media {

/// FFmpeg lists every sample of every track when it opens an MP4, and keeps the list: hours of it take time and memory
/// that grow with the file. An excerpt is a source whose index lists one track's samples of a window, and whose media
/// is the file's own, so that it opens like a short clip.
struct Mp4Excerpt {
  Source source;                 ///< its only stream is number 0; keeps the file open
  std::int64_t shift_ticks = 0;  ///< added to its packets' times gives FFmpeg's times of the file
};

/// Packets of track number `index` (FFmpeg's stream index) that are decoded in [from, to), seconds on FFmpeg's timeline
/// of the file, begun at a key frame. Packets that an edit list would have dropped are among them. nullopt for an
/// unsupported source or file: a URL, fragments, unusual edit lists or tables, uncompressed sound. Throws what opening
/// and reading the source throw.
[[nodiscard]] std::optional<Mp4Excerpt> excerpt_mp4(const Source& source, int index, const Seconds& from,
                                                    const Seconds& to, const SourceOptions& options,
                                                    const RunContext& context);

/// A view of a file with which FFmpeg detects its streams, and the lengths from its tables.
struct Mp4HeaderView {
  /// The file's streams, in order, with their first samples only and without edit lists; keeps the file open.
  Source source;
  Mp4Layout layout;  ///< of the file; every track has its table
  std::int64_t size_bytes = 0;
};

/// nullopt for an unsupported source or file (a URL, fragments, a track without a plain table), and
/// for one below the given size or length. Throws what opening and reading the source throw.
[[nodiscard]] std::optional<Mp4HeaderView> view_mp4_header(const Source& source, std::int64_t least_bytes,
                                                           const Seconds& least_length, const SourceOptions& options,
                                                           const RunContext& context);

/// The excerpt for a reader of the window [start, end), margins included: for files that were measured by their
/// tables (`measured_by`), which are the long ones. nullopt: the file itself has to be read.
[[nodiscard]] std::optional<Mp4Excerpt> excerpt_around(const Source& source, FactSource measured_by, int index,
                                                       const Seconds& start, const Seconds& end,
                                                       const SourceOptions& options, const RunContext& context);

}  // namespace react1::media
