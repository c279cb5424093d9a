// SPDX-License-Identifier: Apache-2.0
// Would the service take this clip? Everything is measured here, nothing is believed.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <react1/run_context.hpp>

#include "sandbox/clips/clip_length.hpp"
#include "sandbox/protocol/problems.hpp"

namespace react1::sandbox {

/// What the model accepts. The 15 s are documented; the lower ends are this sandbox's choice.
struct Limits {
  Seconds longest = 15;
  Seconds shortest_video = 1;
  Seconds shortest_audio{1, 2};
  int long_side = 4096, short_side = 2160;
  double silent_peak = 0.001;  ///< −60 dBFS
};

struct VideoJudgement {
  std::optional<Problem> problem;
  std::vector<Measure> measures;  ///< the decoded one included, when it came that far
  DecodedVideo facts;             ///< only when there is no problem
};
struct AudioJudgement {
  std::optional<Problem> problem;
  std::vector<Measure> measures;
  DecodedAudio facts;
};

/// `url` is echoed as the input. Media that can't be used is a problem, not an exception; throws Error{io|interrupted}.
[[nodiscard]] VideoJudgement judge_video(const std::string& path, const std::string& url, const Limits& limits,
                                         const RunContext& context);
[[nodiscard]] AudioJudgement judge_audio(const std::string& path, const std::string& url, const Limits& limits,
                                         const RunContext& context);

}  // namespace react1::sandbox
