// SPDX-License-Identifier: Apache-2.0
// Whether a video can be used without encoding it again, and why not.
#pragma once

#include <string>
#include <vector>

#include <react1/media.hpp>

#include "plan/window_rule.hpp"

namespace react1::planning {

struct VideoCase {
  const MediaInfo& info;
  const VideoInfo& video;
  const PrepareOptions& options;
  const Window& window;
  const VideoPlan& plan;  ///< all but action and reasons is decided
};

struct LadderResult {
  ClipAction action = ClipAction::transcode;
  std::vector<std::string> reasons;  ///< why each better option was impossible; no sentence twice
};

/// The best option without an obstacle.
[[nodiscard]] LadderResult choose_lossless_action(const VideoCase& of);

}  // namespace react1::planning
