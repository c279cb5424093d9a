// SPDX-License-Identifier: Apache-2.0
// Decoding a window of one video stream, frame by frame.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "media/ff/handles.hpp"

#include <react1/media.hpp>
#include <react1/rational.hpp>
#include <react1/run_context.hpp>

namespace react1::media {

/// Gets a frame and its time, relative to the stream's first frame. False ends the decoding.
using FrameSink = std::function<bool(const AVFrame& frame, const Seconds& time)>;

/// Decodes video stream `index` from the frame that shows at `start_s` up to, not including, the first that begins at
/// or after `end_s` (nullopt: the end of the stream). Seeks where the format makes that exact. Throws what Demuxer and
/// Decoder throw, and what `sink` throws. Gives the number of damaged packets and frames.
/// `origin_s`: where times count from, on the file's own timeline; nullopt: the first frame that can be decoded.
std::int64_t for_each_frame(const Source& source, int index, const Seconds& start_s,
                            const std::optional<Seconds>& end_s, const SourceOptions& options,
                            const RunContext& context, const FrameSink& sink,
                            const std::optional<Seconds>& origin_s = std::nullopt);

/// Where the times of a video's plan count from, on the file's own timeline; nullopt where no times are stored.
[[nodiscard]] std::optional<Seconds> picture_origin(const VideoInfo& video);

}  // namespace react1::media
