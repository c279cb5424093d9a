// SPDX-License-Identifier: Apache-2.0
// Every way in which a service may measure a clip's length, on the written file. The proof of the
// 15-second limit; it shares no code with the writing of clips.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <react1/media.hpp>
#include <react1/run_context.hpp>

namespace react1::media {

/// A written clip as measured after reopening it.
struct MeasuredClip {
  std::vector<DurationMeasure> measures;
  Seconds duration_s;  ///< of the picture, else of the sound: frames / fps, or samples / rate
  std::optional<PreparedClip::Video> video;
  std::optional<PreparedClip::Audio> audio;
};

/// Measures a clip in one reading, two when an MP4 has edit lists. The measures are exact and complete; with
/// several streams the name of a stream's measure ends in "#index".
///   container_header                       a reader's container duration
///   mp4_movie_header, mp4_media_header     the raw numbers of the boxes; mp4_edit_list the sum of the edits
///   stream_header                          a reader's stream duration
///   packets_sum                            all packets' durations, shown or not
///   packets_span_edit_list_honoured        first shown start to last shown end
///   packets_end_edit_list_honoured         timeline start to last shown end (a pause before it counts)
///   packets_span_from_zero                 timeline start to last end, edit list ignored
///   decoded                                frames × frame duration, or samples / rate
///   decoded_edit_list_ignored              the same without edit list, priming and padding kept
///   mp3_frames_with_tag, mp3_frames_without_tag   physical frames × samples per frame / rate
/// Sound is decoded. The frames of MP4's H.264 are counted from the slices' headers, which equals a decoder's count
/// wherever each packet holds one picture; else, and for any other codec, pictures are decoded too.
/// With Pictures::decoded all are decoded whatever the codec: that finds damage inside them.
/// Throws what Demuxer and Decoder throw, and Error{media} when a packet can't be read or decoded (a clip that can't be
/// measured can't be proved).
enum class Pictures { counted, decoded };
[[nodiscard]] MeasuredClip measure_clip(const std::string& path, const RunContext& context,
                                        Pictures pictures = Pictures::counted);

/// The measures alone.
[[nodiscard]] std::vector<DurationMeasure> measure_durations(const std::string& path, const RunContext& context);

/// The largest of them; {"", 0} for none.
[[nodiscard]] DurationMeasure longest(const std::vector<DurationMeasure>& measures);

}  // namespace react1::media
