// SPDX-License-Identifier: Apache-2.0
// One decoding pass over a whole file, for the verification of results.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <react1/rational.hpp>
#include <react1/run_context.hpp>

#include "media/picture/thumbnail.hpp"

namespace react1::media {

struct DecodedFacts {
  bool has_video = false;
  std::int64_t frames = 0;
  Rational fps = 0;           ///< nominal rate of the decoded frames' times; 0 with fewer than 2
  Seconds video_duration_s;   ///< frames / fps, or the measured span when the rate varies
  int width = 0, height = 0;  ///< of the decoded picture, before rotation
  bool size_changes = false;
  double longest_freeze_s = 0;            ///< longest run of practically identical pictures; 0 when no two are
  double longest_black_s = 0;             ///< longest run of pictures whose mean luma is ≤ 20 of limited range
  std::string first_frames_hash;          ///< SHA-256 over the signatures of the first 10 pictures
  std::vector<std::uint64_t> signatures;  ///< one per frame: brightness gradients; equal pictures give equal ones
  bool has_audio = false;
  int sample_rate = 0;
  std::int64_t audio_samples = 0;  ///< per channel
  Seconds audio_duration_s;        ///< samples / rate
  double audio_peak_dbfs = -200;   ///< −200 for digital silence or no audio
  std::int64_t decode_errors = 0;  ///< damaged packets and frames, both streams
};

/// Pictures of one size, in order, for comparing them with another file's. At most as many as a clip that can be sent
/// has (15 s at 120 per second), about 9 kB each.
using ComparedPictures = std::vector<Thumbnail>;

/// Decodes the chosen video and audio stream of a local file to the end. `pictures`, when
/// given, receives the first pictures. Throws what Demuxer and Decoder throw; damage is counted, not thrown.
[[nodiscard]] DecodedFacts survey_decoded(const std::string& path, const RunContext& context,
                                          ComparedPictures* pictures = nullptr);

/// Mean luma difference (0..1) of pictures and another video's, frame by frame over the frames both have. Below about
/// 0.004 they show the same. Decodes the video at `path` no further than that. Throws Error{media} when either has no
/// picture.
[[nodiscard]] double mean_picture_difference(const ComparedPictures& pictures, const std::string& path,
                                             const RunContext& context);

}  // namespace react1::media
