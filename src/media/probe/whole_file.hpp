// SPDX-License-Identifier: Apache-2.0
// Whether a file is as long as its container claims: the only proof that it is complete.
#pragma once

#include <cstdint>
#include <optional>

#include <react1/media_info.hpp>

#include "media/format/mp4_layout.hpp"
#include "media/probe/probe_warnings.hpp"
#include "media/stream/demuxer.hpp"

namespace react1::media {

/// By how many bytes the source is shorter than its container claims; 0 or less when it is complete (Matroska and
/// WebM, RIFF: WAV and AVI, ASF, FLV). nullopt when the container has no size, as a live
/// recording, or when the source is not seekable. The reading position is lost: call it before or after the packets are
/// read.
[[nodiscard]] std::optional<std::int64_t> missing_bytes(Demuxer& demuxer);

/// AVI and MP4 write a dropped frame as one without bytes, which FFmpeg does not output: the frame before it is shown
/// for longer. At the end only the index has them, so the video's duration becomes that of the index. `track` is the
/// picture's, null when the file is no MP4. Does nothing when some of the file is missing.
void hold_last_frame(MediaInfo& info, const ProbeFindings& findings, const Mp4Track* track);

/// The same for a picture in movie fragments: FFmpeg reports no durations of their samples where they have
/// composition offsets, and those of the codec's parser elsewhere. `counted_s` is the last frame's share of the
/// video's duration.
void hold_last_of_fragments(VideoInfo& video, Demuxer& demuxer, const Mp4Layout& layout, const Mp4Track& track,
                            const Seconds& counted_s);

}  // namespace react1::media
