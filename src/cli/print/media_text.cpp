// SPDX-License-Identifier: Apache-2.0
// probe, for people.
#include <fmt/format.h>

#include "cli/print/print_text.hpp"
#include "core/printable.hpp"

namespace react1::cli {
namespace {

std::string or_unknown(const std::string& text) {
  return text.empty() ? "unknown" : text;
}

std::string color_of(const VideoInfo& video) {
  std::string color = fmt::format("{}/{}/{} {}", or_unknown(video.color.space), or_unknown(video.color.primaries),
                                  or_unknown(video.color.transfer), video.color.range);
  if (!video.hdr.empty()) color += " HDR " + video.hdr;
  return color;
}

std::string video_line(const VideoInfo& video) {
  std::string line = fmt::format("#{} {}{} {}x{}", video.index, video.codec,
                                 video.profile.empty() ? "" : " " + video.profile, video.width, video.height);
  if (video.display_width != video.width || video.display_height != video.height) {
    line += fmt::format(" shown as {}x{}", video.display_width, video.display_height);
  }
  if (video.orientation.rotation_deg != 0) line += fmt::format(", rotated {}°", video.orientation.rotation_deg);
  if (video.orientation.mirrored) line += ", mirrored";
  line += fmt::format(", {} fps{}, {} frames, {}", video.fps == 0 ? "unknown" : rate_text(video.fps),
                      video.vfr ? " (variable)" : "", video.frames, seconds_text(video.duration_s));
  if (video.start_s != 0) line += fmt::format(", starts at {}", seconds_text(video.start_s));
  if (video.interlaced) line += ", interlaced";
  return line;
}

std::string audio_line(const AudioInfo& audio) {
  std::string line = fmt::format("#{} {}, {} Hz {}, {} samples, {}", audio.index, audio.codec, audio.sample_rate,
                                 audio.layout.empty() ? fmt::format("{} channels", audio.channels) : audio.layout,
                                 audio.samples, seconds_text(audio.duration_s));
  if (audio.start_s != 0) line += fmt::format(", starts at {}", seconds_text(audio.start_s));
  return line;
}

}  // namespace

std::string media_text(const MediaInfo& info) {
  std::string text = printable(fmt::format("{}: {}", info.path, or_unknown(info.format)));
  if (info.size_bytes) text += ", " + bytes_text(*info.size_bytes);
  text += ", " + seconds_text(info.duration_s) + (info.still_image ? ", a still image" : "") + "\n";
  std::vector<std::vector<std::string>> rows;
  if (info.video) {
    rows.push_back({"video", video_line(*info.video)});
    rows.push_back(
        {"", fmt::format("{} {} bit, {}", info.video->pix_fmt, info.video->bit_depth, color_of(*info.video))});
  }
  if (info.audio) rows.push_back({"audio", audio_line(*info.audio)});
  for (const StreamInfo& stream : info.streams) {
    if (!stream.chosen) {
      rows.push_back({"unused", fmt::format("#{} {} {}{}", stream.index, stream.type, stream.codec,
                                            stream.attached_pic ? " (a still image)" : "")});
    }
  }
  for (const Warning& warning : info.warnings) rows.push_back({"warning", warning.message});
  return text + table(rows);
}

}  // namespace react1::cli
