// SPDX-License-Identifier: Apache-2.0
#include "plan/output_rate.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

namespace react1::planning {
namespace {

const std::array<Rational, 5>& recommended_rates() {
  static const std::array<Rational, 5> rates{Rational(24000, 1001), 24, 25, Rational(30000, 1001), 30};
  return rates;
}

/// Rates that a container's timestamp rounding may have changed slightly.
const std::array<Rational, 14>& standard_rates() {
  static const std::array<Rational, 14> rates{Rational(24000, 1001),
                                              24,
                                              25,
                                              Rational(30000, 1001),
                                              30,
                                              Rational(48000, 1001),
                                              48,
                                              50,
                                              Rational(60000, 1001),
                                              60,
                                              100,
                                              Rational(120000, 1001),
                                              120,
                                              15};
  return rates;
}

/// NTSC variants differ by 1/1001, so a tolerance below half of that distinguishes them.
const Rational same_rate_tolerance{1, 2500};

bool same_rate(const Rational& a, const Rational& b) {
  return abs(a - b) <= b * same_rate_tolerance;
}

/// True when one rate is n times the other, n ≥ 2.
bool is_multiple_or_fraction(const Rational& a, const Rational& b) {
  const Rational ratio = std::max(a, b) / std::min(a, b);
  const std::int64_t n = ratio.round();
  return n >= 2 && same_rate(ratio, n);
}

std::optional<Rational> nearest_of(const std::vector<Rational>& rates, const Rational& target) {
  const auto best = std::min_element(rates.begin(), rates.end(), [&](const Rational& a, const Rational& b) {
    return abs(a - target) < abs(b - target);
  });
  return best == rates.end() ? std::nullopt : std::optional(*best);
}

/// Rates that no encoder's time base can hold (measured from jittery timestamps) are rounded to a thousandth.
Rational encodable(const Rational& rate) {
  constexpr std::int64_t largest = 1'000'000;
  if (rate.num() <= largest && rate.den() <= largest) return rate;
  return std::max(Rational((rate * 1000).round(), 1000), Rational(1, 1000));
}

}  // namespace

bool is_recommended_rate(const Rational& fps) {
  const auto& rates = recommended_rates();
  return std::find(rates.begin(), rates.end(), fps) != rates.end();
}

std::int64_t held_places(const VideoInfo& video, const Rational& fps) {
  if (video.vfr || fps <= 0) return 0;
  // A duration is rounded to its ticks, so a place may be short of a whole one by a little.
  const Rational slack(1, 8);
  const Rational places = video.duration_s * fps + slack;
  return std::max<std::int64_t>(places.floor() - video.frames, 0);
}

Rational snap_rate(const Rational& measured) {
  const auto& rates = standard_rates();
  const auto hit = std::find_if(rates.begin(), rates.end(), [&](const Rational& r) { return same_rate(measured, r); });
  return hit == rates.end() ? measured : *hit;
}

Rational choose_rate(const Rational& measured, bool constant, FpsPolicy policy) {
  const Rational source = snap_rate(measured);
  if (is_recommended_rate(source)) return source;
  if (constant && policy == FpsPolicy::keep) return encodable(source);
  std::vector<Rational> even;
  for (const Rational& rate : recommended_rates()) {
    if (is_multiple_or_fraction(source, rate)) even.push_back(rate);
  }
  const std::vector<Rational> all(recommended_rates().begin(), recommended_rates().end());
  return nearest_of(even, source).value_or(*nearest_of(all, source));
}

std::int64_t frames_with_room(const VideoInfo& video, const Rational& fps) {
  return (video.duration_s * fps - Rational(1, 4)).ceil();
}

}  // namespace react1::planning
