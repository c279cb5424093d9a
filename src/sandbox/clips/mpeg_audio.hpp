// SPDX-License-Identifier: Apache-2.0
// Counts the frames of a raw MPEG audio file (such as MP3) byte by byte, without a library.
#pragma once

#include <cstdint>
#include <istream>

#include <react1/rational.hpp>

namespace react1::sandbox {

struct MpegAudioCount {
  std::int64_t frames = 0;  ///< every frame, also the one that only carries a Xing, Info or VBRI tag
  Seconds duration_s;       ///< samples of all frames / sample rate
};

/// Tags around the frames (ID3v2, ID3v1, APE) and garbage between them are skipped.
[[nodiscard]] MpegAudioCount count_mpeg_audio(std::istream& file);

}  // namespace react1::sandbox
