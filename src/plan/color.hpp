// SPDX-License-Identifier: Apache-2.0
// What the colours of a source are, and whether they are a reason to encode it.
#pragma once

#include <string>

#include <react1/media.hpp>

namespace react1::planning {

/// Matrix to convert from: the tag where a conversion is known, else the implied one. Untagged ("reserved" too) HD is
/// BT.709, untagged SD BT.601, untagged HDR BT.2020.
[[nodiscard]] std::string choose_color_space(const VideoInfo& video);
/// Primaries to convert from, "" where they are BT.709's or follow from the matrix. Tagged ones apply, also of SD.
[[nodiscard]] std::string choose_color_primaries(const VideoInfo& video);
/// Transfer to convert from, "" for the usual SDR curves: they differ less than screens do, so levels are kept.
[[nodiscard]] std::string choose_color_transfer(const VideoInfo& video);

/// Why the colours demand an encoding, a sentence; "" when they don't.
[[nodiscard]] std::string color_obstacle(const VideoInfo& video, ColorPolicy policy);

/// True when some colour tag is missing.
[[nodiscard]] bool color_untagged(const VideoInfo& video);
/// True when some colour tag is not BT.709.
[[nodiscard]] bool color_tagged_otherwise(const VideoInfo& video);
/// "smpte170m/untagged/bt709 (matrix/transfer/primaries)".
[[nodiscard]] std::string color_tags(const VideoInfo& video);

}  // namespace react1::planning
