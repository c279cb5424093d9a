// SPDX-License-Identifier: Apache-2.0
#include "plan/video_ladder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "plan/color.hpp"
#include "plan/ladder.hpp"
#include "plan/output_rate.hpp"
#include "plan/plan_words.hpp"

namespace react1::planning {
namespace {

bool is_mov_family(const MediaInfo& info) {
  return info.format.find("mp4") != std::string::npos;
}

/// Containers whose presentation times are stored, not guessed.
bool is_copyable(const MediaInfo& info) {
  return is_mov_family(info) || info.format.find("matroska") != std::string::npos || info.format == "mpegts" ||
         info.format == "flv";
}

/// QuickTime and MP4 share a demuxer; readers may distinguish them by the name.
bool is_named_quicktime(const MediaInfo& info) {
  const auto dot = info.path.rfind('.');
  if (dot == std::string::npos) return false;
  const std::string extension = lower_case(info.path.substr(dot + 1));
  return extension == "mov" || extension == "qt";
}

// Obstacles in the picture itself: only encoding removes them ---------------------------------------------------------

void codec_obstacles(const VideoCase& of, Reasons& reasons) {
  const VideoInfo& video = of.video;
  constexpr std::array<std::string_view, 6> profiles{"Baseline", "Constrained Baseline", "Main",
                                                     "High",     "Constrained High",     "Progressive High"};
  if (video.codec != "h264") {
    reasons.push_back(fmt::format("The codec is {}, not H.264.", video.codec));
    return;  // profiles of other codecs do not apply
  }
  if (!one_of(video.profile, profiles)) {
    reasons.push_back(fmt::format("The H.264 profile is {}, not Baseline, Main or High.",
                                  video.profile.empty() ? "unknown" : video.profile));
  }
}

void pixel_obstacles(const VideoCase& of, Reasons& reasons) {
  const VideoInfo& video = of.video;
  if (!video.hdr.empty()) reasons.push_back(fmt::format("The picture is HDR ({}).", video.hdr));
  if (video.bit_depth != 8 || video.pix_fmt != "yuv420p") {
    reasons.push_back(
        fmt::format("The pixels are {} with {} bits, not yuv420p with 8.", video.pix_fmt, video.bit_depth));
  }
  if (video.parameters_change) reasons.emplace_back("The size or another basic property may change in the middle.");
  if (of.plan.full_range) reasons.emplace_back("The colour range is full, not limited.");
  if (std::string obstacle = color_obstacle(video, of.options.color); !obstacle.empty()) {
    reasons.push_back(std::move(obstacle));
  }
}

void shape_obstacles(const VideoCase& of, Reasons& reasons) {
  const VideoInfo& video = of.video;
  if (video.interlaced) reasons.emplace_back("The picture is interlaced.");
  if (video.orientation.rotation_deg != 0 || video.orientation.mirrored) {
    reasons.push_back(fmt::format("The picture is stored rotated by {} degrees{}.", video.orientation.rotation_deg,
                                  video.orientation.mirrored ? " and mirrored" : ""));
  }
  if (video.sar != 1) {
    reasons.push_back(fmt::format("The pixels are not square ({}:{}).", video.sar.num(), video.sar.den()));
  }
  if (video.width % 2 != 0 || video.height % 2 != 0) {
    reasons.push_back(fmt::format("The size {}x{} is odd.", video.width, video.height));
  } else if (video.orientation.rotation_deg == 0 && video.sar == 1 &&
             (of.plan.width != video.width || of.plan.height != video.height)) {
    reasons.push_back(
        fmt::format("The size {}x{} has to become {}x{}.", video.width, video.height, of.plan.width, of.plan.height));
  }
}

void timing_obstacles(const VideoCase& of, Reasons& reasons) {
  const VideoInfo& video = of.video;
  if (!of.plan.shows.empty()) {
    reasons.emplace_back(
        "Fitting the picture to the voice shows its frames in another order or another number of times.");
  }
  if (video.vfr) {
    reasons.push_back(fmt::format("The frame rate varies (nominal {}).", brief(video.fps)));
  } else if (video.coarse_times) {
    reasons.push_back(fmt::format("The frames' times are rounded too coarsely for a constant {}.", brief(video.fps)));
  } else if (of.plan.fps != snap_rate(video.fps)) {
    reasons.push_back(fmt::format("The frame rate {} has to become {}.", brief(video.fps), brief(of.plan.fps)));
  }
}

/// Decoders output a frame once, however long its packet lasts.
void held_frame_obstacles(const VideoCase& of, Reasons& reasons) {
  const VideoInfo& video = of.video;
  const Rational fps = snap_rate(video.fps);
  const Seconds stored_end = Rational(video.frames) / fps;
  if (held_places(video, fps) == 0 || of.window.end <= stored_end) return;
  reasons.push_back(fmt::format("The last frame is shown for {} s, which requires repeating it.",
                                brief(video.duration_s - Rational(video.frames - 1) / fps)));
}

/// The header's count, less packets without a picture.
std::optional<std::int64_t> listed_pictures(const VideoInfo& video) {
  if (!video.header_frames) return std::nullopt;
  return *video.header_frames - video.pictureless_packets;
}

/// Frames that the header counts and that are not found are missing, unless an edit list hides them. Those after the
/// window don't matter.
void missing_frame_obstacles(const VideoCase& of, Reasons& reasons) {
  const VideoInfo& video = of.video;
  const bool missing = video.truncated && listed_pictures(video).value_or(0) > video.frames && !video.edit_list;
  if (!missing || of.plan.decoded || of.window.end < video.duration_s) return;
  reasons.push_back(
      fmt::format("The header counts {}, but {} are shown.", counted(*video.header_frames, "frame"), video.frames));
}

/// Obstacles only of a copy from the first packet to the last.
void window_obstacles(const VideoCase& of, Reasons& reasons) {
  const VideoInfo& video = of.video;
  if (!video.starts_with_key_frame) reasons.emplace_back("The stream does not start with a key frame.");
  const bool as_they_come = of.plan.shows.empty();
  const std::int64_t shown = video.frames + held_places(video, snap_rate(video.fps));
  const bool all = !as_they_come || video.vfr || of.plan.fps != snap_rate(video.fps) || of.plan.frames == shown;
  if (of.window.whole && of.plan.frames == frames_with_room(video, video.fps) && !all) {
    reasons.push_back(fmt::format("{} of its packets show nothing.", video.frames - of.plan.frames));
  } else if (!of.window.whole || !all) {
    reasons.push_back(fmt::format("Only {} to {} s of the {} s are wanted.", brief(of.window.start),
                                  brief(of.window.end), brief(video.duration_s)));
  }
}

/// Readers that ignore edit lists see every stored frame; those must fit too, and be the same.
void hidden_frame_obstacles(const VideoCase& of, Reasons& reasons) {
  const VideoInfo& video = of.video;
  if (listed_pictures(video).value_or(video.frames) != video.frames) {
    reasons.push_back(
        fmt::format("The header counts {}, but {} are shown.", counted(*video.header_frames, "frame"), video.frames));
  }
  if (!video.edit_list || !of.window.whole) return;
  // Reordered frames are shown up to two frames late when the edit list is ignored (x264's pyramid).
  const Seconds without = Rational(video.frames + (video.has_b_frames ? 2 : 0)) / of.plan.fps;
  if (without > of.options.max_duration_s) {
    reasons.push_back(
        fmt::format("For a reader that ignores the edit list the clip ends at {} s, past the limit of {} s.",
                    without.to_decimal(), brief(of.options.max_duration_s)));
  }
}

void copyable_container_obstacles(const VideoCase& of, Reasons& reasons) {
  if (!is_copyable(of.info)) {
    reasons.push_back(fmt::format("The timestamps of the container {} can't be trusted.", of.info.format));
  }
}

// Obstacles that a new container removes ------------------------------------------------------------------------------

void container_obstacles(const VideoCase& of, Reasons& reasons) {
  if (!is_copyable(of.info)) {
    // a worse reason was already given
  } else if (!is_mov_family(of.info)) {
    reasons.push_back(fmt::format("The container is {}, not MP4.", of.info.format));
  } else {
    if (is_named_quicktime(of.info)) reasons.emplace_back("The container is QuickTime, not MP4.");
    if (of.video.pictureless_packets > 0) {
      reasons.push_back(fmt::format("{} no picture, only parameters.",
                                    of.video.pictureless_packets == 1
                                        ? "One packet holds"
                                        : fmt::format("{} packets hold", of.video.pictureless_packets)));
    }
    if (of.info.fragmented) reasons.emplace_back("The index is spread over fragments.");
    if (!of.info.moov_first) reasons.emplace_back("The index (moov) is after the media data.");
  }
  if (of.info.streams.size() > 1) {
    reasons.push_back(fmt::format("The file holds {}; the service gets the picture alone.",
                                  counted(static_cast<std::int64_t>(of.info.streams.size()), "stream")));
  }
  if (of.video.start_s != 0) {
    reasons.push_back(fmt::format("The first frame is shown at {} s, not at 0.", brief(of.video.start_s)));
  }
}

void metadata_obstacles(const VideoCase& of, Reasons& reasons) {
  constexpr std::array<std::string_view, 9> harmless{"major_brand", "minor_version", "compatible_brands",
                                                     "encoder",     "handler_name",  "vendor_id",
                                                     "language",    "creation_time", "duration"};
  std::vector<std::string> private_keys;
  for (const std::string& key : of.info.metadata_keys) {
    const bool known = std::find(private_keys.begin(), private_keys.end(), key) != private_keys.end();
    if (!known && !one_of(lower_case(key), harmless)) private_keys.push_back(key);
  }
  if (private_keys.empty()) return;
  reasons.push_back(fmt::format("The file carries private metadata tags: {}.", fmt::join(private_keys, ", ")));
}

void header_obstacles(const VideoCase& of, Reasons& reasons) {
  if (!of.window.whole) return;  // the header is about the whole clip, which is not used
  const auto check = [&](const std::optional<Seconds>& claimed, const char* which) {
    if (!claimed || *claimed <= of.options.max_duration_s) return;
    reasons.push_back(fmt::format("The {} header claims {} s, more than the limit of {} s.", which,
                                  claimed->to_decimal(), brief(of.options.max_duration_s)));
  };
  check(of.info.container_duration_s, "container");
  check(of.video.header_duration_s, "stream");
}

/// Readers that trust the header would display or bill missing frames.
void wrong_length_obstacles(const VideoCase& of, Reasons& reasons) {
  const Seconds tolerance = std::max(Rational(1, 10), of.video.duration_s / 100);
  const auto wrong = [&](const std::optional<Seconds>& claimed) {
    return claimed && *claimed <= of.options.max_duration_s &&  // a longer one is handled above
           (*claimed > of.video.duration_s + of.video.start_s + tolerance ||
            *claimed < of.video.duration_s - tolerance);
  };
  const bool alone = of.info.streams.size() == 1;
  if (!of.window.whole || !alone || (!wrong(of.info.container_duration_s) && !wrong(of.video.header_duration_s)))
    return;
  reasons.push_back(
      fmt::format("The header claims another length than the {} s that the frames last.", brief(of.video.duration_s)));
}

// The ladder ---------------------------------------------------------------------------------------------------------

/// Where the packets allow a cut is not known here: apply_cut_limits() decides later.
Reasons against_cut(const VideoCase& of) {
  Reasons reasons;
  demanded_encoding(of.options, reasons);
  for (const auto obstacles : {codec_obstacles, pixel_obstacles, shape_obstacles, timing_obstacles,
                               held_frame_obstacles, missing_frame_obstacles, copyable_container_obstacles}) {
    obstacles(of, reasons);
  }
  return reasons;
}

Reasons against_remux(const VideoCase& of) {
  Reasons reasons = against_cut(of);
  for (const auto obstacles : {window_obstacles, hidden_frame_obstacles}) obstacles(of, reasons);
  return reasons;
}

Reasons against_passthrough(const VideoCase& of) {
  Reasons reasons = against_remux(of);
  for (const auto obstacles : {container_obstacles, metadata_obstacles, header_obstacles, wrong_length_obstacles})
    obstacles(of, reasons);
  return reasons;
}

/// Best first. Transcoding needs no entry: it has no obstacle once the plan exists.
struct VideoOption {
  ClipAction action;
  Reasons (*against)(const VideoCase&);
};
constexpr std::array ladder{VideoOption{ClipAction::passthrough, against_passthrough},
                            VideoOption{ClipAction::remux, against_remux}, VideoOption{ClipAction::cut, against_cut}};

}  // namespace

LadderResult choose_lossless_action(const VideoCase& of) {
  LadderResult result;
  for (const VideoOption& option : ladder) {
    Reasons reasons = option.against(of);
    if (reasons.empty()) {
      result.action = option.action;
      return result;
    }
    add_once(result.reasons, std::move(reasons));
  }
  return result;
}

}  // namespace react1::planning
