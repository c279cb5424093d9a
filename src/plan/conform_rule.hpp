// SPDX-License-Identifier: Apache-2.0
// Fitting the video to the voice: how many frames it gets and by which method. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <react1/media.hpp>
#include <react1/plan.hpp>

#include "plan/frame_order.hpp"
#include "plan/planned.hpp"

namespace react1::planning {

/// The pair before it is fitted. `facts.frames` and `facts.video_s` are the window's, `facts.audio_s` is exact.
struct FitCase {
  const ClipFacts& facts;
  const PrepareOptions& options;
  const AdviceOptions& advice;
  bool keeps_head_motion = false;  ///< by the model, so that turns show most
};

/// round(voice × fps), but no more than the limit allows and at least 1.
[[nodiscard]] std::int64_t fitted_frames(const Seconds& voice, const Rational& fps, const Seconds& limit);

/// What choose_fit() and arrange() need to know beyond the lengths.
struct FitNeeds {
  bool voice = false;   ///< where speech and pauses are
  bool motion = false;  ///< facts.is_static, facts.loopable
};
[[nodiscard]] FitNeeds fit_needs(const FitCase& of);

/// The requested method, or the one that automatic chooses. `done`, `reasons` and both counts are filled, seams are
/// not. Warns of what a viewer may notice. Throws Error{media} when a cut would have to add frames.
[[nodiscard]] Planned<Conformed> choose_fit(const FitCase& of, const std::string& video_path);

/// The order of frames for that choice; its seams and the reasons for their places go to `fit`.
[[nodiscard]] FrameOrder arrange(Conformed& fit, const Rational& fps, const std::vector<Pause>& pauses,
                                 const Seconds& reach);

}  // namespace react1::planning
