// SPDX-License-Identifier: Apache-2.0
// Which part of a window can be used, found by decoding it.
#pragma once

#include <string>

#include "media/picture/intact_pictures.hpp"
#include "media/source/clip_input.hpp"

#include <react1/media.hpp>
#include <react1/run_context.hpp>

namespace react1::media {

/// The good beginning of a window. Times are relative to the stream's first sample.
struct Intact {
  Seconds end_s;         ///< exclusive; the window's own end when nothing is damaged
  bool damaged = false;  ///< the end is before the window's
};

/// Decodes `plan`'s window on one thread, picture by picture. Pictures that may refer to a damaged packet count as
/// damaged, whether the decoder noticed or not, up to the next possible start of decoding. Throws what Demuxer
/// and Decoder throw, but no damage.
[[nodiscard]] IntactPictures find_intact_video(const ClipInput& input, const VideoPlan& plan,
                                               const RunContext& context);

/// Everything before the first damage in the sound, to the codec's frame. Throws as above.
[[nodiscard]] Intact find_intact_audio(const ClipInput& input, const AudioPlan& plan, const RunContext& context);

}  // namespace react1::media
