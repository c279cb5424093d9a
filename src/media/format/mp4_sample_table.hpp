// SPDX-License-Identifier: Apache-2.0
// The sample tables (stts, ctts, stss, stsz, stsc, stco) of one MP4/MOV track: ISO/IEC 14496-12, 8.6 and 8.7.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "media/format/mp4_box.hpp"
#include "media/format/mp4_layout.hpp"

namespace react1::media {

/// The content of the boxes as stored in the file, version and flags first.
struct Mp4TableBoxes {
  Mp4BoxBytes stts, ctts, stss, stsz, stsc, stco, co64;
};

/// Of the stbl box `parent`; `boxes` must outlive them.
[[nodiscard]] Mp4TableBoxes table_boxes(Mp4BoxReader& boxes, const Mp4Box& parent, Mp4Tables how);

/// nullopt when a table is missing, is shorter than it claims, contradicts another one, or holds times beyond 31 bits.
/// Memory is that of the runs: at most eight bytes per sample, twice.
[[nodiscard]] std::optional<Mp4SampleTable> read_sample_table(const Mp4TableBoxes& boxes);

/// Consecutive samples of a track, and their positions.
struct Mp4Stretch {
  std::int64_t decode_time = 0;                        ///< of the first one, ticks
  std::vector<Mp4Run> durations, composition_offsets;  ///< as in Mp4SampleTable
  std::vector<std::int64_t> offsets, sizes;            ///< bytes, one per sample
  std::vector<std::int64_t> key_frames;                ///< their numbers from 0 on
  bool all_are_key_frames = false;
};
/// From the last key frame decoded at or before `from` (else from the first sample) on, to the first sample decoded at
/// or after `to`; ticks. nullopt where read_sample_table() returns it, when there are none, and above `most_samples`.
[[nodiscard]] std::optional<Mp4Stretch> read_stretch(const Mp4TableBoxes& boxes, std::int64_t from, std::int64_t to,
                                                     std::int64_t most_samples);
/// The first `samples` samples, or all when there are fewer.
[[nodiscard]] std::optional<Mp4Stretch> read_beginning(const Mp4TableBoxes& boxes, std::int64_t samples);

}  // namespace react1::media
