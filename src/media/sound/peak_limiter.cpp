// SPDX-License-Identifier: Apache-2.0
#include "media/sound/peak_limiter.hpp"

#include <algorithm>
#include <cmath>

#include "media/sound/true_peak.hpp"

namespace react1::media {
PeakLimiter::PeakLimiter(int sample_rate, std::size_t channels, double gain, double ceiling)
    : window_(static_cast<std::size_t>(sample_rate / 200)),
      gain_(gain),
      ceiling_(ceiling),
      release_(1 - std::exp(-1 / (0.08 * sample_rate))),
      history_(channels, History(2 * true_peak_span, 0.0F)),
      waiting_(channels),
      envelope_(window_, 1.0),
      envelope_sum_(static_cast<double>(window_)) {}

double PeakLimiter::peak_at_centre() const {
  double peak = 0;
  for (const History& history : history_) {
    const auto samples = std::span(history).subspan(oldest_).first<true_peak_span>();
    double highest = 0;
    for (const float sample : samples) highest = std::max(highest, std::abs(double{sample}));
    if (highest * true_peak_most_overshoot > ceiling_) peak = std::max(peak, true_peak_at(samples));
  }
  return peak;
}

void PeakLimiter::push(std::span<const float* const> planes, std::size_t samples, Channels& output) {
  for (std::size_t i = 0; i < samples; ++i) {
    for (std::size_t channel = 0; channel < history_.size(); ++channel) {
      const auto sample = static_cast<float>(double{planes[channel][i]} * gain_);
      history_[channel][oldest_] = history_[channel][oldest_ + true_peak_span] = sample;
      waiting_[channel].push_back(sample);
    }
    oldest_ = (oldest_ + 1) % true_peak_span;
    ++taken_;
    // The centre of the history is this many samples back; before the first one there is nothing to measure.
    if (taken_ <= static_cast<std::int64_t>(true_peak_half)) continue;
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
