// SPDX-License-Identifier: Apache-2.0
// The layout of an MP4/MOV file that FFmpeg has open.
#pragma once

#include <cstdint>
#include <optional>

#include "media/ff/handles.hpp"
#include "media/format/mp4_layout.hpp"

namespace react1::media {

/// Reads through `io`, which must be seekable, and leaves its position where it was. `size`: of the whole file.
[[nodiscard]] std::optional<Mp4Layout> read_mp4_layout(AVIOContext& io, std::int64_t size, Mp4Tables tables);

/// As last_fragment_sample(), likewise.
[[nodiscard]] std::optional<std::int64_t> last_fragment_sample(AVIOContext& io, std::int64_t size,
                                                               const Mp4Layout& layout, std::int64_t track_id);

}  // namespace react1::media
