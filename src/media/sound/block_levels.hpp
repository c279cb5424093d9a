// SPDX-License-Identifier: Apache-2.0
// The level of each 10 ms of a sound.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace react1::media {

/// The RMS of each block of 10 ms, of all channels together (which can't cancel each other as in a mix), above 100 Hz:
/// mains hum, rumble and a constant voltage are not part of a voice. planning::track_speech() decides what is
/// speech.
class BlockLevels {
 public:
  explicit BlockLevels(int sample_rate);
  /// `samples` of each channel (−1..1), the same channels in each call.
  void add(std::span<const float* const> channels, std::size_t samples);
  /// Ends the last, shorter block. Of every block its level in half decibels below full scale; 255 is −127.5 dBFS or
  /// less.
  [[nodiscard]] std::vector<std::uint8_t> finish();

 private:
  /// A second-order Butterworth high pass, and the sum of the squares of what comes out.
  struct Channel {
    double first = 0, state1 = 0, state2 = 0, square = 0;
  };
  void filter(Channel& channel, std::span<const float> samples) const;
  void end_block();

  int sample_rate_;
  double b_ = 1, a1_ = 0, a2_ = 0;  // of the filter: b, −2b, b; 1, a1, a2
  std::vector<Channel> channels_;
  std::int64_t in_block_ = 0, position_ = 0, block_end_ = 0;
  std::vector<std::uint8_t> levels_;
};

}  // namespace react1::media
