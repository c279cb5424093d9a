// SPDX-License-Identifier: Apache-2.0
// What each lipsync_mode does to the timing of a pair: which source frame every output frame shows and how much of
// the voice is heard. Pure; knows nothing of files.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <react1/plan.hpp>
#include <react1/rational.hpp>

namespace react1::sandbox {

/// Sample rate of every output, Hz.
inline constexpr int output_sample_rate = 48'000;

/// The frames of a clip laid on a constant rate.
struct FrameGrid {
  Rational fps = 0;
  std::int64_t frames = 0;           ///< on the grid
  std::vector<std::int64_t> source;  ///< grid position → decoded frame; empty = the same number
  [[nodiscard]] std::int64_t decoded_frame(std::int64_t position) const {
    return source.empty() ? position : source[static_cast<std::size_t>(position)];
  }
};

/// Lays decoded frames on a constant rate. `starts` are their start times in increasing order; `claimed` are the rates
/// the file names, believed only when the frames agree. Frames at a constant rate keep their numbers; others are shown
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
