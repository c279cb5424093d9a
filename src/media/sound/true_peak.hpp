// SPDX-License-Identifier: Apache-2.0
// The true peak of a sound, by four-times oversampling.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <vector>

namespace react1::media {

inline constexpr std::size_t true_peak_half = 12;                  ///< samples on either side of a point
inline constexpr std::size_t true_peak_span = 2 * true_peak_half;  ///< samples that decide about the points after one
/// The largest ratio of a point between samples to the highest sample that determines it.
inline constexpr double true_peak_most_overshoot = 2.5;

/// Highest absolute value of the sample at true_peak_half - 1 and of three points on the way to the next one.
[[nodiscard]] double true_peak_at(std::span<const float, true_peak_span> samples);

/// The true peak of one channel. libebur128 measures the same at ten times the cost: here only
/// samples loud enough to be the peak are oversampled. One thread at a time.
class TruePeakMeter {
 public:
  void add(std::span<const float> samples);
  /// Linear; 0 for silence. Ends the sound.
  [[nodiscard]] double finish();

 private:
  void look(std::span<const float> samples);

  std::vector<float> pending_ = std::vector<float>(true_peak_half - 1, 0.0F);  // the last ones, whose points are open
  double peak_ = 0;
};

}  // namespace react1::media
