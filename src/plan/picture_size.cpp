// SPDX-License-Identifier: Apache-2.0
#include "plan/picture_size.hpp"

#include <algorithm>
#include <string_view>

#include <react1/error.hpp>

#include "plan/plan_words.hpp"

namespace react1::planning {
namespace {

constexpr std::string_view dolby_vision = "dolby_vision_";

/// At least 2, even, not above `limit` (which may be odd).
int even_at_most(std::int64_t value, int limit) {
  const std::int64_t capped = std::min<std::int64_t>(value, limit);
  return static_cast<int>(std::max<std::int64_t>(2, capped - capped % 2));
}

bool starts_with(std::string_view text, std::string_view prefix) {
  return text.substr(0, prefix.size()) == prefix;
}

bool range_is_untagged(const std::string& tag) {
  return tag.empty() || tag == "unknown" || tag == "unspecified";
}

[[noreturn]] void refuse(const MediaInfo& info, std::string message, std::string hint) {
  throw Error(ErrorCode::media, info.path, std::move(message), {.hint = std::move(hint)});
}

}  // namespace

const VideoInfo& require_moving_picture(const MediaInfo& info) {
  if (info.still_image) {
    refuse(info, "is a still image; VIDEO needs a moving picture",
           "give a clip of at least 1 s; of a motion photo, export the video");
  }
  if (!info.video) {
    const bool cover = std::any_of(info.streams.begin(), info.streams.end(),
                                   [](const StreamInfo& stream) { return stream.attached_pic; });
    refuse(info,
           cover ? "has no video stream, only cover art; VIDEO needs one" : "has no video stream; VIDEO needs one",
           info.audio ? "give the picture first and the voice second: react1 run VIDEO AUDIO"
                      : "give a clip that shows the speaker");
  }
  const VideoInfo& video = *info.video;
  if (video.frames < 2 || video.fps <= 0) {
    refuse(info, "has " + counted(video.frames, "video frame") + "; VIDEO needs at least 2", "give a longer clip");
  }
  if (video.display_width < 1 || video.display_height < 1) {
    refuse(info, "has a video stream without a picture size", "the file may be damaged; export it again");
  }
  if (starts_with(video.hdr, dolby_vision) && video.hdr != "dolby_vision_8.4") {
    refuse(info,
           "is Dolby Vision profile " + video.hdr.substr(dolby_vision.size()) +
               ", whose colours are stored in a form that only a licensed decoder turns into a normal picture",
           "export the clip as SDR, HDR10 or HLG");
  }
  return video;
}

Size largest_picture(const VideoInfo& video, const Seconds& start, const Seconds& end) {
  const auto area = [](const auto& size) { return std::int64_t{size.width} * size.height; };
  const PictureSize* largest = nullptr;
  for (std::size_t i = 0; i < video.sizes.size(); ++i) {
    const PictureSize& size = video.sizes[i];
    const bool over = i + 1 < video.sizes.size() && video.sizes[i + 1].start_s <= start;
    const bool ahead = i > 0 && size.start_s >= end;
    if (!over && !ahead && (largest == nullptr || area(size) > area(*largest))) largest = &size;
  }
  if (largest == nullptr) return {video.display_width, video.display_height};
  Size shown{largest->width, largest->height};
  if (video.sar > 1) shown.width = static_cast<int>((Rational(largest->width) * video.sar).round());
  if (video.sar < 1) shown.height = static_cast<int>((Rational(largest->height) / video.sar).round());
  if (video.orientation.rotation_deg % 180 != 0) std::swap(shown.width, shown.height);
  return shown;
}

Size choose_size(const Size& shown, const PrepareOptions& options) {
  const std::int64_t width = shown.width;
  const std::int64_t height = shown.height;
  int max_width = options.max_width;
  int max_height = options.max_height;
  if (height > width) std::swap(max_width, max_height);
  if (width <= max_width && height <= max_height) {
    return {even_at_most(width, max_width), even_at_most(height, max_height)};
  }
  const Rational scale = std::min(Rational(max_width, width), Rational(max_height, height));
  const auto scaled = [&](std::int64_t side) { return (scale * Rational(side, 2)).round() * 2; };
  return {even_at_most(scaled(width), max_width), even_at_most(scaled(height), max_height)};
}

std::string choose_tone_map(const VideoInfo& video) {
  if (video.hdr == "dolby_vision_8.4") return "hlg";  // its base layer is HLG
  return video.hdr;
}

bool is_full_range(const VideoInfo& video) {
  return video.color.range == "pc" || (range_is_untagged(video.color.range) && starts_with(video.pix_fmt, "yuvj"));
}

}  // namespace react1::planning
