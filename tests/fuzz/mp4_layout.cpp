// SPDX-License-Identifier: Apache-2.0
// The walk over an MP4's boxes.
#include "media/format/mp4_layout.hpp"

#include <algorithm>
#include <cstring>

#include "fuzz/input.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::span file{data, size};
  const react1::media::ReadAt read_at = [&](std::int64_t offset, std::span<std::uint8_t> buffer) {
    const auto rest = file.subspan(static_cast<std::size_t>(offset));  // an offset outside is a fault of the walker
    const std::size_t count = std::min(rest.size(), buffer.size());
    std::memcpy(buffer.data(), rest.data(), count);
    return count;
  };
  if (const auto layout = react1::media::read_mp4_layout(read_at, static_cast<std::int64_t>(size))) {
    for (const react1::media::Mp4Track& track : layout->tracks) {
      static_cast<void>(track.edits_matter(layout->movie_timescale));
    }
  }
  return 0;
}
