// SPDX-License-Identifier: Apache-2.0
// Whether a file is as long as its container says: the one proof that nothing of it is missing.
#pragma once

#include <cstdint>
#include <optional>

#include <react1/media_info.hpp>

#include "media/format/mp4_layout.hpp"
#include "media/probe/probe_warnings.hpp"
#include "media/stream/demuxer.hpp"

namespace react1::media {

/// By how many bytes the source is shorter than its container says; 0 or less when all of it is there (Matroska and
/// WebM, RIFF: WAV and AVI, ASF, FLV). nullopt when the container does not say, as a live recording's, or when the
/// source can't be read out of order. The reading position is lost: to be called before or after the packets are read.
[[nodiscard]] std::optional<std::int64_t> missing_bytes(Demuxer& demuxer);

/// AVI and MP4 write a dropped frame as one without bytes, which FFmpeg hands out as nothing: the frame before it is
/// shown for longer. At the end only the index tells, so the video's duration becomes what it lists. `track` is the
/// picture's, null when the file is no MP4. Does nothing when some of the file is missing.
void hold_last_frame(MediaInfo& info, const ProbeFindings& findings, const Mp4Track* track);

/// The same for a picture in movie fragments: FFmpeg hands out no durations of their samples where they have
/// composition offsets, and those of the codec's parser elsewhere. `counted_s` is what the video's duration has for the
/// last frame.
void hold_last_of_fragments(VideoInfo& video, Demuxer& demuxer, const Mp4Layout& layout, const Mp4Track& track,
                            const Seconds& counted_s);

}  // namespace react1::media
