// SPDX-License-Identifier: Apache-2.0
#include "media/probe/video_facts.hpp"

#include <array>
#include <cstdlib>
#include <cstring>
#include <utility>

extern "C" {
#include <libavutil/dovi_meta.h>
#include <libavutil/pixdesc.h>
}

#include "media/ff/check.hpp"
#include "media/ff/compat.hpp"

namespace react1::media {
namespace {

std::string text_or_empty(const char* text) {
  return text == nullptr ? std::string{} : std::string{text};
}

/// FFmpeg's name of a colour property; its "unspecified" is our empty string.
template <class Value>
std::string color_name(const char* (*name)(Value), Value value, Value unspecified) {
  return value == unspecified ? std::string{} : text_or_empty(name(value));
}

ColorInfo color_of(const AVCodecParameters& codec, const AVPixFmtDescriptor* format) {
  ColorInfo color;
  color.range = color_name(&av_color_range_name, codec.color_range, AVCOL_RANGE_UNSPECIFIED);
  color.space = color_name(&av_color_space_name, codec.color_space, AVCOL_SPC_UNSPECIFIED);
  color.transfer = color_name(&av_color_transfer_name, codec.color_trc, AVCOL_TRC_UNSPECIFIED);
  color.primaries = color_name(&av_color_primaries_name, codec.color_primaries, AVCOL_PRI_UNSPECIFIED);
  // The names of the yuvj formats imply the range that others have as a tag.
  if (color.range.empty() && format != nullptr && std::strncmp(format->name, "yuvj", 4) == 0) color.range = "pc";
  return color;
}

bool has_alpha(const AVStream& stream, const AVPixFmtDescriptor* format) {
  if (format != nullptr && (format->flags & AV_PIX_FMT_FLAG_ALPHA) != 0) return true;
  // WebM keeps the alpha picture next to the stream and only tags it.
  const AVDictionaryEntry* mode = av_dict_get(stream.metadata, "alpha_mode", nullptr, /*flags=*/0);
  return mode != nullptr && std::strcmp(mode->value, "1") == 0;
}

std::optional<AVDOVIDecoderConfigurationRecord> dolby_vision_of(const AVStream& stream) {
  const auto data = ff::stream_side_data(stream, AV_PKT_DATA_DOVI_CONF);
  AVDOVIDecoderConfigurationRecord record{};
  if (data.size() < sizeof record) return std::nullopt;
  std::memcpy(&record, data.data(), sizeof record);
  return record;
}

/// Square pixels by widening or by heightening, whichever enlarges the picture; then upright.
void fill_display_size(VideoInfo& video) {
  const Rational wide = Rational{video.width} * video.sar;
  const Rational high = Rational{video.height} / video.sar;
  video.display_width = video.sar > 1 ? static_cast<int>(wide.round()) : video.width;
  video.display_height = video.sar < 1 ? static_cast<int>(high.round()) : video.height;
  if (video.orientation.rotation_deg % 180 != 0) std::swap(video.display_width, video.display_height);
}

}  // namespace

Orientation orientation_of_matrix(std::span<const std::int32_t, 9> matrix) noexcept {
  // x' = a·x + c·y and y' = b·x + d·y with y pointing down; a clockwise turn by t has a = d = cos t, b = -c = sin t.
  std::int64_t a = matrix[0];
  std::int64_t b = matrix[1];
  const std::int64_t c = matrix[3];
  const std::int64_t d = matrix[4];
  Orientation result;
  result.mirrored = a * d - b * c < 0;
  if (result.mirrored) {  // the mirror came first: it changed the sign of x
    a = -a;
    b = -b;
  }
  if (std::abs(a) >= std::abs(b)) {
    result.rotation_deg = a >= 0 ? 0 : 180;
  } else {
    result.rotation_deg = b > 0 ? 90 : 270;
  }
  return result;
}

Orientation orientation_of(const AVStream& stream) {
  const auto data = ff::stream_side_data(stream, AV_PKT_DATA_DISPLAYMATRIX);
  std::array<std::int32_t, 9> matrix{};
  if (data.size() >= sizeof matrix) {
    std::memcpy(matrix.data(), data.data(), sizeof matrix);
    return orientation_of_matrix(matrix);
  }
  Orientation result;
  if (const AVDictionaryEntry* tag = av_dict_get(stream.metadata, "rotate", nullptr, /*flags=*/0)) {
    const long degrees = std::strtol(tag->value, nullptr, 10);
    result.rotation_deg = static_cast<int>(((degrees % 360 + 360) % 360 + 45) / 90 % 4 * 90);
  }
  return result;
}

std::string hdr_of(const AVStream& stream) {
  if (const auto record = dolby_vision_of(stream)) {
    constexpr int no_compatible_base = 0;
    constexpr int hlg_base = 4;
    if (record->dv_bl_signal_compatibility_id == no_compatible_base) {
      return "dolby_vision_" + std::to_string(record->dv_profile);
    }
    if (record->dv_profile == 8 && record->dv_bl_signal_compatibility_id == hlg_base) return "dolby_vision_8.4";
  }
  if (stream.codecpar->color_trc == AVCOL_TRC_SMPTE2084) return "pq";
  if (stream.codecpar->color_trc == AVCOL_TRC_ARIB_STD_B67) return "hlg";
  return {};
}

std::optional<bool> interlaced_of(const AVStream& stream) {
  switch (stream.codecpar->field_order) {
    case AV_FIELD_UNKNOWN:
      return std::nullopt;
    case AV_FIELD_PROGRESSIVE:
      return false;
    default:
      return true;
  }
}

void fill_video_parameters(VideoInfo& video, AVFormatContext& format, AVStream& stream) {
  const AVCodecParameters& codec = *stream.codecpar;
  const auto pixel_format = static_cast<AVPixelFormat>(codec.format);
  const AVPixFmtDescriptor* pixels = av_pix_fmt_desc_get(pixel_format);
  video.index = stream.index;
  video.codec = avcodec_get_name(codec.codec_id);
  video.profile = text_or_empty(avcodec_profile_name(codec.codec_id, codec.profile));
  video.width = codec.width;
  video.height = codec.height;
  const AVRational shape = av_guess_sample_aspect_ratio(&format, &stream, /*frame=*/nullptr);
  if (shape.num > 0 && shape.den > 0) video.sar = ff::from_av(shape);
  video.orientation = orientation_of(stream);
  fill_display_size(video);
  video.pix_fmt = text_or_empty(av_get_pix_fmt_name(pixel_format));
  if (pixels != nullptr) video.bit_depth = pixels->comp[0].depth;
  video.has_alpha = has_alpha(stream, pixels);
  video.color = color_of(codec, pixels);
  video.hdr = hdr_of(stream);
}

}  // namespace react1::media
