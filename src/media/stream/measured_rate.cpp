// SPDX-License-Identifier: Apache-2.0
#include "media/stream/measured_rate.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <numeric>

namespace react1::media {
namespace {

struct Standard {
  std::int64_t num, den;
};
constexpr std::array<Standard, 21> standards{
    {{24000, 1001}, {24, 1},       {25, 1}, {30000, 1001},  {30, 1},  {48000, 1001}, {48, 1},
     {50, 1},       {60000, 1001}, {60, 1}, {120000, 1001}, {120, 1}, {100, 1},      {240, 1},
     {12, 1},       {15000, 1001}, {15, 1}, {20, 1},        {10, 1},  {25, 2},       {12000, 1001}}};

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
    if (interval <= 0) continue;
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

/// Which frame lengths (seconds) are possible, and the likeliest.
struct Length {
  Rational low, high, mean;
};

Length length_of(const LineFit::Slopes& slopes, const Rational& time_base) {
  return {.low = slopes.low * time_base, .high = slopes.high * time_base, .mean = slopes.mean * time_base};
}

/// The standard rate that fits, the hint before the nearest; 0 when there is none.
Rational nearest_standard(const Length& length, const Rational& hint) {
  Rational best = 0;
  Rational best_error = 0;
  for (const Standard& standard : standards) {
    const Rational rate{standard.num, standard.den};
    const Rational interval = Rational{1} / rate;
    if (interval <= length.low || interval >= length.high) continue;
    if (rate == hint) return rate;
    const Rational error = abs(interval - length.mean);
    if (best == 0 || error < best_error) {
      best = rate;
      best_error = error;
    }
  }
  return best;
}

/// Where every frame's length was rounded by itself (APNG), the error adds up and the line is that of another rate; an
/// error far below the difference of NTSC variants is accepted.
Length forgiving(Length length) {
  const Rational slip = length.mean / Rational{5000};
  length.low = std::min(length.low, length.mean - slip);
  length.high = std::max(length.high, length.mean + slip);
  return length;
}

Rational simplest_rate(const Length& length) {
  const Rational low = length.low > 0 ? length.low : length.mean;
  return simplest_between(Rational{1} / std::max(length.high, low), Rational{1} / low);
}

/// 0 when the times fit a line, but it is likelier that frames are missing.
Rational constant_rate(const LineFit::Slopes& line, bool one_interval, const Rational& time_base,
                       const Rational& hint) {
  const Length length = length_of(line, time_base);
  if (length.mean <= 0) return 0;
  if (const Rational standard = nearest_standard(length, hint); standard > 0) return standard;
  if (const Rational standard = nearest_standard(forgiving(length), hint); standard > 0) return standard;
  if (one_interval) return Rational{1} / length.mean;
  const Rational simplest = simplest_rate(length);
  // Ticks as long as frames, of which some are left out here and there, look much like an odd rate.
  return ticks_hide_places(simplest, time_base) ? Rational{0} : simplest;
}

/// The standard rate whose frames last whole ticks and that fits to a tick; 0 when there is none.
Rational standard_of_whole_ticks(const LineFit::Slopes& run, const Rational& time_base) {
  Rational best = 0;
  Rational best_error = 0;
  for (const Standard& standard : standards) {
    const Rational ticks = Rational{standard.den, standard.num} / time_base;
    if (ticks.den() != 1 || ticks < run.low || ticks > run.high) continue;
    const Rational error = abs(ticks - run.mean);
    if (best != 0 && error >= best_error) continue;
    best = Rational{standard.num, standard.den};
    best_error = error;
  }
  return best;
}

/// Of intervals that differ by more than rounding: the one in the middle.
Rational variable_rate(const FrameTiming& timing, std::int64_t median, const Rational& time_base,
                       const Rational& hint) {
  std::map<std::int64_t, std::int64_t> positive = timing.intervals;
  positive.erase(0);
  const std::int64_t grid = grid_of(positive, median, time_base);
  // Neighbours of the median are the same interval rounded the other way only where a tick is small compared with it.
  // With ticks as long as frames, one more is a frame more: there the evenly spaced frames decide.
  const bool coarse = grid * 8 > median;
  if (coarse && timing.longest_run && timing.longest_run->mean > 0) {
    // The interval that ended a run of whole ticks may still have found a place on a line a little steeper.
    const Rational whole = standard_of_whole_ticks(*timing.longest_run, time_base);
    if (whole > 0) return whole;
    const Rational standard = nearest_standard(length_of(*timing.longest_run, time_base), hint);
    if (standard > 0) return standard;
  }
  std::int64_t like_median = 0;
  std::int64_t ticks_like_median = 0;
  for (const auto& [interval, count] : positive) {
    if (std::abs(interval - median) > (coarse ? 0 : grid)) continue;
    like_median += count;
    ticks_like_median += interval * count;
  }
  // The intervals are no run, so only a single one's rounding is known.
  const Rational step = Rational{coarse ? 0 : grid} * time_base;
  const Rational mean = Rational{ticks_like_median, like_median} * time_base;
  if (step == 0) return Rational{1} / mean;
  const Length length{.low = mean - step, .high = mean + step, .mean = mean};
  const Rational standard = nearest_standard(length, hint);
  return standard > 0 ? standard : simplest_rate(length);
}

/// Half a thousandth each way is less than any clock, screen or eye notices, and what muxers of milliseconds leave in a
/// finer time base. At least a tick.
std::int64_t thousandth(const Rational& tick) {
  return tick > 0 ? std::max<std::int64_t>((Rational{1, 1000} / tick).ceil() + 1, 1) : 1;
}

}  // namespace

void IntervalCounter::add(std::int64_t ticks) {
  pending_.push(ticks);
  if (pending_.size() > reorder_depth) pop();
}

void IntervalCounter::pop() {
  const std::int64_t ticks = pending_.top();
  pending_.pop();
  if (last_ && ticks >= *last_) {
    last_interval_ = ticks - *last_;
    ++timing_.intervals[last_interval_];
  } else if (last_) {
    // A time before one that has already left the window is a jump of the timeline, not an interval.
    shift_ += *last_ + last_interval_ - ticks;
  }
  last_ = ticks;
  follow(ticks + shift_);
}

void IntervalCounter::follow(std::int64_t ticks) {
  ++frames_;
  if (whole_.add(ticks)) ++frames_on_line_;
  if (run_.add(ticks)) return;
  end_run();
  run_.restart();
  (void)run_.add(ticks);
}

void IntervalCounter::end_run() {
  if (run_.frames() <= longest_) return;
  longest_ = run_.frames();
  timing_.longest_run = run_.slopes();
}

void IntervalCounter::finish() {
  while (!pending_.empty()) pop();
  end_run();
  if (longest_ == frames_) {
    timing_.line = timing_.longest_run;
  } else if (frames_on_line_ == frames_) {
    timing_.line = whole_.slopes();
  }
}

IntervalCounter::IntervalCounter(const Rational& tick) : run_(/*tolerance=*/1), whole_(thousandth(tick)) {}

FrameRate frame_rate(const FrameTiming& timing, const Rational& time_base, const Rational& hint) {
  std::int64_t total = 0;
  for (const auto& [interval, count] : timing.intervals) total += interval > 0 ? count : 0;
  if (total == 0) return {};
  FrameRate result;
  result.median_ticks = median_of(timing.intervals, total);
  // Where the header says that a frame lasts a tick, ticks count frames, and one without a frame is one that was
  // dropped, however well the others fit a slower rate.
  const bool ticks_count_frames = hint > 0 && hint * time_base == 1 && timing.intervals.size() > 1;
  if (timing.line && !ticks_count_frames)
    result.fps = constant_rate(*timing.line, timing.intervals.size() == 1, time_base, hint);
  result.vfr = result.fps == 0;
  if (result.vfr) result.fps = variable_rate(timing, result.median_ticks, time_base, hint);
  return result;
}

bool ticks_hide_places(const Rational& fps, const Rational& time_base) {
  if (fps <= 0 || time_base <= 0) return false;
  const Rational ticks_per_frame = Rational{1} / (fps * time_base);
  return ticks_per_frame <= 2 && ticks_per_frame.den() != 1;
}

}  // namespace react1::media
