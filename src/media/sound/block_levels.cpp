// SPDX-License-Identifier: Apache-2.0
#include "media/sound/block_levels.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "media/sound/audio_level.hpp"

namespace react1::media {
namespace {

constexpr std::int64_t blocks_per_second = 100;
constexpr double lowest_frequency = 100;  ///< Hz; the overtones of the deepest voices are above

constexpr double inaudible = 1e-15;

std::uint8_t half_decibels_down(double linear) {
  return static_cast<std::uint8_t>(std::clamp(std::lround(-2 * dbfs(linear)), 0L, 255L));
}

}  // namespace

BlockLevels::BlockLevels(int sample_rate) : sample_rate_(sample_rate), block_end_(sample_rate / blocks_per_second) {
  const double corner = std::min(lowest_frequency / sample_rate, 1.0 / 8);  // very low rates must not break it
  const double k = std::tan(std::numbers::pi * corner);
  b_ = 1 / (1 + std::numbers::sqrt2 * k + k * k);
  a1_ = 2 * (k * k - 1) * b_;
  a2_ = (1 - std::numbers::sqrt2 * k + k * k) * b_;
}

void BlockLevels::add(std::span<const float* const> channels, std::size_t samples) {
  if (channels_.empty() && samples > 0) {
    channels_.resize(channels.size());
    // As if the first sample had lasted indefinitely before: a constant voltage makes no click at the start.
    for (std::size_t i = 0; i < channels.size(); ++i)
      channels_[i].first = std::isfinite(channels[i][0]) ? double{channels[i][0]} : 0.0;
  }
  for (std::size_t done = 0; done < samples;) {
    const auto count = std::min(samples - done, static_cast<std::size_t>(block_end_ - position_));
    for (std::size_t i = 0; i < channels.size(); ++i) filter(channels_[i], std::span(channels[i] + done, count));
    done += count;
    in_block_ += static_cast<std::int64_t>(count);
    position_ += static_cast<std::int64_t>(count);
    if (position_ >= block_end_) end_block();
  }
}

void BlockLevels::filter(Channel& channel, std::span<const float> samples) const {
  Channel now = channel;
  for (const float sample : samples) {
    // One NaN sample must not break the filter permanently.
    const double in = std::isfinite(sample) ? b_ * (double{sample} - now.first) : 0.0;
    const double out = in + now.state1;
    now.state1 = -2 * in - a1_ * out + now.state2;
    now.state2 = in - a2_ * out;
    now.square += out * out;
  }
  // The filter's decay in silence would end in denormal numbers, which are slow.
  if (std::abs(now.state1) + std::abs(now.state2) < inaudible) now.state1 = now.state2 = 0;
  channel = now;
}

void BlockLevels::end_block() {
  double power = 0;
  for (Channel& channel : channels_) {
    power += channel.square / static_cast<double>(std::max<std::int64_t>(in_block_, 1));
    channel.square = 0;
  }
  const double rms = channels_.empty() ? 0 : std::sqrt(power / static_cast<double>(channels_.size()));
  levels_.push_back(half_decibels_down(rms));
  // Boundaries are rounded one by one, so that 11025 Hz does not drift against the clock.
  block_end_ = (static_cast<std::int64_t>(levels_.size()) + 1) * sample_rate_ / blocks_per_second;
  in_block_ = 0;
}

std::vector<std::uint8_t> BlockLevels::finish() {
  if (in_block_ > 0) end_block();
  return std::move(levels_);
}

}  // namespace react1::media
