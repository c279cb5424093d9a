// SPDX-License-Identifier: Apache-2.0
// The result of reading all packets of a stream, from an MP4's sample table or a WAV's header, at almost no
// cost per hour.
#pragma once

#include <cstdint>
#include <optional>

#include "media/format/mp4_layout.hpp"
#include "media/stream/demuxer.hpp"
#include "media/stream/packet_survey.hpp"

namespace react1::media {

/// The same sums as reading every packet of `stream` gives (its track's ticks are the stream's). `file_size`: all of
/// the media must be within it. nullopt where packets have to be read: no consistent table, a truncated file, more than
/// one edit (a pause in front aside), an edit that begins off a frame or skips more than a second of sound, sound whose
/// packets' lengths the codec doesn't fix, other ticks.
[[nodiscard]] std::optional<StreamSurvey> survey_table(const Mp4Track& track, std::int64_t movie_timescale,
                                                       const AVStream& stream, std::int64_t file_size);

/// FFmpeg's claims about a stream from its header. `track` must have its table.
[[nodiscard]] HeaderClaim header_claim(const Mp4Track& track, std::int64_t movie_timescale);

/// The same for a WAV file's uncompressed sound, from its header's length: `first` is its first packet, and
/// the promised data must follow it. nullopt when it doesn't, or when the header has no length.
[[nodiscard]] std::optional<StreamSurvey> survey_uncompressed(const AVStream& stream, const HeaderClaim& header,
                                                              const AVPacket& first, std::int64_t file_size);

}  // namespace react1::media
