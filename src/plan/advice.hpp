// SPDX-License-Identifier: Apache-2.0
// What the advice shares with those who override it.
#pragma once

#include <vector>

#include <react1/plan.hpp>

namespace react1::planning {

/// Times in the output at which `mode` turns (bounce) or jumps (loop): k·v for every k·v < a. Empty for other modes.
/// facts.video_s must be > 0 for bounce and loop.
[[nodiscard]] std::vector<Seconds> seams(const ClipFacts& facts, LipsyncMode mode);

}  // namespace react1::planning
