// SPDX-License-Identifier: Apache-2.0
#include "sandbox/clips/upright_picture.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <new>
#include <utility>

extern "C" {
#include <libavcodec/version.h>
#include <libavutil/display.h>
#include <libavutil/imgutils.h>
#include <libavutil/pixdesc.h>
}

#include <react1/error.hpp>

#include "media/ff/check.hpp"

namespace react1::sandbox {
namespace {

namespace ff = media::ff;

const std::int32_t* display_matrix(const AVStream& stream) {
#if LIBAVCODEC_VERSION_INT >= AV_VERSION_INT(60, 31, 102)
  const AVPacketSideData* data = av_packet_side_data_get(
      stream.codecpar->coded_side_data, stream.codecpar->nb_coded_side_data, AV_PKT_DATA_DISPLAYMATRIX);
  const std::uint8_t* bytes = data != nullptr && data->size >= 9 * sizeof(std::int32_t) ? data->data : nullptr;
#else
  std::size_t size = 0;
  const std::uint8_t* found = av_stream_get_side_data(&stream, AV_PKT_DATA_DISPLAYMATRIX, &size);
  const std::uint8_t* bytes = found != nullptr && size >= 9 * sizeof(std::int32_t) ? found : nullptr;
#endif
  return reinterpret_cast<const std::int32_t*>(bytes);  // NOLINT: FFmpeg hands the matrix out as bytes
}

/// The colour matrix of the samples; untagged means BT.601 below HD, BT.709 from there on.
AVColorSpace matrix_of(const AVFrame& frame) {
  if (frame.colorspace != AVCOL_SPC_UNSPECIFIED && frame.colorspace != AVCOL_SPC_RGB) return frame.colorspace;
  return std::min(frame.width, frame.height) >= 720 ? AVCOL_SPC_BT709 : AVCOL_SPC_SMPTE170M;
}

/// swscale warns about the old full-range formats; these are ordinary ones with a range tag.
AVPixelFormat plain_format(AVPixelFormat format) {
  switch (format) {
    case AV_PIX_FMT_YUVJ420P:
      return AV_PIX_FMT_YUV420P;
    case AV_PIX_FMT_YUVJ422P:
      return AV_PIX_FMT_YUV422P;
    case AV_PIX_FMT_YUVJ444P:
      return AV_PIX_FMT_YUV444P;
    case AV_PIX_FMT_YUVJ440P:
      return AV_PIX_FMT_YUV440P;
    default:
      return format;
  }
}

bool is_full_range(const AVFrame& frame) {
  const auto format = static_cast<AVPixelFormat>(frame.format);
  const AVPixFmtDescriptor* description = av_pix_fmt_desc_get(format);
  const bool rgb = description != nullptr && (description->flags & AV_PIX_FMT_FLAG_RGB) != 0;
  return rgb || frame.color_range == AVCOL_RANGE_JPEG || plain_format(format) != format;
}

int plane_width(int width, int plane) {
  return plane == 0 ? width : (width + 1) / 2;
}

/// Copies one plane, rotated; where the target is larger than the rotated source, the edge is repeated.
void turn_plane(const AVFrame& from, AVFrame& to, int plane, const Turn& turn) {
  const int source_width = plane_width(from.width, plane);
  const int source_height = plane_width(from.height, plane);
  const int turned_width = turn.transpose ? source_height : source_width;
  const int turned_height = turn.transpose ? source_width : source_height;
  for (int y = 0; y < plane_width(to.height, plane); ++y) {
    std::uint8_t* row = to.data[plane] + static_cast<std::ptrdiff_t>(y) * to.linesize[plane];
    const int turned_y = std::min(y, turned_height - 1);
    const int v = turn.mirror_y ? turned_height - 1 - turned_y : turned_y;
    for (int x = 0; x < plane_width(to.width, plane); ++x) {
      const int turned_x = std::min(x, turned_width - 1);
      const int u = turn.mirror_x ? turned_width - 1 - turned_x : turned_x;
      const int source_x = turn.transpose ? v : u;
      const int source_y = turn.transpose ? u : v;
      row[x] = from.data[plane][static_cast<std::ptrdiff_t>(source_y) * from.linesize[plane] + source_x];
    }
  }
}

}  // namespace

Turn turn_of(const AVStream& stream) {
  const std::int32_t* matrix = display_matrix(stream);
  if (matrix == nullptr) return {};
  const std::int64_t a = matrix[0];
  const std::int64_t b = matrix[1];
  const std::int64_t c = matrix[3];
  const std::int64_t d = matrix[4];
  if (b == 0 && c == 0) return {.transpose = false, .mirror_x = a < 0, .mirror_y = d < 0};
  if (a == 0 && d == 0) return {.transpose = true, .mirror_x = c < 0, .mirror_y = b < 0};
  return {};
}

void tag_picture(AVFrame& picture) {
  picture.color_range = AVCOL_RANGE_MPEG;
  picture.colorspace = AVCOL_SPC_BT709;
  picture.color_primaries = AVCOL_PRI_BT709;
  picture.color_trc = AVCOL_TRC_BT709;
}

ff::Frame blank_picture(int width, int height) {
  auto picture = ff::make_frame();
  picture->format = AV_PIX_FMT_YUV420P;
  picture->width = width;
  picture->height = height;
  if (av_frame_get_buffer(picture.get(), /*align=*/0) < 0) throw std::bad_alloc{};
  tag_picture(*picture);
  return picture;
}

PictureMaker::PictureMaker(Turn turn, std::string where) : turn_(turn), where_(std::move(where)) {}

ff::Frame PictureMaker::convert(const AVFrame& decoded, int width, int height) {
  const AVPixelFormat format = plain_format(static_cast<AVPixelFormat>(decoded.format));
  const AVColorSpace matrix = matrix_of(decoded);
  const bool full = is_full_range(decoded);
  const std::string key = fmt::format("{}x{} {} {} {} {}x{}", decoded.width, decoded.height, static_cast<int>(format),
                                      static_cast<int>(matrix), full, width, height);
  if (key != scaler_for_) {
    scaler_.reset(sws_getContext(decoded.width, decoded.height, format, width, height, AV_PIX_FMT_YUV420P,
                                 SWS_BICUBIC | SWS_ACCURATE_RND, nullptr, nullptr, nullptr));
    if (!scaler_) throw Error{ErrorCode::media, where_, "its pictures can't be converted to 8-bit 4:2:0"};
    sws_setColorspaceDetails(scaler_.get(), sws_getCoefficients(matrix), full ? 1 : 0,
                             sws_getCoefficients(SWS_CS_ITU709), /*dstRange=*/0, /*brightness=*/0,
                             /*contrast=*/1 << 16, /*saturation=*/1 << 16);
    scaler_for_ = key;
  }
  auto picture = blank_picture(width, height);
  ff::check(
      sws_scale(scaler_.get(), decoded.data, decoded.linesize, 0, decoded.height, picture->data, picture->linesize),
      "converting a picture", where_);
  return picture;
}

ff::Frame PictureMaker::make(const AVFrame& decoded) {
  if (width_ == 0) {
    const int upright_width = turn_.transpose ? decoded.height : decoded.width;
    const int upright_height = turn_.transpose ? decoded.width : decoded.height;
    width_ = upright_width + upright_width % 2;
    height_ = upright_height + upright_height % 2;
  }
  const bool right_kind =
      decoded.format == AV_PIX_FMT_YUV420P && !is_full_range(decoded) && matrix_of(decoded) == AVCOL_SPC_BT709;
  if (right_kind && turn_.none() && decoded.width == width_ && decoded.height == height_) {
    auto picture = ff::make_frame();
    ff::check(av_frame_ref(picture.get(), &decoded), "keeping a picture", where_);
    // Captions and other side data would be written into the output; a picture type would force the encoder's choice.
    while (picture->nb_side_data > 0) av_frame_remove_side_data(picture.get(), picture->side_data[0]->type);
    picture->pict_type = AV_PICTURE_TYPE_NONE;
    tag_picture(*picture);
    return picture;
  }
  // A picture whose size changed mid-file is scaled to the first one's, so that one stream can hold all.
  const int before_width = turn_.transpose ? height_ : width_;
  const int before_height = turn_.transpose ? width_ : height_;
  const bool same_size = before_width - decoded.width >= 0 && before_width - decoded.width <= 1 &&
                         before_height - decoded.height >= 0 && before_height - decoded.height <= 1;
  auto plain =
      same_size ? convert(decoded, decoded.width, decoded.height) : convert(decoded, before_width, before_height);
  if (turn_.none() && plain->width == width_ && plain->height == height_) return plain;
  auto turned = blank_picture(width_, height_);
  for (int plane = 0; plane < 3; ++plane) turn_plane(*plain, *turned, plane, turn_);
  return turned;
}

}  // namespace react1::sandbox
