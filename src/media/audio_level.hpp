// Sound as numbers: the mono mix of a frame and its highest sample.
#pragma once

#include <span>
#include <vector>

#include "media/ff/handles.hpp"

namespace react1::media {

/// Mixes frames of any format and layout down to mono floats (−1..1), without resampling or delay. The mix is
/// normalised: full scale on all channels stays full scale. One thread at a time.
class MonoMix {
 public:
  /// Valid until the next call. Throws Error{media} when the layout can't be mixed.
  [[nodiscard]] std::span<const float> mix(const AVFrame& frame);

 private:
  void set_up(const AVFrame& frame);

  ff::Resampler resampler_;
  int format_ = -1, sample_rate_ = 0, channels_ = 0;
  std::vector<float> samples_;
};

/// The highest absolute sample of all channels, 0..1 (floats may exceed 1).
[[nodiscard]] double peak_of(const AVFrame& frame);

/// dB relative to full scale; −200 for 0 and for all below.
[[nodiscard]] double dbfs(double linear) noexcept;

}  // namespace react1::media
