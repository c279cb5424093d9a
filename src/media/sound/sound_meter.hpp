// SPDX-License-Identifier: Apache-2.0
// All measurements of a sound, in one pass over its samples.
#pragma once

#include <ebur128.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "media/ff/handles.hpp"
#include "media/sound/block_levels.hpp"
#include "media/sound/true_peak.hpp"

#include <react1/sound.hpp>

namespace react1::media {

/// What to measure in addition to the levels of the blocks.
struct AnalysisOptions {
  bool levels = true;        ///< loudness and true peak
  bool effects_too = false;  ///< include the source's low-frequency effects channel
};

struct AudioAnalysis {
  SoundLevels levels;                ///< without the share of silence: planning::silence_share() fills it in
  std::vector<std::uint8_t> blocks;  ///< as BlockLevels::finish()
  /// Of left and right, -1 … 1: -1 for opposite phase. nullopt: mono, or one channel is silent.
  std::optional<double> correlation;
  bool left_is_louder = true;
  double sample_peak = 0;  ///< highest absolute sample; 1 = full scale
};

/// Takes planar float, one or two channels. The loudness comes from libebur128. One thread at a time.
class SoundMeter {
 public:
  SoundMeter(int sample_rate, int channels, const AnalysisOptions& wanted);
  void add(const AVFrame& frame);
  [[nodiscard]] AudioAnalysis finish();

 private:
  struct FreeState {
    void operator()(ebur128_state* state) const noexcept;
  };
  void count_clipping(const float* samples, std::size_t count, std::size_t channel);
  void correlate(const float* left, const float* right, std::size_t count);
  void add_levels(std::span<const float* const> channels, std::size_t count);

  BlockLevels blocks_;
  std::unique_ptr<ebur128_state, FreeState> loudness_;
  std::vector<TruePeakMeter> peaks_;
  std::vector<float> interleaved_;
  std::vector<std::int64_t> at_full_scale_;  // samples in a row, per channel
  std::int64_t clipped_ = 0;
  float peak_ = 0;
  double left_ = 0, right_ = 0, both_ = 0;  // sums of squares, and of products
};

}  // namespace react1::media
