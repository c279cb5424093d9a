// SPDX-License-Identifier: Apache-2.0
#include "media/sound/sound_meter.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <new>
#include <span>

#include "media/sound/audio_level.hpp"

#include <react1/error.hpp>

namespace react1::media {
namespace {

/// Full scale of 16 bits and above; a limiter's ceiling is lower.
constexpr float full_scale = 32767.0F / 32768.0F;
constexpr std::int64_t samples_that_make_a_plateau = 3;

}  // namespace

void SoundMeter::FreeState::operator()(ebur128_state* state) const noexcept {
  ebur128_destroy(&state);
}

SoundMeter::SoundMeter(int sample_rate, int channels, const AnalysisOptions& wanted)
    : blocks_(sample_rate), at_full_scale_(static_cast<std::size_t>(channels)) {
  if (!wanted.levels) return;
  loudness_.reset(
      ebur128_init(static_cast<unsigned>(channels), static_cast<unsigned long>(sample_rate), EBUR128_MODE_I));
  if (!loudness_) throw std::bad_alloc{};
  peaks_.resize(at_full_scale_.size());
}

void SoundMeter::add(const AVFrame& frame) {
  const auto count = static_cast<std::size_t>(frame.nb_samples);
  std::array<const float*, 2> planes{};
  for (std::size_t i = 0; i < at_full_scale_.size(); ++i) {
    planes.at(i) = reinterpret_cast<const float*>(frame.extended_data[i]);
    count_clipping(planes.at(i), count, i);
  }
  const std::span<const float* const> channels(planes.data(), at_full_scale_.size());
  blocks_.add(channels, count);
  if (channels.size() == 2) correlate(channels[0], channels[1], count);
  if (loudness_) add_levels(channels, count);
}

void SoundMeter::count_clipping(const float* samples, std::size_t count, std::size_t channel) {
  std::int64_t run = at_full_scale_[channel];
  for (const float sample : std::span(samples, count)) {
    peak_ = std::max(peak_, std::abs(sample));
    if (std::abs(sample) < full_scale) {
      run = 0;
      continue;
    }
    ++run;
    if (run == samples_that_make_a_plateau) clipped_ += run;
    if (run > samples_that_make_a_plateau) ++clipped_;
  }
  at_full_scale_[channel] = run;
}

void SoundMeter::correlate(const float* left, const float* right, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    left_ += double{left[i]} * double{left[i]};
    right_ += double{right[i]} * double{right[i]};
    both_ += double{left[i]} * double{right[i]};
  }
}

void SoundMeter::add_levels(std::span<const float* const> channels, std::size_t count) {
  interleaved_.resize(count * channels.size());
  for (std::size_t channel = 0; channel < channels.size(); ++channel) {
    peaks_[channel].add(std::span(channels[channel], count));
    for (std::size_t i = 0; i < count; ++i) interleaved_[i * channels.size() + channel] = channels[channel][i];
  }
  if (ebur128_add_frames_float(loudness_.get(), interleaved_.data(), count) != EBUR128_SUCCESS) throw std::bad_alloc{};
}

AudioAnalysis SoundMeter::finish() {
  AudioAnalysis heard;
  heard.blocks = blocks_.finish();
  heard.levels.clipped_samples = clipped_;
  heard.left_is_louder = left_ >= right_;
  heard.sample_peak = double{peak_};
  if (left_ > 0 && right_ > 0) heard.correlation = both_ / std::sqrt(left_ * right_);
  if (!loudness_) return heard;
  double lufs = 0;
  // Silence, and less than one gating block, have no loudness: the library returns minus infinity.
  if (ebur128_loudness_global(loudness_.get(), &lufs) == EBUR128_SUCCESS && std::isfinite(lufs)) {
    heard.levels.integrated_lufs = lufs;
  }
  double peak = 0;
  for (TruePeakMeter& meter : peaks_) peak = std::max(peak, meter.finish());
  if (peak > 0) heard.levels.true_peak_dbtp = dbfs(peak);
  return heard;
}

}  // namespace react1::media
