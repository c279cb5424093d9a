// SPDX-License-Identifier: Apache-2.0
// Samples of any format, layout and rate → planar float, mono or stereo, at another rate.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "media/ff/handles.hpp"

#include <react1/rational.hpp>

namespace react1::media {

/// How each of the source's channels goes into left and right, row by row: left first, then right; one row per channel
/// that is made.
///
/// Channels that the file does not mark (and that are more than two) may hold anything: all go into both by 1. So does
/// the low-frequency effects channel with `with_effects`. Ambisonic sound is mixed like two microphones back to back:
/// no direction is lost. Of marked channels: speech sits in the centre, so the centre keeps its level in both: 1. Left
/// and right go to their own side, by 1 where there is no centre and by 1/2 with one; all behind and above them by half
/// of that; low-frequency effects by 0. The sum is not scaled down: the limiter handles the rare peaks. Mono goes into
/// every channel. `only_channel` 0 or 1 uses only that row.
[[nodiscard]] std::vector<double> mix_matrix(const AVChannelLayout& from, int channels, int only_channel,
                                             bool with_effects = false);

struct ResamplerOptions {
  int channels = 1;     ///< made: 1 or 2
  int sample_rate = 0;  ///< made, Hz
  int only_channel = -1;
  Rational stretch = 1;  ///< seconds that a second's worth of the source's samples becomes; 0.97 to 1.03
  bool with_effects = false;
  /// Use libswresample's own filter although FFmpeg was built with the better libsoxr.
  bool built_in_filter = false;
};

/// One conversion, of frames like the first. libsoxr at 28 bits where FFmpeg has it, else
/// libswresample's own, lengthened filter; both are linear-phase and without delay for the caller. One thread at a
/// time.
class Resampler {
 public:
  /// `like` gives format, layout and rate. Throws Error{media} naming `where` when the layout can't be mixed.
  Resampler(const AVFrame& like, const ResamplerOptions& options, std::string where);

  /// The buffer size in samples that convert() may need for this many samples of the source.
  [[nodiscard]] int room(int samples) const;
  /// Converts `samples` of `data` (nullptr: delivers the rest); returns the count written to `output`.
  [[nodiscard]] int convert(std::uint8_t** output, int room, const std::uint8_t** data, int samples);

 private:
  [[nodiscard]] int set_up(const AVFrame& like, const ResamplerOptions& options, bool built_in);

  std::string where_;
  ff::Resampler swr_;
};

}  // namespace react1::media
