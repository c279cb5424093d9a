// SPDX-License-Identifier: Apache-2.0
// The duration of the last sample of movie fragments, which FFmpeg does not report.
#pragma once

#include <cstdint>
#include <optional>

#include "media/format/mp4_box.hpp"
#include "media/format/mp4_layout.hpp"

namespace react1::media {

/// Ticks of the track `track_id`, from the last fragment that holds samples of it. nullopt when there is none, when the
/// file ends inside of its last box or without the data of its last fragment, or when it has more boxes than
/// Mp4BoxReader walks.
[[nodiscard]] std::optional<std::int64_t> last_fragment_sample(const ReadAt& read_at, std::int64_t size,
                                                               const Mp4Layout& layout, std::int64_t track_id);

}  // namespace react1::media
