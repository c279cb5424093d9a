// SPDX-License-Identifier: Apache-2.0
// How far apart two prepared clips are.
#include <react1/error.hpp>
#include <react1/plan.hpp>

#include "core/boundary.hpp"
#include "plan/plan_words.hpp"

namespace react1::REACT1_ABI {

Mismatch measure_mismatch(Seconds video_s, Seconds audio_s) {
  return at_boundary("measure_mismatch", [&] {
    const auto require_length = [](const Seconds& length, const char* which) {
      if (length > 0) return;
      throw Error(ErrorCode::media, which,
                  "lasts " + planning::brief(length) + " s; both clips need a length above zero",
                  {.hint = "choose a longer clip or another window"});
    };
    require_length(video_s, "video");
    require_length(audio_s, "audio");
    return Mismatch{.video_s = video_s, .audio_s = audio_s, .delta_s = audio_s - video_s, .ratio = audio_s / video_s};
  });
}

}  // namespace react1::REACT1_ABI
