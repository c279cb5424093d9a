// SPDX-License-Identifier: Apache-2.0
// What will be done to each clip, decided from measured facts alone.
// The namespace is "planning" because react1::plan is the public function that uses it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <react1/media.hpp>

#include "plan/frame_order.hpp"
#include "plan/planned.hpp"

namespace react1::planning {

/// Throws Error{media} when the file has no moving picture or one that can't be converted, or when the
/// window is outside the clip; Error{usage} for an invalid window.
[[nodiscard]] Planned<VideoPlan> plan_video(const MediaInfo& info, const PrepareOptions& options);

/// The parts of plan_video(): window, rate, count, size and colour; the best action; warnings about
/// the result. A video that is to be fitted to the voice is fitted between the first two.
[[nodiscard]] Planned<VideoPlan> lay_out_video(const MediaInfo& info, const PrepareOptions& options);
void choose_action(VideoPlan& plan, const MediaInfo& info, const PrepareOptions& options);
[[nodiscard]] std::vector<Warning> warnings_of(const VideoPlan& plan, const MediaInfo& info);
/// Applies the frames of `order` to a laid out plan. An order that only leaves out frames at the end shortens the
/// window.
void fit_video(VideoPlan& plan, FrameOrder order);

/// Turns a plan to cut into one for the `copyable` frames that media::find_closed_prefix() found from the window's
/// start, or into one to transcode when there are none (`obstacle` is the reason) or when that would lose more
/// than options.max_cut_loss_s (than nothing, for a video fitted to the voice); the reasons say so. Throws Error{media}
/// when encoding is then not allowed.
void apply_cut_limits(VideoPlan& plan, std::int64_t copyable, const std::string& obstacle,
                      const PrepareOptions& options, const std::string& path);

/// Results of the audio analysis that decide how the audio is made.
struct SoundChoice {
  SoundTreatment treatment{};
  bool relevel = false;     ///< the requested loudness differs from the clip's
  bool cancelling = false;  ///< left and right have opposite phase: one channel is used
};

/// From any file with audio, a video file included. Errors as plan_video().
[[nodiscard]] Planned<AudioPlan> plan_audio(const MediaInfo& info, const PrepareOptions& options,
                                            const SoundChoice& choice = {});

/// The longest sound that can be encoded from `info` under the limit: an MP3 needs two frames for itself.
[[nodiscard]] Seconds longest_sound(const MediaInfo& info, const Seconds& limit);

}  // namespace react1::planning
