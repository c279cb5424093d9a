// Every way a service may measure a clip's length, on the written file. The proof of the 15-second promise; it shares
// nothing with the code that writes clips.
#pragma once

#include <string>
#include <vector>

#include <react1/media.hpp>
#include <react1/run_context.hpp>

namespace react1::media {

/// All measures that apply to the file, exact. With several streams the name of a stream's measure ends in "#index".
///   container_header                       what a reader prints as the container's duration
///   mp4_movie_header, mp4_media_header     the raw numbers of the boxes; mp4_edit_list the sum of the edits
///   stream_header                          what a reader prints as the stream's duration
///   packets_sum                            all packets' durations, shown or not
///   packets_span_edit_list_honoured        first shown start to last shown end
///   packets_end_edit_list_honoured         timeline start to last shown end (a pause before it counts)
///   packets_span_from_zero                 timeline start to last end, edit list ignored
///   decoded                                frames × frame duration, or samples / rate
///   decoded_edit_list_ignored              the same without edit list, priming and padding kept
///   mp3_frames_with_tag, mp3_frames_without_tag   physical frames × samples per frame / rate
/// Throws what Demuxer and Decoder throw, and Error{media} when a packet can't be decoded (a clip that can't be
/// measured can't be proved).
[[nodiscard]] std::vector<DurationMeasure> measure_durations(const std::string& path, const RunContext& context);

/// The largest of them; {"", 0} for none.
[[nodiscard]] DurationMeasure longest(const std::vector<DurationMeasure>& measures);

}  // namespace react1::media
