// SPDX-License-Identifier: Apache-2.0
#include "plan/frame_order.hpp"

#include <algorithm>
#include <numeric>
#include <optional>

#include <react1/error.hpp>

namespace react1::planning {
namespace {

void require_frames(const FrameCount& count) {
  if (count.window < 1 || count.wanted < 1 || count.fps <= 0) {
    throw Error(ErrorCode::internal, "frame order", "a count or the rate is not above zero");
  }
}

/// One pass of a bounce: from the last shown frame to, at most, the end of the window.
class Bounce {
 public:
  Bounce(const FrameCount& count, const std::vector<Pause>& pauses, const Seconds& reach)
      : count_(count), pauses_(pauses), reach_((reach * count.fps).floor()) {
    order_.shows.push_back(0);
  }

  FrameOrder run() {
    for (;;) {
      const std::int64_t way = forwards_ ? count_.window - 1 - at() : at();
      if (way >= left()) {
        go(left());
        return std::move(order_);
      }
      turn_after(way);
    }
  }

 private:
  [[nodiscard]] std::int64_t at() const { return order_.shows.back(); }
  [[nodiscard]] std::int64_t left() const { return count_.wanted - static_cast<std::int64_t>(order_.shows.size()); }

  void go(std::int64_t frames) {
    for (std::int64_t i = 0; i < frames; ++i) order_.shows.push_back(at() + (forwards_ ? 1 : -1));
  }

  void turn_after(std::int64_t way) {
    const std::optional<std::int64_t> early = early_turn(way);
    if (early) ++order_.in_pauses;
    go(way - early.value_or(0));
    order_.seams_s.push_back(Rational(static_cast<std::int64_t>(order_.shows.size())) / count_.fps);
    forwards_ = !forwards_;
  }

  /// The instant of the turn that is made `early` frames before the end of this `way`.
  [[nodiscard]] Seconds instant(std::int64_t way, std::int64_t early) const {
    return Rational(static_cast<std::int64_t>(order_.shows.size()) + way - early) / count_.fps;
  }

  /// The remaining turns after that one.
  [[nodiscard]] std::int64_t turns_after(std::int64_t way, std::int64_t early) const {
    const std::int64_t rest = left() - (way - early);
    const std::int64_t next_way = count_.window - 1 - early;
    return rest <= next_way ? 0 : 1 + (rest - next_way - 1) / (count_.window - 1);
  }

  [[nodiscard]] const Pause* pause_at(const Seconds& time) const {
    const auto found = std::find_if(pauses_.begin(), pauses_.end(),
                                    [&](const Pause& pause) { return pause.start <= time && time < pause.end; });
    return found == pauses_.end() ? nullptr : &*found;
  }

  /// How many frames before the end of `way` to turn in a pause: the last pause within reach, nearest to its middle.
  [[nodiscard]] std::optional<std::int64_t> early_turn(std::int64_t way) const {
    const Pause* chosen = nullptr;
    std::optional<std::int64_t> best;
    Seconds off;
    for (std::int64_t early = 0; early <= std::min(reach_, way / 2); ++early) {
      if (turns_after(way, early) > turns_after(way, 0)) break;
      const Seconds time = instant(way, early);
      const Pause* pause = pause_at(time);
      if (pause == nullptr || (chosen != nullptr && pause != chosen)) continue;
      chosen = pause;
      const Seconds distance = abs(time - (pause->start + pause->end) / 2);
      if (best && distance >= off) continue;
      best = early;
      off = distance;
    }
    return best;
  }

  const FrameCount& count_;
  const std::vector<Pause>& pauses_;
  std::int64_t reach_;
  bool forwards_ = true;
  FrameOrder order_;
};

}  // namespace

FrameOrder order_cut(const FrameCount& count) {
  require_frames(count);
  if (count.wanted > count.window) throw Error(ErrorCode::internal, "frame order", "a cut can't add frames");
  FrameOrder order;
  order.shows.resize(static_cast<std::size_t>(count.wanted));
  std::iota(order.shows.begin(), order.shows.end(), 0);
  return order;
}

FrameOrder order_hold(const FrameCount& count) {
  if (count.wanted <= count.window) return order_cut(count);
  FrameOrder order = order_cut({count.window, count.window, count.fps});
  order.shows.resize(static_cast<std::size_t>(count.wanted), count.window - 1);
  order.seams_s.push_back(Rational(count.window) / count.fps);
  return order;
}

FrameOrder order_remap(const FrameCount& count) {
  require_frames(count);
  FrameOrder order;
  for (std::int64_t i = 0; i < count.wanted; ++i) {
    order.shows.push_back((2 * i + 1) * count.window / (2 * count.wanted));
  }
  return order;
}

FrameOrder order_bounce(const FrameCount& count, const std::vector<Pause>& pauses, const Seconds& reach) {
  require_frames(count);
  if (count.window == 1 || count.wanted <= count.window) return order_hold(count);
  return Bounce(count, pauses, reach).run();
}

}  // namespace react1::planning
