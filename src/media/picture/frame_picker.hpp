// SPDX-License-Identifier: Apache-2.0
// Constant-rate conversion by exact rationals: how many output frames each source frame fills. Pure.
#pragma once

#include <cstdint>
#include <optional>

#include <react1/rational.hpp>

namespace react1::media {

/// Decides, frame by frame, how often each source frame is shown in a constant-rate result.
/// Output tick k is at start + k / fps and shows the source frame that is on screen there. A frame counts as on
/// screen from a little before its timestamp (half the shorter of the source's and the result's frame interval), so
/// that rounded timestamps neither drop nor repeat a frame and the error never exceeds half a frame.
class FramePicker {
 public:
  /// Resolved values; times are relative to the source's first shown frame.
  struct Settings {
    Seconds start = 0;             ///< of tick 0
    Rational fps = 0;              ///< of the result, > 0
    std::int64_t frames = 0;       ///< ticks to fill, > 0
    Rational source_fps = 0;       ///< nominal rate of the source; 0 = unknown
    bool source_constant = false;  ///< timestamps are multiples of 1 / source_fps, but for rounding
  };

  /// Throws Error{internal} for values out of range.
  explicit FramePicker(const Settings& settings);

  /// Takes the next source frame, in presentation order, and returns how many ticks the frame BEFORE it fills
  /// (0 = it is not shown at all). The first call returns 0.
  [[nodiscard]] std::int64_t next(Seconds time);
  /// The source has ended; `duration` is how long its last frame is shown (nullopt or 0: one interval). Returns how
  /// many ticks the last frame fills.
  [[nodiscard]] std::int64_t finish(std::optional<Seconds> duration);

  /// How many ticks the latest frame fills, if that is certain without the next one: the rate is constant and the
  /// next frame starts after the last tick. Counts them as filled.
  [[nodiscard]] std::optional<std::int64_t> finish_early();

  /// Ticks filled so far.
  [[nodiscard]] std::int64_t filled() const noexcept { return filled_; }
  [[nodiscard]] bool done() const noexcept { return filled_ >= settings_.frames; }
  /// Time from `start` to the first tick that shows the first frame, 0 when it covers tick 0. Ticks before it show
  /// the first frame too; a caller that knows the source to be complete there treats > 0 as damage.
  [[nodiscard]] Seconds late_by() const noexcept { return late_by_; }
  /// Frames that a constant-rate source should have delivered between those it did.
  [[nodiscard]] std::int64_t missing() const noexcept { return missing_; }

 private:
  [[nodiscard]] Seconds snapped(Seconds time) const;
  [[nodiscard]] std::int64_t first_tick(Seconds time) const;
  [[nodiscard]] std::int64_t fill_up_to(std::int64_t tick);

  Settings settings_;
  Seconds early_;  ///< how long before its timestamp a frame counts as on screen
  std::optional<Seconds> latest_;
  std::int64_t filled_ = 0;
  std::int64_t missing_ = 0;
  Seconds late_by_ = 0;
};

}  // namespace react1::media
