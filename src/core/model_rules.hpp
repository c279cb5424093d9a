// SPDX-License-Identifier: Apache-2.0
// The facts of a model that planning needs: data, so that the rules of planning are the same for every model.
#pragma once

#include <span>

#include <react1/plan.hpp>
#include <react1/rational.hpp>

namespace react1 {

/// Which length the output takes.
enum class OutputLength { shorter_clip, longer_clip, audio };

/// What a model does with clips of different lengths in one of its modes.
struct TimingRule {
  LipsyncMode mode{};
  OutputLength length{};
  bool has_seams = false;  ///< the picture turns or jumps at every multiple of the video's length
};

struct ModelRules {
  Seconds longest;                        ///< of each clip, by every measure
  int max_width = 0, max_height = 0;      ///< of an upright picture; a portrait one swaps them
  std::span<const TimingRule> timings{};  ///< of the modes that the model offers, at least one
  LipsyncMode default_mode{};             ///< what the service does when no mode is sent
  /// The model modes in which the head moves as in the source, so that a turn of the picture shows most.
  std::span<const ModelMode> keeps_head_motion{};
  bool needs_emotion = false;  ///< a request without one is refused
  Rational usd_per_minute;     ///< of output, as the model's page says
};

}  // namespace react1
