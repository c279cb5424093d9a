// SPDX-License-Identifier: Apache-2.0
// Which frame of the window each frame of a fitted video shows, and where seams may be visible. Pure.
#pragma once

#include <cstdint>
#include <vector>

#include <react1/conform.hpp>

namespace react1::planning {

/// A stretch of the voice without speech: seconds from the voice's start, half-open.
struct Pause {
  Seconds start, end;
};

struct FrameOrder {
  std::vector<std::int64_t> shows;  ///< one entry per frame of the result: a number below `window`
  std::vector<Seconds> seams_s;     ///< when the picture begins to run the other way, or to freeze
  std::size_t in_pauses = 0;        ///< how many of the turns are in a pause
};

/// The input of the functions below.
struct FrameCount {
  std::int64_t window = 0;  ///< frames there are, ≥ 1
  std::int64_t wanted = 0;  ///< ≥ 1
  Rational fps = 0;         ///< > 0
};

/// The first `wanted` frames. Needs wanted ≤ window.
[[nodiscard]] FrameOrder order_cut(const FrameCount& count);
/// All, then the last one until the end.
[[nodiscard]] FrameOrder order_hold(const FrameCount& count);
/// Output frame i shows the frame on screen at the middle of its share of the window: evenly, never backwards.
[[nodiscard]] FrameOrder order_remap(const FrameCount& count);
/// 0 1 … n−1 n−2 … 0 1 …: the frame at a turn is shown once. A turn is moved up to `reach` (and half of that pass)
/// before the end of the pass, into a pause, if that costs no further turn; near the middle of the pause, if possible.
/// A window of one frame is held.
[[nodiscard]] FrameOrder order_bounce(const FrameCount& count, const std::vector<Pause>& pauses, const Seconds& reach);

}  // namespace react1::planning
