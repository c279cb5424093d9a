// Our two counters of MPEG audio frames: the one that proves clips, and the judge's own.
#include <sstream>
#include <string>

#include "fuzz/input.hpp"
#include "media/mp3_frames.hpp"
#include "sandbox/mpeg_audio.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::span bytes{data, size};
  if (const auto header = react1::media::parse_mp3_header(bytes)) {
    react1::fuzz::require(header->sample_rate > 0 && header->size > 4);
  }
  if (const auto counted = react1::media::count_mp3_frames(bytes)) {
    react1::fuzz::require(counted->frames >= 1 && counted->gapless <= counted->with_tag);
  }
  std::istringstream file{std::string{react1::fuzz::text_of(data, size)}};
  static_cast<void>(react1::sandbox::count_mpeg_audio(file));
  return 0;
}
