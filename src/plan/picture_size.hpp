// SPDX-License-Identifier: Apache-2.0
// Size and colour of a prepared picture, and the refusal of files without a moving picture.
#pragma once

#include <string>

#include <react1/media.hpp>

namespace react1::planning {

/// Throws Error{media} unless the file holds a moving picture that can be converted.
const VideoInfo& require_moving_picture(const MediaInfo& info);

struct Size {
  int width = 0, height = 0;
  friend bool operator==(const Size&, const Size&) = default;
};

/// The largest picture in the window, as displayed: square pixels, upright. The first of those as large.
[[nodiscard]] Size largest_picture(const VideoInfo& video, const Seconds& start, const Seconds& end);

/// Even, within the limits, the aspect of `shown` kept. Within the limits, at most one row and one column are cropped.
/// A portrait picture is compared with the rotated limits: a 2160x4096 clip is as large as a 4096x2160 one.
[[nodiscard]] Size choose_size(const Size& shown, const PrepareOptions& options);

/// "" for SDR, else the transfer to map down from: "pq" or "hlg".
[[nodiscard]] std::string choose_tone_map(const VideoInfo& video);
[[nodiscard]] bool is_full_range(const VideoInfo& video);

}  // namespace react1::planning
