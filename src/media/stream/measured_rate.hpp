// SPDX-License-Identifier: Apache-2.0
// From timestamps to a frame rate: the times decide, never a header's rate. Pure.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <queue>
#include <vector>

#include <react1/rational.hpp>

#include "media/stream/line_fit.hpp"

namespace react1::media {

/// What is kept of a stream's presentation times, in ticks.
struct FrameTiming {
  std::map<std::int64_t, std::int64_t> intervals;  ///< between neighbours → how often
  std::optional<LineFit::Slopes> line;             ///< set when all frames are evenly spaced, but for rounding
  std::optional<LineFit::Slopes> longest_run;      ///< of the most neighbours that are
};

/// Collects presentation times that arrive in decode order and keeps only what FrameTiming holds, so that an hour costs
/// no more memory than a second. Equal timestamps count as an interval of 0.
class IntervalCounter {
 public:
  /// `tick` is the time base in seconds, > 0.
  explicit IntervalCounter(const Rational& tick);

  void add(std::int64_t ticks);
  /// To be called once after the last add().
  void finish();

  /// Complete after finish().
  [[nodiscard]] const FrameTiming& timing() const noexcept { return timing_; }

 private:
  void pop();
  void follow(std::int64_t ticks);
  void end_run();

  /// H.264 and HEVC reorder over 16 frames at most; twice that also sorts the odd stream beyond the rules.
  static constexpr std::size_t reorder_depth = 32;
  std::priority_queue<std::int64_t, std::vector<std::int64_t>, std::greater<>> pending_;
  std::optional<std::int64_t> last_;
  std::int64_t last_interval_ = 0;
  std::int64_t shift_ = 0;  ///< what jumps back of the timeline took away
  LineFit run_;             ///< of the times since the last one that fitted no line, to a tick
  LineFit whole_;           ///< of all times, to a thousandth of a second
  std::int64_t frames_ = 0;
  std::int64_t frames_on_line_ = 0;
  std::int64_t longest_ = 0;
  FrameTiming timing_;
};

struct FrameRate {
  Rational fps = 0;               ///< 0 when there is no interval
  bool vfr = false;               ///< no constant rate explains the times, rounded to ticks or thousandths
  std::int64_t median_ticks = 0;  ///< the interval in the middle
};

/// The nominal rate behind `timing` (ticks of `time_base` seconds). Rounding of timestamps is undone: 40, 40, 40
/// thousandths are 25 fps, and 33, 33, 34 are 30 or 30000/1001 by the line that they fit. Of a variable rate it is
/// the interval in the middle. `hint` (a header's average rate, or 0) only decides between standard rates that
/// the timestamps can't distinguish.
[[nodiscard]] FrameRate frame_rate(const FrameTiming& timing, const Rational& time_base, const Rational& hint);

/// True when ticks are so coarse that rounding may move a frame of this constant rate to its neighbour's place: then
/// only counting identifies frames.
[[nodiscard]] bool ticks_hide_places(const Rational& fps, const Rational& time_base);

}  // namespace react1::media
