// What a person should know about a probed file. A pure rule over the facts.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <react1/media_info.hpp>

namespace react1::media {

/// What MediaInfo does not hold, but the warnings need.
struct ProbeFindings {
  int videos = 0, audios = 0;  ///< streams that could have been chosen
  bool cover_art = false;
  std::int64_t corrupt_packets = 0;
  bool cut_off = false;                       ///< the file ends inside a packet
  std::optional<std::int64_t> missing_bytes;  ///< by which the file is shorter than its header says
  std::optional<std::string> damage;          ///< why the reading ended early
  std::int64_t video_packets = 0;             ///< shown or not; without one that is cut off
  std::int64_t audio_packets = 0;             ///< likewise
  std::optional<std::int64_t> audio_listed;   ///< packets that the index lists
  bool starts_at_zero = true;  ///< the format's timeline begins at 0, so a late first packet means something
};

/// Sets `truncated` of the streams of which the header promises more than there is. An index that lists every packet
/// acquits a stream: then only the header's duration is wrong.
void mark_truncated(MediaInfo& info, const ProbeFindings& findings);

/// After mark_truncated(). Stable codes: truncated, wrong_duration, damaged, no_duration_in_header, vfr,
/// untagged_color, several_video_streams, several_audio_streams, cover_art, interlaced, hdr, late_start.
[[nodiscard]] std::vector<Warning> probe_warnings(const MediaInfo& info, const ProbeFindings& findings);

}  // namespace react1::media
