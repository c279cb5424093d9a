// How far a window of a damaged clip can be used: everything before the first damage, found by decoding it.
#pragma once

#include <string>

#include <react1/media.hpp>
#include <react1/run_context.hpp>

namespace react1::media {

/// The good beginning of a window. Times are relative to the stream's first frame or sample.
struct Intact {
  Seconds end_s;         ///< exclusive; the window's own end when nothing is wrong
  bool damaged = false;  ///< the end lies before the window's
};

/// Decodes `plan`'s window on one thread, frame by frame. Frames that may refer to a damaged packet count as damaged,
/// whether the decoder noticed or not. Throws what Demuxer and Decoder throw, but no damage.
[[nodiscard]] Intact find_intact_video(const Source& source, const MediaInfo& info, const VideoPlan& plan,
                                       const SourceOptions& options, const RunContext& context);

/// The same for sound, to the codec's frame.
[[nodiscard]] Intact find_intact_audio(const Source& source, const MediaInfo& info, const AudioPlan& plan,
                                       const SourceOptions& options, const RunContext& context);

}  // namespace react1::media
