// Where in a sound there is voice: the loudness of 10 ms blocks against a gate.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <react1/media.hpp>
#include <react1/rational.hpp>

namespace react1::media {

/// Half-open; relative to the first sample.
struct Interval {
  Seconds start_s, end_s;
};

struct VoiceActivity {
  bool found = false;
  Seconds first_start_s, last_end_s;  ///< relative to the first sample; 0 when nothing was found
  double silent_share = 1;            ///< of the blocks, 0..1
  std::vector<Interval> pauses;       ///< at least 0.2 s without voice, those at the start and the end included
};

/// A block of 10 ms counts when its RMS is ≥ the gate; only three such blocks in a row are voice, so that a click is
/// not. The RMS is that of all channels together, which can't cancel each other as in a mix, less each channel's mean:
/// a constant voltage is no sound.
class VoiceDetector {
 public:
  /// `gate_dbfs` is relative to full scale (1.0). With `keep_levels`, one byte per block is kept.
  VoiceDetector(int sample_rate, double gate_dbfs, bool keep_levels = false);
  /// `samples` of each channel (−1..1), the same channels in each call.
  void add(std::span<const float* const> channels, std::size_t samples);
  /// Ends the last, shorter block.
  [[nodiscard]] VoiceActivity finish();
  /// Of every block so far, its level in half decibels below full scale; 255 is −127.5 dBFS or less.
  [[nodiscard]] std::vector<std::uint8_t> take_levels() { return std::move(levels_); }

 private:
  struct Sums {
    double value = 0, square = 0;
  };
  void end_block();
  void note_pause(std::int64_t behind);

  int sample_rate_;
  double gate_;  // linear
  bool keep_levels_;
  std::vector<Sums> sums_;  // of the block, per channel
  std::int64_t in_block_ = 0, position_ = 0, block_end_ = 0;
  std::int64_t blocks_ = 0, loud_blocks_ = 0, run_ = 0;
  std::int64_t first_block_ = -1, last_block_ = -1;
  std::vector<std::uint8_t> levels_;
  std::vector<Interval> pauses_;
};

}  // namespace react1::media
