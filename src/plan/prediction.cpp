// SPDX-License-Identifier: Apache-2.0
// What each lipsync_mode gives back: length, frames and cost of the output.
#include <algorithm>

#include <react1/plan.hpp>

#include "core/boundary.hpp"

namespace react1::REACT1_ABI {
namespace {

Seconds output_length(const ClipFacts& facts, LipsyncMode mode) {
  switch (mode) {
    case LipsyncMode::cut_off:
      return std::min(facts.video_s, facts.audio_s);
    case LipsyncMode::silence:
      return std::max(facts.video_s, facts.audio_s);
    case LipsyncMode::loop:
    case LipsyncMode::bounce:
    case LipsyncMode::remap:
      break;
  }
  return facts.audio_s;
}

}  // namespace

Prediction predict(const ClipFacts& facts, LipsyncMode mode, const Price& price) {
  return at_boundary("predict", [&] {
    const Seconds length = output_length(facts, mode);
    return Prediction{.lipsync_mode = mode,
                      .duration_s = length,
                      .frames = (length * facts.fps).round(),
                      .fps = facts.fps,
                      .cost_usd = length / 60 * price.usd_per_minute};
  });
}

}  // namespace react1::REACT1_ABI
