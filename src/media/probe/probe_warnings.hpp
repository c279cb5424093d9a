// SPDX-License-Identifier: Apache-2.0
// The warnings about a probed file. A pure function of the facts.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <react1/media_info.hpp>

namespace react1::media {

/// Facts that the warnings need in addition to MediaInfo.
struct ProbeFindings {
  int videos = 0, audios = 0;  ///< streams that could have been chosen
  bool cover_art = false;
  std::int64_t corrupt_packets = 0;
  bool cut_off = false;  ///< the file ends inside a packet
  /// By how many bytes the file is shorter than its header claims; 0 or less: complete; nullopt: no
  /// claim.
  std::optional<std::int64_t> missing_bytes;
  bool video_bytes_present = false;          ///< every byte that an index lists of the picture is within the file
  std::optional<std::string> damage;         ///< why the reading ended early
  std::int64_t video_packets = 0;            ///< shown or not; without one that is cut off
  std::int64_t audio_packets = 0;            ///< likewise
  std::optional<std::int64_t> audio_listed;  ///< packets that the index lists
  Seconds audio_trimmed_s;                   ///< priming and padding: a header may count them
  Seconds audio_in_whole_packets_s;          ///< ALAC in CAF: the header may count the last as full
  bool starts_at_zero = true;  ///< the format's timeline begins at 0, so a late first packet means something
};

/// True when the container's own size shows that the file is complete.
[[nodiscard]] bool is_whole(const ProbeFindings& findings);

/// True when some header claims more frames or time than was found, so that it matters whether the file is complete.
[[nodiscard]] bool header_promises_more(const MediaInfo& info, const ProbeFindings& findings);

/// Sets `truncated` of the streams of which something is missing. A header that claims more time is no
/// proof where the file's size, or an index of all packets, shows that the file is complete: then only the header is
/// wrong.
void mark_truncated(MediaInfo& info, const ProbeFindings& findings);

/// After mark_truncated(). Stable codes: truncated, wrong_duration, damaged, no_duration_in_header, vfr,
/// untagged_color, several_video_streams, several_audio_streams, cover_art, interlaced, hdr, late_start.
[[nodiscard]] std::vector<Warning> probe_warnings(const MediaInfo& info, const ProbeFindings& findings);

}  // namespace react1::media
