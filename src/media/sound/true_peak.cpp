// SPDX-License-Identifier: Apache-2.0
#include "media/sound/true_peak.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace react1::media {
namespace {

constexpr std::size_t phases = 4;
using Filter = std::array<std::array<float, true_peak_span>, phases - 1>;

/// Points at 1/4, 1/2 and 3/4 between the centre sample and the next: a sinc under a Hann window.
Filter make_filter() {
  Filter filter{};
  for (std::size_t phase = 1; phase < phases; ++phase) {
    for (std::size_t tap = 0; tap < true_peak_span; ++tap) {
      const double distance = static_cast<double>(tap) - static_cast<double>(true_peak_half - 1) -
                              static_cast<double>(phase) / static_cast<double>(phases);
      const double angle = std::numbers::pi * distance;
      const double hann = 0.5 + 0.5 * std::cos(angle / static_cast<double>(true_peak_half));
      filter.at(phase - 1).at(tap) = static_cast<float>(std::sin(angle) / angle * hann);
    }
  }
  return filter;
}

const Filter& filter() {
  static const Filter made = make_filter();
  return made;
}

double highest(std::span<const float> samples) {
  float high = 0;
  for (const float sample : samples) high = std::max(high, std::abs(sample));
  return double{high};
}

}  // namespace

double true_peak_at(std::span<const float, true_peak_span> samples) {
  float peak = std::abs(samples[true_peak_half - 1]);
  for (const auto& phase : filter()) {
    float value = 0;
    for (std::size_t tap = 0; tap < true_peak_span; ++tap) value += phase[tap] * samples[tap];
    peak = std::max(peak, std::abs(value));
  }
  return double{peak};
}

void TruePeakMeter::add(std::span<const float> samples) {
  pending_.insert(pending_.end(), samples.begin(), samples.end());
  if (pending_.size() < true_peak_span) return;
  look(pending_);
  pending_.erase(pending_.begin(), pending_.end() - (true_peak_span - 1));
}

/// In pieces: where even the highest sample could not rise above the peak so far, nothing in between can.
void TruePeakMeter::look(std::span<const float> samples) {
  constexpr std::size_t piece = 64;
  const std::size_t points = samples.size() - (true_peak_span - 1);
  for (std::size_t at = 0; at < points; at += piece) {
    const std::size_t count = std::min(piece, points - at);
    const double high = highest(samples.subspan(at, count + true_peak_span - 1));
    if (high * true_peak_most_overshoot <= peak_) continue;
    for (std::size_t i = at; i < at + count; ++i) {
      peak_ = std::max(peak_, true_peak_at(samples.subspan(i).first<true_peak_span>()));
    }
  }
}

double TruePeakMeter::finish() {
  const std::array<float, true_peak_half> silence{};
  add(silence);
  return peak_;
}

}  // namespace react1::media
