// From timestamps to a frame rate: the median interval decides, never a header's rate. Pure.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <queue>
#include <vector>

#include <react1/rational.hpp>

namespace react1::media {

/// Collects presentation times that arrive in decode order and keeps only the intervals between neighbours, so that an
/// hour costs no more memory than a second. Equal timestamps count as an interval of 0.
class IntervalCounter {
 public:
  void add(std::int64_t ticks);
  /// To be called once after the last add().
  void finish();

  /// Interval in ticks → how often. Complete after finish().
  [[nodiscard]] const std::map<std::int64_t, std::int64_t>& intervals() const noexcept { return intervals_; }

 private:
  void pop();

  /// H.264 and HEVC reorder over 16 frames at most; twice that also sorts the odd stream beyond the rules.
  static constexpr std::size_t reorder_depth = 32;
  std::priority_queue<std::int64_t, std::vector<std::int64_t>, std::greater<>> pending_;
  std::optional<std::int64_t> last_;
  std::map<std::int64_t, std::int64_t> intervals_;
};

struct FrameRate {
  Rational fps = 0;               ///< 0 when there is no interval
  bool vfr = false;               ///< intervals differ by more than the grid their times were rounded to
  std::int64_t median_ticks = 0;  ///< the interval in the middle
};

/// The nominal rate behind `intervals` (ticks of `time_base` seconds). Rounding of timestamps is undone: 40, 40, 40
/// thousandths are 25 fps, and 33, 33, 34 are 30 or 30000/1001 by their mean. `hint` (a header's average rate, or 0)
/// only decides between standard rates that the timestamps can't tell apart.
[[nodiscard]] FrameRate frame_rate(const std::map<std::int64_t, std::int64_t>& intervals, const Rational& time_base,
                                   const Rational& hint);

}  // namespace react1::media
