// SPDX-License-Identifier: Apache-2.0
// Our readers of MPEG audio frames: the counter that proves clips, the judge's own, and the scan of sources.
#include <sstream>
#include <string>

#include "fuzz/input.hpp"
#include "media/format/mp3_frames.hpp"
#include "media/format/mp3_scan.hpp"
#include "sandbox/clips/mpeg_audio.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::span bytes{data, size};
  if (const auto header = react1::media::parse_mp3_header(bytes)) {
    react1::fuzz::require(header->sample_rate > 0 && header->size > 4);
  }
  if (const auto counted = react1::media::count_mp3_frames(bytes)) {
    react1::fuzz::require(counted->frames >= 1 && counted->gapless <= counted->with_tag);
  }
  if (const auto scan = react1::media::scan_mp3(bytes)) {
    react1::fuzz::require(!scan->frames.empty() && scan->sound_bytes() <= static_cast<std::int64_t>(size));
    static_cast<void>(scan->flaws());
    react1::fuzz::require(react1::media::mended_mp3(bytes, *scan).size() <= size + 2048);
  }
  static_cast<void>(react1::media::begins_as_mp3(bytes, true));
  static_cast<void>(react1::media::begins_as_free_format(bytes));
  std::istringstream file{std::string{react1::fuzz::text_of(data, size)}};
  static_cast<void>(react1::sandbox::count_mpeg_audio(file));
  return 0;
}
