// The sample tables (stts, ctts, stss, stsz, stsc, stco) of one MP4/MOV track: ISO/IEC 14496-12, 8.6 and 8.7.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "media/mp4_layout.hpp"

namespace react1::media {

/// The content of the boxes as they lie in the file, version and flags first; empty = there is none.
struct Mp4TableBoxes {
  std::span<const std::uint8_t> stts, ctts, stss, stsz, stsc, stco, co64;
};

/// nullopt when a table is missing, is shorter than it says, or contradicts another one. Reads nothing outside the
/// boxes; memory is bounded by theirs.
[[nodiscard]] std::optional<Mp4SampleTable> read_sample_table(const Mp4TableBoxes& boxes);

}  // namespace react1::media
