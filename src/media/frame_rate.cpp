#include "media/frame_rate.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <numeric>

namespace react1::media {
namespace {

struct Standard {
  std::int64_t num, den;
};
constexpr std::array<Standard, 19> standards{{{24000, 1001},
                                              {24, 1},
                                              {25, 1},
                                              {30000, 1001},
                                              {30, 1},
                                              {48000, 1001},
                                              {48, 1},
                                              {50, 1},
                                              {60000, 1001},
                                              {60, 1},
                                              {120000, 1001},
                                              {120, 1},
                                              {100, 1},
                                              {240, 1},
                                              {12, 1},
                                              {15000, 1001},
                                              {15, 1},
                                              {20, 1},
                                              {10, 1}}};

/// The fraction with the smallest denominator in [low, high], by walking down the Stern-Brocot tree.
Rational simplest_between(const Rational& low, const Rational& high) {
  const std::int64_t whole = low.ceil();
  if (Rational{whole} <= high) return whole;
  const std::int64_t floor = low.floor();
  // low and high share the whole part: invert what is left.
  return Rational{floor} + Rational{1} / simplest_between(Rational{1} / (high - floor), Rational{1} / (low - floor));
}

std::int64_t median_of(const std::map<std::int64_t, std::int64_t>& intervals, std::int64_t total) {
  std::int64_t seen = 0;
  for (const auto& [interval, count] : intervals) {
    seen += count;
    if (2 * seen >= total) return interval;
  }
  return 0;
}

/// The grid the times were rounded to. A clip that passed through a container of milliseconds keeps their steps in a
/// finer time base: all its intervals are then multiples of one millisecond.
std::int64_t grid_of(const std::map<std::int64_t, std::int64_t>& intervals, std::int64_t median,
                     const Rational& time_base) {
  std::int64_t grid = 0;
  for (const auto& [interval, count] : intervals) grid = std::gcd(grid, interval);
  const bool plausible = grid > 1 && grid * 8 <= median && Rational{grid} * time_base <= Rational{1, 1000};
  return plausible ? grid : 1;
}

/// The standard rate whose frame lasts `interval` seconds, give or take `tolerance`.
Rational nearest_standard(const Rational& interval, const Rational& tolerance, const Rational& hint) {
  Rational best = 0;
  Rational best_error = 0;
  for (const Standard& standard : standards) {
    const Rational rate{standard.num, standard.den};
    const Rational error = abs(Rational{1} / rate - interval);
    if (error > tolerance) continue;
    if (rate == hint) return rate;
    if (best == 0 || error < best_error) {
      best = rate;
      best_error = error;
    }
  }
  return best;
}

}  // namespace

void IntervalCounter::add(std::int64_t ticks) {
  pending_.push(ticks);
  if (pending_.size() > reorder_depth) pop();
}

void IntervalCounter::pop() {
  const std::int64_t ticks = pending_.top();
  pending_.pop();
  // A time before one that has already left the window is a jump of the timeline, not an interval.
  if (last_ && ticks >= *last_) ++intervals_[ticks - *last_];
  last_ = ticks;
}

void IntervalCounter::finish() {
  while (!pending_.empty()) pop();
}

FrameRate frame_rate(const std::map<std::int64_t, std::int64_t>& intervals, const Rational& time_base,
                     const Rational& hint) {
  std::int64_t total = 0;
  for (const auto& [interval, count] : intervals) total += interval > 0 ? count : 0;
  std::map<std::int64_t, std::int64_t> positive = intervals;
  const bool repeated_times = positive.erase(0) > 0;
  if (total == 0) return {};

  FrameRate result;
  result.median_ticks = median_of(positive, total);
  const std::int64_t grid = grid_of(positive, result.median_ticks, time_base);
  // Neighbours of a rounded constant interval differ from its median by one step of the grid at most.
  std::int64_t like_median = 0;
  std::int64_t ticks_like_median = 0;
  for (const auto& [interval, count] : positive) {
    if (std::abs(interval - result.median_ticks) > grid) continue;
    like_median += count;
    ticks_like_median += interval * count;
  }
  result.vfr = repeated_times || like_median != total;

  const Rational step = Rational{grid} * time_base;
  const Rational mean = Rational{ticks_like_median, like_median} * time_base;
  // The two ends of a constant run are rounded by half a step each. In a variable one the intervals are no run, so only
  // a single interval's rounding is known.
  // Where every frame's length was rounded by itself (APNG), the error adds up; far less than what tells NTSC twins
  // apart is forgiven.
  const Rational per_frame = std::min(step, mean / Rational{5000});
  const Rational tolerance = result.vfr ? step : std::max(step / Rational{like_median}, per_frame);
  result.fps = nearest_standard(mean, tolerance, hint);
  if (result.fps == 0 && positive.size() == 1) result.fps = Rational{1} / mean;
  if (result.fps == 0) {
    const Rational low = mean - tolerance > 0 ? mean - tolerance : mean;
    result.fps = simplest_between(Rational{1} / (mean + tolerance), Rational{1} / low);
  }
  return result;
}

}  // namespace react1::media
