// SPDX-License-Identifier: Apache-2.0
// The straight line through points that come one by one, in little memory. Pure.
#pragma once

#include <vector>

namespace react1::media {

/// Of times against samples: its slope is the clock's error.
class DriftLine {
 public:
  /// `x` must not decrease.
  void take(double x, double y);

  /// Of the line nearest to the points; 0 where they have none.
  [[nodiscard]] double slope() const { return all_.slope(); }
  /// Height at x = 0 of the line of that slope that is nearest to the points. At least one point must have been taken.
  [[nodiscard]] double level_at_slope(double slope) const { return (all_.y - slope * all_.x) / all_.count; }
  /// Mean square of the points' distances from the line.
  [[nodiscard]] double residual() const;
  /// A clock drifts in either half. A jump too small to be one, where recordings were joined, slopes in neither or in
  /// one.
  [[nodiscard]] bool slopes_all_along() const;
  /// x of the last point.
  [[nodiscard]] double furthest() const { return furthest_; }

 private:
  struct Sums {
    double count = 0, x = 0, y = 0, xx = 0, xy = 0, yy = 0;
    void add(const Sums& more);
    [[nodiscard]] double slope() const;
  };

  Sums all_;
  std::vector<Sums> parts_;  // the same points in order, `part_size_` in each but the last
  double part_size_ = 1;
  double furthest_ = 0;
};

}  // namespace react1::media
