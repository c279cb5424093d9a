#include "media/voice_activity.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "media/audio_level.hpp"

namespace react1::media {
namespace {

constexpr std::int64_t blocks_per_second = 100;
constexpr std::int64_t blocks_that_make_voice = 3;
/// The closure of a plosive lasts up to some 0.15 s and is no pause.
constexpr std::int64_t blocks_that_make_a_pause = 20;

std::uint8_t half_decibels_down(double linear) {
  return static_cast<std::uint8_t>(std::clamp(std::lround(-2 * dbfs(linear)), 0L, 255L));
}

}  // namespace

VoiceDetector::VoiceDetector(int sample_rate, double gate_dbfs, bool keep_levels)
    : sample_rate_(sample_rate),
      gate_(std::pow(10.0, gate_dbfs / 20)),
      keep_levels_(keep_levels),
      block_end_(sample_rate / blocks_per_second) {}

void VoiceDetector::add(std::span<const float* const> channels, std::size_t samples) {
  sums_.resize(channels.size());
  for (std::size_t done = 0; done < samples;) {
    const auto count = std::min(samples - done, static_cast<std::size_t>(block_end_ - position_));
    for (std::size_t channel = 0; channel < channels.size(); ++channel) {
      Sums sums = sums_[channel];
      for (const float sample : std::span(channels[channel] + done, count)) {
        sums.value += double{sample};
        sums.square += double{sample} * double{sample};
      }
      sums_[channel] = sums;
    }
    done += count;
    in_block_ += static_cast<std::int64_t>(count);
    position_ += static_cast<std::int64_t>(count);
    if (position_ >= block_end_) end_block();
  }
}

void VoiceDetector::end_block() {
  double power = 0;
  const auto samples = static_cast<double>(std::max<std::int64_t>(in_block_, 1));
  for (Sums& sums : sums_) {
    power += std::max(sums.square - sums.value * sums.value / samples, 0.0) / samples;
    sums = {};
  }
  const double rms = sums_.empty() ? 0 : std::sqrt(power / static_cast<double>(sums_.size()));
  const bool loud = in_block_ > 0 && rms >= gate_;
  run_ = loud ? run_ + 1 : 0;
  if (loud) ++loud_blocks_;
  if (run_ >= blocks_that_make_voice) {
    if (run_ == blocks_that_make_voice) note_pause(blocks_ - run_ + 1);
    if (first_block_ < 0) first_block_ = blocks_ - run_ + 1;
    last_block_ = blocks_;
  }
  if (keep_levels_) levels_.push_back(half_decibels_down(rms));
  ++blocks_;
  // Boundaries are rounded one by one, so that 11025 Hz does not drift against the clock.
  block_end_ = (blocks_ + 1) * sample_rate_ / blocks_per_second;
  in_block_ = 0;
}

/// The pause, if it is one, between the last voice and block `behind`.
void VoiceDetector::note_pause(std::int64_t behind) {
  const std::int64_t start = last_block_ + 1;
  if (behind - start < blocks_that_make_a_pause) return;
  pauses_.push_back({Rational{start, blocks_per_second}, Rational{behind, blocks_per_second}});
}

VoiceActivity VoiceDetector::finish() {
  const std::int64_t samples = position_;
  if (in_block_ > 0) end_block();
  note_pause(blocks_);
  VoiceActivity result;
  if (blocks_ > 0) result.silent_share = 1 - static_cast<double>(loud_blocks_) / static_cast<double>(blocks_);
  result.found = first_block_ >= 0;
  result.pauses = std::move(pauses_);
  if (result.found) {
    result.first_start_s = Rational{first_block_, blocks_per_second};
    // The last block may be cut short by the end of the sound.
    result.last_end_s = std::min(Rational{last_block_ + 1, blocks_per_second}, Rational{samples, sample_rate_});
  }
  return result;
}

}  // namespace react1::media
