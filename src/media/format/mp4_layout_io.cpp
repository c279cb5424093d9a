// SPDX-License-Identifier: Apache-2.0
#include "media/format/mp4_layout_io.hpp"

#include <cstddef>
#include <span>

namespace react1::media {

std::optional<Mp4Layout> read_mp4_layout(AVIOContext& io, std::int64_t size, Mp4Tables tables) {
  const std::int64_t position = avio_tell(&io);
  auto layout = read_mp4_layout(
      [&io](std::int64_t offset, std::span<std::uint8_t> buffer) -> std::size_t {
        if (avio_seek(&io, offset, SEEK_SET) < 0) return 0;
        const int got = avio_read(&io, buffer.data(), static_cast<int>(buffer.size()));
        return got > 0 ? static_cast<std::size_t>(got) : 0;
      },
      size, tables);
  avio_seek(&io, position, SEEK_SET);
  return layout;
}

}  // namespace react1::media
