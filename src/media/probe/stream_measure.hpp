// SPDX-License-Identifier: Apache-2.0
// From a stream's packet sums to the measured parts of MediaInfo: rate, counts, start and length, each with its source.
#pragma once

#include <optional>
#include <string>

#include "media/stream/demuxer.hpp"
#include "media/stream/packet_survey.hpp"

#include <react1/media_info.hpp>

namespace react1::media {

/// Fills fps, vfr, frames, start, duration, header claims and order of `video` from its packets.
void measure_video(VideoInfo& video, const StreamSurvey& survey, const AVStream& stream, const HeaderClaim& header);

/// An audio stream's length from its packets; nullopt when only decoding gives it.
[[nodiscard]] std::optional<std::int64_t> samples_from_packets(const StreamSurvey& survey, const AVStream& stream,
                                                               const std::string& format);

/// Codec, rate, layout, start and header claim of the audio stream. Samples and duration are the caller's.
[[nodiscard]] AudioInfo audio_parameters(const StreamSurvey& survey, const AVStream& stream, const HeaderClaim& header);

/// Takes over the pieces and the length in time; `audio` has its samples and start. Implausible
/// timestamps are ignored: the samples then play one after the other.
void take_timeline(AudioInfo& audio, const SoundTimelineFit::Result& timeline);

}  // namespace react1::media
