// SPDX-License-Identifier: Apache-2.0
// Checks whether the service would accept a clip. Everything is measured here, no header is trusted.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <react1/run_context.hpp>

#include "core/model.hpp"
#include "sandbox/clips/clip_length.hpp"
#include "sandbox/protocol/problems.hpp"

namespace react1::sandbox {

/// A clip of an input: the name of its field, and the URL sent in it.
struct SentClip {
  std::string_view field;
  std::string url;
};

struct VideoJudgement {
  std::optional<Problem> problem;
  std::vector<Measure> measures;  ///< including the decoded one, if decoding was reached
  DecodedVideo facts;             ///< only when there is no problem
};
struct AudioJudgement {
  std::optional<Problem> problem;
  std::vector<Measure> measures;
  DecodedAudio facts;
};

/// The clip that was fetched to `path`; its URL is echoed as the input. Unusable media are a problem, not an
/// exception; throws Error{io|interrupted}.
[[nodiscard]] VideoJudgement judge_video(const std::string& path, const SentClip& clip, const ServiceLimits& limits,
                                         const RunContext& context);
[[nodiscard]] AudioJudgement judge_audio(const std::string& path, const SentClip& clip, const ServiceLimits& limits,
                                         const RunContext& context);

}  // namespace react1::sandbox
