// SPDX-License-Identifier: Apache-2.0
#include "media/stream/drift_line.hpp"

#include <algorithm>
#include <cstddef>

namespace react1::media {
namespace {

/// Then they are joined in pairs.
constexpr std::size_t most_parts = 64;

}  // namespace

void DriftLine::Sums::add(const Sums& more) {
  count += more.count;
  x += more.x;
  y += more.y;
  xx += more.xx;
  xy += more.xy;
  yy += more.yy;
}

double DriftLine::Sums::slope() const {
  const double width = count * xx - x * x;
  return width > 0 ? (count * xy - x * y) / width : 0;
}

void DriftLine::take(double x, double y) {
  const Sums point{1, x, y, x * x, x * y, y * y};
  all_.add(point);
  furthest_ = x;
  if (parts_.empty() || parts_.back().count >= part_size_) parts_.emplace_back();
  parts_.back().add(point);
  if (parts_.size() < most_parts || parts_.back().count < part_size_) return;
  for (std::size_t i = 0; i < most_parts / 2; ++i) {
    parts_[i] = parts_[2 * i];
    parts_[i].add(parts_[2 * i + 1]);
  }
  parts_.resize(most_parts / 2);
  part_size_ *= 2;
}

double DriftLine::residual() const {
  const double rise = slope();
  return std::max(all_.yy - rise * all_.xy - level_at_slope(rise) * all_.y, 0.0) / all_.count;
}

bool DriftLine::slopes_all_along() const {
  constexpr double share = 0.25;  // the slope of half the points is less certain
  const auto has_its_share = [this](std::size_t begin, std::size_t end) {
    Sums half;
    for (std::size_t i = begin; i < end; ++i) half.add(parts_[i]);
    return half.slope() / slope() >= share;
  };
  const std::size_t middle = parts_.size() / 2;
  return has_its_share(0, middle) && has_its_share(middle, parts_.size());
}

}  // namespace react1::media
