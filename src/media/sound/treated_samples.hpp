// SPDX-License-Identifier: Apache-2.0
// The last steps before the encoder: gain, limiter, fades, and the exact count.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "media/ff/handles.hpp"
#include "media/sound/peak_limiter.hpp"

#include <react1/media.hpp>

namespace react1::media {

/// Planar float of this shape, its content not set.
[[nodiscard]] ff::Frame make_samples(int channels, int rate, int samples);

/// A queue of samples in the plan's rate and channels, treated as planned. One thread at a time.
class TreatedSamples {
 public:
  explicit TreatedSamples(const AudioPlan& plan);

  /// Takes the first `samples` of `frame`.
  void add(const AVFrame& frame, int samples);
  void add_silence(std::int64_t samples);
  /// Delivers the limiter's rest. Samples added later are not limited.
  void finish();

  /// Samples that were put in.
  [[nodiscard]] std::int64_t placed() const noexcept { return placed_; }
  /// Samples that came through; after finish(), all that were put in.
  [[nodiscard]] std::int64_t made() const noexcept { return made_; }
  [[nodiscard]] std::int64_t given() const noexcept { return given_; }
  /// The next `samples`, faded as planned: of a clip of `total` samples. Null for none.
  [[nodiscard]] ff::Frame take(int samples, std::int64_t total);

 private:
  void store(void** planes, int samples);
  void store_limited();
  void fade(AVFrame& frame, std::int64_t total) const;

  int channels_, rate_;
  std::int64_t silence_before_, fade_in_, fade_out_;  // samples
  std::optional<PeakLimiter> limiter_;
  PeakLimiter::Channels limited_;
  ff::AudioFifo ready_;
  std::int64_t placed_ = 0, made_ = 0, given_ = 0;
};

}  // namespace react1::media
