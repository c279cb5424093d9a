#include "media/peak_limiter.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace react1::media {
namespace {

constexpr std::size_t half_taps = 12;  ///< samples on either side of the point between two
constexpr std::size_t phases = 4;
constexpr std::size_t taps = 2 * half_taps;

using Filter = std::array<std::array<double, taps>, phases - 1>;

/// Points 1/4, 1/2 and 3/4 on the way from the centre sample to the next: a sinc under a Hann window.
Filter make_filter() {
  Filter filter{};
  for (std::size_t phase = 1; phase < phases; ++phase) {
    for (std::size_t tap = 0; tap < taps; ++tap) {
      const double distance = static_cast<double>(tap) - static_cast<double>(half_taps - 1) -
                              static_cast<double>(phase) / static_cast<double>(phases);
      const double angle = std::numbers::pi * distance;
      const double hann = 0.5 + 0.5 * std::cos(angle / static_cast<double>(half_taps));
      filter[phase - 1][tap] = std::sin(angle) / angle * hann;
    }
  }
  return filter;
}

const Filter& filter() {
  static const Filter made = make_filter();
  return made;
}

/// No point between samples lies higher than this many times the highest of them: the filter's absolute sum.
constexpr double most_overshoot = 2.5;

}  // namespace

PeakLimiter::PeakLimiter(int sample_rate, std::size_t channels, double gain, double ceiling)
    : window_(static_cast<std::size_t>(sample_rate / 200)),
      gain_(gain),
      ceiling_(ceiling),
      release_(1 - std::exp(-1 / (0.08 * sample_rate))),
      history_(channels, std::deque<float>(taps, 0.0F)),
      waiting_(channels),
      envelope_(window_, 1.0),
      envelope_sum_(static_cast<double>(window_)) {}

double PeakLimiter::peak_at_centre() const {
  double peak = 0;
  for (const std::deque<float>& samples : history_) {
    double highest = 0;
    for (const float sample : samples) highest = std::max(highest, std::abs(double{sample}));
    if (highest * most_overshoot <= ceiling_) continue;
    peak = std::max(peak, std::abs(double{samples[half_taps - 1]}));
    for (const auto& phase : filter()) {
      double value = 0;
      for (std::size_t tap = 0; tap < taps; ++tap) value += phase[tap] * double{samples[tap]};
      peak = std::max(peak, std::abs(value));
    }
  }
  return peak;
}

void PeakLimiter::push(std::span<const float* const> planes, std::size_t samples, Channels& output) {
  for (std::size_t i = 0; i < samples; ++i) {
    for (std::size_t channel = 0; channel < history_.size(); ++channel) {
      const auto sample = static_cast<float>(double{planes[channel][i]} * gain_);
      history_[channel].pop_front();
      history_[channel].push_back(sample);
      waiting_[channel].push_back(sample);
    }
    ++taken_;
    // The centre of the history is this many samples back; before the first one there is nothing to measure.
    if (taken_ <= static_cast<std::int64_t>(half_taps)) continue;
    const double peak = peak_at_centre();
    take(peak > ceiling_ ? ceiling_ / peak : 1.0, output);
  }
}

double PeakLimiter::lowest_ahead(double required) {
  while (!needs_.empty() && needs_.back().gain >= required) needs_.pop_back();
  needs_.push_back({measured_, required});
  if (needs_.front().index + static_cast<std::int64_t>(window_) <= measured_) needs_.pop_front();
  ++measured_;
  return needs_.front().gain;
}

/// The gain of a sample is the mean of an envelope over the window that begins with it, and that envelope is, from a
/// peak on, as low as the peak needs: it falls before the peak, without a step, and is low enough at it.
void PeakLimiter::take(double required, Channels& output) {
  const double lowest = lowest_ahead(required);
  last_ = lowest < last_ ? lowest : last_ + (lowest - last_) * release_;
  if (last_ > 1 - 1e-9) last_ = 1;
  envelope_sum_ += last_ - envelope_.front();
  envelope_.pop_front();
  envelope_.push_back(last_);
  if (measured_ < static_cast<std::int64_t>(window_)) return;
  const double mean = envelope_sum_ / static_cast<double>(window_);
  const double gain = mean > 1 - 1e-9 ? 1.0 : mean;
  for (std::size_t channel = 0; channel < waiting_.size(); ++channel) {
    output[channel].push_back(static_cast<float>(double{waiting_[channel].front()} * gain));
    waiting_[channel].pop_front();
  }
  ++given_;
}

void PeakLimiter::finish(Channels& output) {
  const std::int64_t wanted = taken_;
  const std::vector<float> silence(1, 0.0F);
  const std::vector<const float*> planes(history_.size(), silence.data());
  while (given_ < wanted) push(planes, 1, output);
}

}  // namespace react1::media
