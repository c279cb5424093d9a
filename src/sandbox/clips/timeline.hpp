// SPDX-License-Identifier: Apache-2.0
// The effect of each lipsync_mode on the timing of a pair: which source frame each output frame shows and how much of
// the voice is used. Pure; does not access files.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <react1/plan.hpp>
#include <react1/rational.hpp>

namespace react1::sandbox {

/// Sample rate of every output, Hz.
inline constexpr int output_sample_rate = 48'000;

/// The frames of a clip mapped to a constant rate.
struct FrameGrid {
  Rational fps = 0;
  std::int64_t frames = 0;           ///< on the grid
  std::vector<std::int64_t> source;  ///< grid position → decoded frame; empty = the same number
  [[nodiscard]] std::int64_t decoded_frame(std::int64_t position) const {
    return source.empty() ? position : source[static_cast<std::size_t>(position)];
  }
};

/// Maps decoded frames to a constant rate. `starts` are their start times in increasing order; `claimed` are the rates
/// stated in the file, used only when the frames agree. Frames at a constant rate keep their numbers; others are taken
/// from the grid point nearest to their start. `starts` (whole microseconds at the finest) must not be empty.
[[nodiscard]] FrameGrid lay_on_grid(std::span<const Seconds> starts, std::span<const Rational> claimed);

struct Timeline {
  std::vector<std::int64_t> shows;  ///< output frame → grid position
  std::int64_t samples = 0;         ///< of the output at output_sample_rate: spans the picture exactly
  std::int64_t voice_samples = 0;   ///< the first so many are the voice, silence follows
};

/// `video` must hold a frame and `audio_s` be > 0.
[[nodiscard]] Timeline lay_out(LipsyncMode mode, const FrameGrid& video, const Seconds& audio_s);

}  // namespace react1::sandbox
