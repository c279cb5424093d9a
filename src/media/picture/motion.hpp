// SPDX-License-Identifier: Apache-2.0
// Does the shot move, does the picture cut, and do its ends join? Measured on small luma pictures.
#pragma once

#include <optional>
#include <string>

#include "media/picture/motion_meter.hpp"

#include <react1/media.hpp>
#include <react1/plan.hpp>
#include <react1/rational.hpp>
#include <react1/run_context.hpp>

namespace react1::media {

/// Decodes [start_s, end_s) of video stream `stream_index`, times relative to `origin_s` on the file's own timeline,
/// else to its first frame, and measures thumbnails 160 pixels wide. Throws what Demuxer and Decoder throw, and
/// Error{media} when the window holds no picture.
[[nodiscard]] Motion analyze_motion(const Source& source, int stream_index, const Seconds& start_s,
                                    const Seconds& end_s, const AdviceOptions& advice, const SourceOptions& options,
                                    const RunContext& context, const std::optional<Seconds>& origin_s = std::nullopt);

}  // namespace react1::media
