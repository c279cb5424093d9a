// SPDX-License-Identifier: Apache-2.0
// What each mode of a model gives back: length, frames and cost of the output.
#include <fmt/format.h>

#include <algorithm>
#include <string>

#include <react1/error.hpp>
#include <react1/plan.hpp>

#include "plan/advice.hpp"

namespace react1::planning {
namespace {

Seconds output_length(const ClipFacts& facts, const TimingRule& rule) {
  switch (rule.length) {
    case OutputLength::shorter_clip:
      return std::min(facts.video_s, facts.audio_s);
    case OutputLength::longer_clip:
      return std::max(facts.video_s, facts.audio_s);
    case OutputLength::audio:
      break;
  }
  return facts.audio_s;
}

}  // namespace

const TimingRule* find_timing(const ModelRules& rules, LipsyncMode mode) noexcept {
  const auto found = std::find_if(rules.timings.begin(), rules.timings.end(),
                                  [&](const TimingRule& rule) { return rule.mode == mode; });
  return found == rules.timings.end() ? nullptr : &*found;
}

void require_offered(const ModelRules& rules, LipsyncMode mode) {
  if (find_timing(rules, mode) != nullptr) return;
  std::string offered;
  for (const TimingRule& rule : rules.timings)
    offered += (offered.empty() ? "" : ", ") + std::string(to_string(rule.mode));
  throw Error(ErrorCode::usage, "lipsync_mode", fmt::format("the model has no mode {}", to_string(mode)),
              {.hint = "one of " + offered});
}

bool keeps_head_motion(const ModelRules& rules, ModelMode mode) noexcept {
  const auto& modes = rules.keeps_head_motion;
  return std::find(modes.begin(), modes.end(), mode) != modes.end();
}

Prediction predict(const ClipFacts& facts, LipsyncMode mode, const ModelRules& rules, const Price& price) {
  require_offered(rules, mode);
  const Seconds length = output_length(facts, *find_timing(rules, mode));
  return Prediction{.lipsync_mode = mode,
                    .duration_s = length,
                    .frames = (length * facts.fps).round(),
                    .fps = facts.fps,
                    .cost_usd = length / 60 * price.usd_per_minute};
}

std::vector<Seconds> seams(const ClipFacts& facts, LipsyncMode mode, const ModelRules& rules) {
  std::vector<Seconds> times;
  const TimingRule* rule = find_timing(rules, mode);
  if (rule == nullptr || !rule->has_seams) return times;
  if (facts.video_s <= 0) {
    throw Error(ErrorCode::internal, "advice", "a picture without length has no seams");
  }
  for (Seconds time = facts.video_s; time < facts.audio_s; time = time + facts.video_s) times.push_back(time);
  return times;
}

}  // namespace react1::planning
