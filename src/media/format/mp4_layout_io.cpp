// SPDX-License-Identifier: Apache-2.0
#include "media/format/mp4_layout_io.hpp"

#include <cstddef>
#include <span>

#include "media/format/mp4_fragments.hpp"

namespace react1::media {

namespace {

/// The result of `read` for the bytes of `io`, whose position is restored.
template <class Read>
auto reading(AVIOContext& io, const Read& read) {
  const std::int64_t position = avio_tell(&io);
  const ReadAt read_at = [&io](std::int64_t offset, std::span<std::uint8_t> buffer) -> std::size_t {
    if (avio_seek(&io, offset, SEEK_SET) < 0) return 0;
    const int got = avio_read(&io, buffer.data(), static_cast<int>(buffer.size()));
    return got > 0 ? static_cast<std::size_t>(got) : 0;
  };
  auto result = read(read_at);
  avio_seek(&io, position, SEEK_SET);
  return result;
}

}  // namespace

std::optional<Mp4Layout> read_mp4_layout(AVIOContext& io, std::int64_t size, Mp4Tables tables) {
  return reading(io, [&](const ReadAt& read_at) { return read_mp4_layout(read_at, size, tables); });
}

std::optional<std::int64_t> last_fragment_sample(AVIOContext& io, std::int64_t size, const Mp4Layout& layout,
                                                 std::int64_t track_id) {
  return reading(io, [&](const ReadAt& read_at) { return last_fragment_sample(read_at, size, layout, track_id); });
}

}  // namespace react1::media
