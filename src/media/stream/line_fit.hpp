// SPDX-License-Identifier: Apache-2.0
// Whether rounded times fit a straight line, and which slopes that line may have. Pure, one pass, little memory.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include <react1/rational.hpp>

namespace react1::media {

/// Follows the times of frames 0, 1, 2, … and keeps the set of lines that pass every time at a distance of less than
/// half the tolerance (in ticks; both ways together less than the whole of it). Rounding down, up or to the nearest
/// tick moves a time by less than one tick, so a constant rate stays on a line with a tolerance of 1, however coarse
/// the ticks are. The set is bounded by the two extreme lines; each time costs constant time on average (O'Rourke's
/// method).
class LineFit {
 public:
  /// `tolerance` ≥ 1, in ticks.
  explicit LineFit(std::int64_t tolerance) : tolerance_(tolerance) {}

  /// False when no line passes this time as well; the fit is then unchanged. Times must not decrease.
  bool add(std::int64_t ticks);
  /// Forgets everything but the tolerance.
  void restart();

  [[nodiscard]] std::int64_t frames() const noexcept { return frames_; }

  struct Slopes {
    Rational low, high;  ///< ticks per frame, both exclusive
    Rational mean;       ///< from the first time to the last one
  };
  /// nullopt with fewer than two frames.
  [[nodiscard]] std::optional<Slopes> slopes() const;

 private:
  /// A corner of the corridor; heights in half ticks, so that half a tolerance is a whole number.
  struct Point {
    std::int64_t frame = 0, height = 0;
  };
  using Hull = std::vector<Point>;
  [[nodiscard]] bool is_within(const Point& top, const Point& bottom) const;
  void narrow_steepest(const Point& top);
  void narrow_flattest(const Point& bottom);

  std::int64_t tolerance_;
  std::int64_t frames_ = 0;
  std::int64_t first_ = 0, last_ = 0;
  Point flattest_from_, flattest_to_;  // the line of the lowest slope that is still possible
  Point steepest_from_, steepest_to_;
  Hull tops_, bottoms_;  // convex hulls of the corridor's corners, as far as a line can still touch them
  std::size_t tops_from_ = 0, bottoms_from_ = 0;
};

}  // namespace react1::media
