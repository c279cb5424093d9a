// SPDX-License-Identifier: Apache-2.0
#include "media/stream/line_fit.hpp"

#include <algorithm>

namespace react1::media {
namespace {

__extension__ using Wide = __int128;  // products of two differences; ISO C++ has no such type

struct Slope {
  std::int64_t rise = 0, run = 0;  // run > 0
};

template <class Point>
Slope slope(const Point& from, const Point& to) {
  return {to.height - from.height, to.frame - from.frame};
}

bool is_less(const Slope& a, const Slope& b) {
  return Wide{a.rise} * b.run < Wide{b.rise} * a.run;
}

/// Positive when `c` is above the line through `a` and `b`.
template <class Point>
Wide turn(const Point& a, const Point& b, const Point& c) {
  return Wide{b.frame - a.frame} * (c.height - a.height) - Wide{b.height - a.height} * (c.frame - a.frame);
}

}  // namespace

void LineFit::restart() {
  frames_ = 0;
  tops_.clear();
  bottoms_.clear();
  tops_from_ = bottoms_from_ = 0;
}

bool LineFit::is_within(const Point& top, const Point& bottom) const {
  // Where the corridor only just touches an extreme line, that line is all that is left, and it keeps no distance.
  const bool high_enough = is_less(slope(flattest_from_, flattest_to_), slope(flattest_to_, top));
  const bool low_enough = is_less(slope(steepest_to_, bottom), slope(steepest_from_, steepest_to_));
  return high_enough && low_enough;
}

bool LineFit::add(std::int64_t ticks) {
  if (frames_ == 0) first_ = ticks;
  const std::int64_t height = 2 * (ticks - first_);
  const Point top{frames_, height + tolerance_};
  const Point bottom{frames_, height - tolerance_};
  if (frames_ < 2) {
    (frames_ == 0 ? flattest_from_ : steepest_to_) = top;
    (frames_ == 0 ? steepest_from_ : flattest_to_) = bottom;
    tops_.push_back(top);
    bottoms_.push_back(bottom);
  } else {
    if (!is_within(top, bottom)) return false;
    narrow_steepest(top);
    narrow_flattest(bottom);
  }
  last_ = ticks;
  ++frames_;
  return true;
}

/// The new top may be below the steepest line: that line then turns down until it touches it, around the bottom corner
/// that stops it first.
void LineFit::narrow_steepest(const Point& top) {
  if (!is_less(slope(steepest_from_, top), slope(steepest_from_, steepest_to_))) return;
  std::size_t touched = bottoms_from_;
  for (std::size_t i = bottoms_from_ + 1; i < bottoms_.size(); ++i) {
    if (is_less(slope(bottoms_[touched], top), slope(bottoms_[i], top))) break;
    touched = i;
  }
  steepest_from_ = bottoms_[touched];
  steepest_to_ = top;
  bottoms_from_ = touched;
  while (tops_.size() >= tops_from_ + 2 && turn(tops_[tops_.size() - 2], tops_.back(), top) <= 0) tops_.pop_back();
  tops_.push_back(top);
}

void LineFit::narrow_flattest(const Point& bottom) {
  if (!is_less(slope(flattest_from_, flattest_to_), slope(flattest_from_, bottom))) return;
  std::size_t touched = tops_from_;
  for (std::size_t i = tops_from_ + 1; i < tops_.size(); ++i) {
    if (is_less(slope(tops_[i], bottom), slope(tops_[touched], bottom))) break;
    touched = i;
  }
  flattest_from_ = tops_[touched];
  flattest_to_ = bottom;
  tops_from_ = touched;
  while (bottoms_.size() >= bottoms_from_ + 2 && turn(bottoms_[bottoms_.size() - 2], bottoms_.back(), bottom) >= 0) {
    bottoms_.pop_back();
  }
  bottoms_.push_back(bottom);
}

std::optional<LineFit::Slopes> LineFit::slopes() const {
  if (frames_ < 2) return std::nullopt;
  const Slope low = slope(flattest_from_, flattest_to_);
  const Slope high = slope(steepest_from_, steepest_to_);
  return Slopes{.low = Rational{low.rise, 2 * low.run},
                .high = Rational{high.rise, 2 * high.run},
                .mean = Rational{last_ - first_, frames_ - 1}};
}

}  // namespace react1::media
