// SPDX-License-Identifier: Apache-2.0
// Which constant frame rate a prepared clip gets.
#pragma once

#include <react1/media.hpp>

namespace react1::planning {

/// The rates that React-1 recommends: 24, 25, 30 and the NTSC variants of 24 and 30.
[[nodiscard]] bool is_recommended_rate(const Rational& fps);

/// How many more places of a constant rate the last frame fills than its own, because it is shown longer (its duration
/// counts). 0 for a variable rate.
[[nodiscard]] std::int64_t held_places(const VideoInfo& video, const Rational& fps);

/// How many frames begin within the clip's length; the last one may be cut short by up to three quarters.
[[nodiscard]] std::int64_t frames_with_room(const VideoInfo& video, const Rational& fps);

/// The standard rate for a measured one (containers round their timestamps), else the rate itself.
[[nodiscard]] Rational snap_rate(const Rational& measured);

/// Target of a source whose measured nominal rate is `measured` (> 0). `constant` is false for a variable rate.
/// Recommended: the rate itself when recommended; else, among the recommended rates of which the source is an exact
/// multiple or fraction (50 → 25, 60 → 30, 15 → 30: every frame shown equally long), the nearest; else the nearest.
/// Keep: a constant rate stays, whatever it is.
[[nodiscard]] Rational choose_rate(const Rational& measured, bool constant, FpsPolicy policy);

}  // namespace react1::planning
