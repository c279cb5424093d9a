// SPDX-License-Identifier: Apache-2.0
#include "media/picture/motion_meter.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdlib>
#include <limits>

namespace react1::media {
namespace {

/// Camera movement is slow against the frame rate, so pictures about a second apart are compared.
constexpr int pictures_per_second = 5;
/// The share of the border that a person may cover and still leave the shot static.
constexpr double covered_by_person = 0.6;
constexpr double moves = 0.06;  ///< luma change of a block that moves
constexpr std::size_t fewest_blocks = 4;
constexpr int farthest = 10;  ///< pixels of a thumbnail
constexpr int shift_step = 2;
/// Smaller changes are coding noise, not a step.
constexpr double hardly_a_step = 0.002;

/// Pixels [left, right) × [top, bottom).
struct Box {
  int left = std::numeric_limits<int>::max(), top = left, right = 0, bottom = 0;
  void add(int x, int y) {
    left = std::min(left, x);
    top = std::min(top, y);
    right = std::max(right, x + kThumbnailBlock);
    bottom = std::max(bottom, y + kThumbnailBlock);
  }
  [[nodiscard]] double size() const { return std::sqrt(static_cast<double>(right - left) * (bottom - top)); }
};

}  // namespace

void MotionMeter::add(const Thumbnail& picture, const Seconds& time) {
  if (frames_ == 0) {
    first_ = picture;
  } else {
    add_step(time, picture);
  }
  previous_ = picture;
  ++frames_;
  if (!kept_.empty() && time - kept_.back().time < Rational{1, pictures_per_second}) return;
  kept_.push_back({picture, time});
  while (kept_.size() > 1 && time - kept_[1].time >= 1) kept_.pop_front();
  if (time - kept_.front().time >= 1) compare(kept_.front().picture, picture);
}

void MotionMeter::add_step(const Seconds& time, const Thumbnail& picture) {
  const double change = mean_difference(picture, previous_);
  result_.peak_motion = std::max(result_.peak_motion, change);
  if (change >= advice_.scene_cut) {
    result_.cuts_s.push_back(time);
  } else {
    step_sum_ += change;
    ++steps_;
  }
}

void MotionMeter::compare(const Thumbnail& earlier, const Thumbnail& later) {
  block_differences(earlier, later, blocks_);
  columns_ = earlier.width / kThumbnailBlock;
  border_sum_ += at_border();
  travels_.push_back(travelled(earlier, later));
}

double MotionMeter::at_border() {
  border_.clear();
  for (std::size_t i = 0; i < blocks_.size(); ++i) {
    const int column = static_cast<int>(i) % columns_;
    if (static_cast<int>(i) < columns_ || column == 0 || column == columns_ - 1) border_.push_back(blocks_[i]);
  }
  if (border_.empty()) return 0;
  const auto rank = static_cast<std::ptrdiff_t>((1 - covered_by_person) * static_cast<double>(border_.size() - 1));
  std::nth_element(border_.begin(), border_.begin() + rank, border_.end());
  return border_[static_cast<std::size_t>(rank)];
}

double MotionMeter::travelled(const Thumbnail& earlier, const Thumbnail& later) {
  moving_.clear();
  Box box;
  for (std::size_t i = 0; i < blocks_.size(); ++i) {
    if (blocks_[i] <= moves) continue;
    const int x = static_cast<int>(i) % columns_ * kThumbnailBlock,
              y = static_cast<int>(i) / columns_ * kThumbnailBlock;
    moving_.emplace_back(x, y);
    box.add(x, y);
  }
  if (moving_.size() < fewest_blocks) return 0;
  std::int64_t least = std::numeric_limits<std::int64_t>::max();
  double way = 0;
  for (int down = -farthest; down <= farthest; down += shift_step) {
    for (int right = -farthest; right <= farthest; right += shift_step) {
      const std::int64_t here = difference(earlier, later, right, down);
      const double length = std::hypot(right, down);
      if (here > least || (here == least && length >= way)) continue;
      least = here;
      way = length;
    }
  }
  return way / box.size();
}

/// The change of the moving blocks of `earlier` against `later`, shifted by `right` and `down`.
std::int64_t MotionMeter::difference(const Thumbnail& earlier, const Thumbnail& later, int right, int down) const {
  std::int64_t sum = 0;
  for (const auto& [left, top] : moving_) {
    for (int y = top; y < top + kThumbnailBlock; ++y) {
      const int to_y = std::clamp(y + down, 0, later.height - 1);
      for (int x = left; x < left + kThumbnailBlock; ++x) {
        const int to_x = std::clamp(x + right, 0, later.width - 1);
        sum += std::abs(int{earlier.pixels[earlier.index_of(x, y)]} - int{later.pixels[later.index_of(to_x, to_y)]});
      }
    }
  }
  return sum;
}

Motion MotionMeter::finish() {
  if (travels_.empty()) compare(first_, previous_);
  result_.border_motion = border_sum_ / static_cast<double>(travels_.size());
  const auto middle = travels_.begin() + static_cast<std::ptrdiff_t>(travels_.size() / 2);
  std::nth_element(travels_.begin(), middle, travels_.end());
  result_.travel = *middle;
  result_.loop_ssim = ssim(first_, previous_);
  const double jump = mean_difference(first_, previous_);
  const double usual = steps_ == 0 ? 0 : step_sum_ / static_cast<double>(steps_);
  result_.loop_step = jump <= hardly_a_step ? 0 : jump / std::max(usual, hardly_a_step / 10);
  result_.is_static =
      result_.border_motion < advice_.static_motion && result_.travel < advice_.static_travel && result_.cuts_s.empty();
  result_.loopable = result_.loop_ssim >= advice_.loop_ssim && result_.loop_step <= advice_.loop_step;
  return result_;
}

}  // namespace react1::media
