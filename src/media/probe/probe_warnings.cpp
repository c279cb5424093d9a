// SPDX-License-Identifier: Apache-2.0
#include "media/probe/probe_warnings.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "media/stream/sound_timeline.hpp"

namespace react1::media {
namespace {

std::string seconds(const Seconds& value) {
  return value.to_decimal(3) + " s";
}

/// How much shorter than its header a stream may be before it counts as cut off: rounding, padding and a last packet
/// without a duration explain a tenth of a second, or 1 % of a long one.
bool falls_short(const Seconds& measured, const std::optional<Seconds>& claimed) {
  if (!claimed) return false;
  return *claimed - measured > std::max(Rational{1, 10}, *claimed / Rational{100});
}

/// A header's duration may count from the timeline's start, so the time before the first packet is no loss.
bool video_falls_short(const MediaInfo& info) {
  return info.video && !info.still_image &&
         falls_short(info.video->duration_s + info.video->start_s, info.video->header_duration_s);
}

/// Where the sound ends for a header that counts whatever is stored.
Seconds sound_end(const MediaInfo& info, const ProbeFindings& findings) {
  const Seconds stored = info.audio->duration_s + std::max(info.audio->start_s, Seconds(0)) + findings.audio_trimmed_s;
  return std::max(stored, findings.audio_in_whole_packets_s);
}

bool audio_falls_short(const MediaInfo& info, const ProbeFindings& findings) {
  return info.audio && falls_short(sound_end(info, findings), info.audio->header_duration_s);
}

/// The container's duration is that of its longest stream, from the timeline's start or from the first packet: it is
/// only meaningful when every stream was measured. Of an MP3 file, whose frames were counted, the tag's claim went to
/// the sound.
bool container_falls_short(const MediaInfo& info, const ProbeFindings& findings) {
  if (info.audio && info.audio->mp3) return false;
  const std::size_t measured = (info.video ? 1U : 0U) + (info.audio ? 1U : 0U);
  if (measured != info.streams.size() || info.still_image) return false;
  Seconds end = info.video ? info.video->duration_s + std::max(info.video->start_s, Seconds(0)) : Seconds(0);
  if (info.audio) end = std::max(end, sound_end(info, findings));
  return falls_short(end, info.container_duration_s);
}

/// Fewer packets than the index lists. What an edit list hides is not missing, nor are samples without bytes.
bool video_packets_missing(const MediaInfo& info, const ProbeFindings& findings) {
  return info.video && info.video->header_frames && !info.video->edit_list && !findings.video_bytes_present &&
         findings.video_packets < *info.video->header_frames;
}

/// No header has a duration: FFmpeg drops the claims of truncated files.
bool says_no_time(const MediaInfo& info) {
  return !info.container_duration_s && !(info.video && info.video->header_duration_s) &&
         !(info.audio && info.audio->header_duration_s) && !info.still_image;
}

std::string bytes_missing(const ProbeFindings& findings) {
  return fmt::format("the header promises {} bytes more than there are", findings.missing_bytes.value_or(0));
}

std::optional<std::string> truncation(const MediaInfo& info, const ProbeFindings& findings) {
  if (info.video && info.video->truncated) {
    if (video_packets_missing(info, findings)) {
      return fmt::format("the header promises {} frames, {} are there", *info.video->header_frames,
                         findings.video_packets);
    }
    if (says_no_time(info)) return bytes_missing(findings);
    return fmt::format("the header promises {} of video, {} are there",
                       seconds(info.video->header_duration_s.value_or(info.container_duration_s.value_or(0))),
                       seconds(info.video->duration_s));
  }
  if (findings.missing_bytes.value_or(0) > 0 && info.audio && info.audio->truncated) {
    return bytes_missing(findings);
  }
  if (info.audio && info.audio->truncated) {
    return fmt::format("the header promises {} of sound, {} are there",
                       seconds(info.audio->header_duration_s.value_or(info.container_duration_s.value_or(0))),
                       seconds(info.audio->duration_s));
  }
  if (findings.cut_off) return "the file ends inside a packet";
  return std::nullopt;
}

/// True for the tag of the first of several files that were joined, for example.
bool tag_falls_short(const AudioInfo& audio) {
  return audio.mp3 && audio.header_duration_s && falls_short(*audio.header_duration_s, audio.duration_s);
}

std::optional<std::string> wrong_duration(const MediaInfo& info, const ProbeFindings& findings) {
  if (video_falls_short(info)) {
    return fmt::format("the header says {} of video, but the frames that are there last {}",
                       seconds(*info.video->header_duration_s), seconds(info.video->duration_s));
  }
  if (audio_falls_short(info, findings)) {
    return fmt::format("the header says {} of sound, but what is there lasts {}",
                       seconds(*info.audio->header_duration_s), seconds(info.audio->duration_s));
  }
  if (info.audio && tag_falls_short(*info.audio)) {
    return fmt::format("the MP3 tag says {} of sound, but its frames last {}", seconds(*info.audio->header_duration_s),
                       seconds(info.audio->duration_s));
  }
  if (container_falls_short(info, findings)) {
    return fmt::format("the header says {}, but the streams end at {}", seconds(*info.container_duration_s),
                       seconds(info.duration_s));
  }
  return std::nullopt;
}

void warn_about_damage(std::vector<Warning>& warnings, const MediaInfo& info, const ProbeFindings& findings) {
  if (const auto cut_off = truncation(info, findings)) {
    warnings.push_back({"truncated", *cut_off});
  } else if (const auto wrong = wrong_duration(info, findings)) {
    warnings.push_back({"wrong_duration", *wrong});
  }
  if (findings.damage) {
    warnings.push_back({"damaged", "the reading ended at damage: " + *findings.damage});
  } else if (findings.corrupt_packets > 0) {
    warnings.push_back({"damaged", fmt::format("{} packets are marked as damaged", findings.corrupt_packets)});
  }
}

void warn_about_mp3(std::vector<Warning>& warnings, const Mp3Facts& mp3) {
  if (mp3.skipped_bytes == 0) return;
  warnings.push_back({"mp3_resynchronised",
                      fmt::format("{} bytes between the MP3 frames are no sound and are skipped", mp3.skipped_bytes)});
}

void warn_about_video(std::vector<Warning>& warnings, const VideoInfo& video) {
  if (video.vfr) {
    warnings.push_back(
        {"vfr", fmt::format("the frame rate varies; {} frames per second is the middle one", video.fps.to_decimal(3))});
  }
  if (video.interlaced) warnings.push_back({"interlaced", "the picture is made of two fields"});
  if (!video.hdr.empty()) warnings.push_back({"hdr", "the picture is high dynamic range: " + video.hdr});
  if (video.color.space.empty() && video.pix_fmt.rfind("yuv", 0) == 0) {
    warnings.push_back({"untagged_color", "the file does not say which colour matrix it uses; by its size, " +
                                              std::string{video.height >= 720 ? "BT.709" : "BT.601"} + " is meant"});
  }
}

Seconds priming_time(const AudioInfo& audio) {
  return audio.sample_rate > 0 ? Seconds(audio.priming, audio.sample_rate) : Seconds(0);
}

void warn_about_start(std::vector<Warning>& warnings, const MediaInfo& info, const ProbeFindings& findings) {
  constexpr auto noticeable = [] { return Rational{1, 10}; };
  const auto late = [&](const char* what, const Seconds& by, const char* after) {
    warnings.push_back({"late_start", fmt::format("the {} starts {} after {}", what, seconds(by), after)});
  };
  if (info.video && info.audio) {
    const Seconds audio_late = info.audio->start_s - info.video->start_s;
    if (audio_late >= noticeable()) late("sound", audio_late, "the picture");
    if (-audio_late >= noticeable()) late("picture", -audio_late, "the sound");
  } else if (findings.starts_at_zero) {
    // What a decoder drops before the sound is no delay.
    const Seconds start = info.video ? info.video->start_s : info.audio->start_s - priming_time(*info.audio);
    if (start >= noticeable()) late(info.video ? "picture" : "sound", start, "the file's beginning");
  }
}

/// Warnings about times without samples and samples without time.
void warn_about_timeline(std::vector<Warning>& warnings, const AudioInfo& audio) {
  const SoundFlaws flaws = flaws_of(audio);
  if (flaws.gaps > 0) {
    warnings.push_back({"sound_gap", fmt::format("the sound has {} gap{}, {} in all, which become silence", flaws.gaps,
                                                 flaws.gaps == 1 ? "" : "s", seconds(flaws.gap_s))});
  }
  if (flaws.overlaps > 0) {
    warnings.push_back(
        {"sound_overlap", fmt::format("the sound overlaps itself {} time{}; the second copy of {} is left out",
                                      flaws.overlaps, flaws.overlaps == 1 ? "" : "s", seconds(flaws.overlap_s))});
  }
  if (flaws.stretch != 1) {
    warnings.push_back({"clock_drift", fmt::format("the sound's clock is {} % {} against its timestamps; it is "
                                                   "resampled to follow them",
                                                   (abs(flaws.stretch - 1) * 100).to_decimal(3),
                                                   flaws.stretch > 1 ? "slow" : "fast")});
  }
}

/// "stream 3 (deu, Original)"
std::string named(const MediaInfo& info, int index) {
  std::string name = fmt::format("stream {}", index);
  for (const StreamInfo& stream : info.streams) {
    if (stream.index != index || (stream.language.empty() && stream.title.empty())) continue;
    const char* between = stream.language.empty() || stream.title.empty() ? "" : ", ";
    name += fmt::format(" ({}{}{})", stream.language, between, stream.title);
  }
  return name;
}

}  // namespace

bool is_whole(const ProbeFindings& findings) {
  return findings.missing_bytes && *findings.missing_bytes <= 0;
}

bool header_promises_more(const MediaInfo& info, const ProbeFindings& findings) {
  if (says_no_time(info)) return true;
  return video_packets_missing(info, findings) || video_falls_short(info) || audio_falls_short(info, findings) ||
         container_falls_short(info, findings) ||
         (info.video && info.video->header_frames.value_or(0) > findings.video_packets);
}

void mark_truncated(MediaInfo& info, const ProbeFindings& findings) {
  const bool whole = is_whole(findings);
  const bool video_indexed = info.video && info.video->header_frames;
  const bool audio_indexed = findings.audio_listed && findings.audio_packets >= *findings.audio_listed;
  const bool cut_off = says_no_time(info) && findings.missing_bytes.value_or(0) > 0;
  const bool all_short = container_falls_short(info, findings) && !video_indexed && !findings.audio_listed;
  if (info.video) {
    const bool short_of_time = !video_indexed && (video_falls_short(info) || all_short || cut_off);
    info.video->truncated = !whole && (video_packets_missing(info, findings) || short_of_time);
  }
  if (info.audio) {
    // The claim of an MP3 tag is in frames, which were counted.
    const bool frames_missing = info.audio->mp3 && info.audio->mp3->tag_frames.value_or(0) > info.audio->mp3->frames &&
                                audio_falls_short(info, findings);
    const bool bytes_missing = info.format == "wav" && findings.missing_bytes.value_or(0) > 0;
    const bool short_of_time =
        !audio_indexed && !info.audio->mp3 && (audio_falls_short(info, findings) || all_short || cut_off);
    info.audio->truncated = frames_missing || bytes_missing || (!whole && short_of_time);
  }
}

std::vector<Warning> probe_warnings(const MediaInfo& info, const ProbeFindings& findings) {
  std::vector<Warning> warnings;
  warn_about_damage(warnings, info, findings);
  if (says_no_time(info) && findings.missing_bytes.value_or(0) <= 0) {
    warnings.push_back({"no_duration_in_header", "the header holds no duration; it was measured from the packets"});
  }
  if (info.video) warn_about_video(warnings, *info.video);
  if (info.audio) warn_about_timeline(warnings, *info.audio);
  if (info.audio && info.audio->mp3) warn_about_mp3(warnings, *info.audio->mp3);
  if (findings.videos > 1) {
    warnings.push_back(
        {"several_video_streams", fmt::format("there are {} video streams; {} was chosen", findings.videos,
                                              named(info, info.video ? info.video->index : -1))});
  }
  if (findings.audios > 1) {
    warnings.push_back(
        {"several_audio_streams", fmt::format("there are {} audio streams; {} was chosen", findings.audios,
                                              named(info, info.audio ? info.audio->index : -1))});
  }
  if (findings.cover_art) warnings.push_back({"cover_art", "the file holds a picture that is not its video"});
  warn_about_start(warnings, info, findings);
  return warnings;
}

}  // namespace react1::media
