// SPDX-License-Identifier: Apache-2.0
// The choice of a file's video and audio stream. A pure rule over dispositions and sizes.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

extern "C" {
#include <libavformat/avformat.h>
}

namespace react1::media {

/// The facts that the rule uses.
struct StreamCandidate {
  enum class Kind { video, audio, other };
  int index = 0;
  Kind kind = Kind::other;
  bool usable = true;       ///< has a known codec and a size or channels
  bool is_picture = false;  ///< cover art, timed thumbnail, still image
  bool is_still = false;    ///< its header claims a single picture, as next to a motion photo's video
  bool is_default = false;
  bool is_special = false;  ///< description, commentary, for the hearing impaired, a dependent layer, …
  std::int64_t extent = 0;  ///< pixels of a video, channels of an audio stream
};

struct StreamChoice {
  std::optional<int> video, audio;  ///< stream indexes
  int videos = 0, audios = 0;       ///< how many could have been chosen
};

/// Moving pictures before a single one, ordinary streams before special ones, then default ones, then the largest, then
/// the first. Cover art never.
[[nodiscard]] StreamChoice choose_streams(std::span<const StreamCandidate> candidates);

[[nodiscard]] std::vector<StreamCandidate> stream_candidates(const AVFormatContext& format);
[[nodiscard]] inline StreamChoice choose_streams(const AVFormatContext& format) {
  return choose_streams(stream_candidates(format));
}
/// Cover art, timed thumbnails and still images: never a video.
[[nodiscard]] bool is_picture(const AVStream& stream) noexcept;

}  // namespace react1::media
