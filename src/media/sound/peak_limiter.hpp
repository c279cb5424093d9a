// SPDX-License-Identifier: Apache-2.0
// Limits the peaks of a sound, including those between the samples.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <vector>

namespace react1::media {

/// 5 ms look-ahead, 80 ms release; all channels get the same gain, so that the stereo image
/// does not move. Sound below the ceiling is not changed at all. Peaks are those of the signal at four times its rate.
/// One thread at a time.
class PeakLimiter {
 public:
  using Channels = std::vector<std::vector<float>>;  ///< one vector of samples per channel, all as long

  /// `ceiling` is linear, above 0; `gain` is applied first.
  PeakLimiter(int sample_rate, std::size_t channels, double gain, double ceiling);

  /// Takes samples and appends those that are ready to `output`; about 5 ms are delayed.
  void push(std::span<const float* const> planes, std::size_t samples, Channels& output);
  /// Appends the delayed samples. The total output then equals the input.
  void finish(Channels& output);

 private:
  [[nodiscard]] double peak_at_centre() const;
  void take(double required, Channels& output);
  [[nodiscard]] double lowest_ahead(double required);

  std::size_t window_;
  double gain_, ceiling_, release_;
  using History = std::vector<float>;  // a ring, written twice so that it can be read contiguously
  std::vector<History> history_;       // per channel: the samples that decide about the points after their middle
  std::size_t oldest_ = 0;
  std::vector<std::deque<float>> waiting_;  // per channel: measured, not yet given out
  struct Need {
    std::int64_t index;
    double gain;
  };
  std::deque<Need> needs_;       // ascending in index and gain: the front is the lowest of the window
  std::deque<double> envelope_;  // as long as the window
  double envelope_sum_ = 0, last_ = 1;
  std::int64_t measured_ = 0;
  std::int64_t taken_ = 0, given_ = 0;
};

}  // namespace react1::media
