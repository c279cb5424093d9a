// SPDX-License-Identifier: Apache-2.0
#include "media/picture/filter_chain.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <react1/error.hpp>
#include <string_view>
#include <vector>

extern "C" {
#include <libavutil/pixdesc.h>
}

namespace react1::media {
namespace {

using Chain = std::vector<std::string>;

struct Size {
  int width = 0, height = 0;
};

const AVPixFmtDescriptor& descriptor(int pixel_format) {
  const AVPixFmtDescriptor* found = av_pix_fmt_desc_get(static_cast<AVPixelFormat>(pixel_format));
  if (found == nullptr) throw Error(ErrorCode::internal, "filter chain", "the decoder gave an unknown pixel format");
  return *found;
}

bool has_alpha(const AVPixFmtDescriptor& format) {
  return (format.flags & AV_PIX_FMT_FLAG_ALPHA) != 0 || (format.flags & AV_PIX_FMT_FLAG_PAL) != 0;
}

bool is_rgb(const AVPixFmtDescriptor& format) {
  return (format.flags & (AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_PAL)) != 0;
}

bool is_full_range(const VideoPlan& plan, const PictureFormat& source) {
  const AVPixFmtDescriptor& format = descriptor(source.pixel_format);
  if (is_rgb(format) || std::string_view(format.name).substr(0, 4) == "yuvj") return true;
  if (source.color_range != AVCOL_RANGE_UNSPECIFIED) return source.color_range == AVCOL_RANGE_JPEG;
  return plan.full_range;
}

/// The plan's matrix, by FFmpeg's name.
std::string matrix_name(const VideoPlan& plan, const PictureFormat& source) {
  const AVPixFmtDescriptor& format = descriptor(source.pixel_format);
  if (is_rgb(format)) return "gbr";
  const std::string& name = plan.color_space;
  // A YUV picture can't have RGB's identity matrix; a palette's or a grey one's tag may still claim it.
  if (name.empty() || name == "gbr" || name == "rgb" || name == "bt709") return "bt709";
  // Made for HDR; without its curve the nearest matrix that is not.
  if (name == "ictcp" && plan.tone_map.empty()) return "bt2020nc";
  // zscale undoes constant luminance by the camera's curve and everything else by the screen's, which lifts grey by up
  // to 15 levels; the matrix of the same primaries is off in saturated colours alone.
  if (name == "bt2020c") return "bt2020nc";
  // XYZ is no gamut that a matrix could be derived from.
  if (name.rfind("chroma-derived", 0) == 0) return plan.color_primaries == "smpte428" ? "bt709" : "chroma-derived-nc";
  return name;
}

/// Composites colour with alpha on black, in formats whose colour planes match alpha's.
void flatten(Chain& chain, const AVPixFmtDescriptor& format) {
  if (is_rgb(format)) {
    chain.emplace_back("format=gbrap|gbrap10le|gbrap12le|gbrap16le,premultiply=inplace=1");
    chain.emplace_back("format=gbrp|gbrp10le|gbrp12le|gbrp16le");
  } else {
    chain.emplace_back("format=yuva444p|yuva444p10le|yuva444p12le|yuva444p16le,premultiply=inplace=1");
    chain.emplace_back("format=yuv444p|yuv444p10le|yuv444p12le|yuv444p16le");
  }
}

/// First mirror, then turn clockwise. Returns the size afterwards.
Size turn(Chain& chain, const Orientation& orientation, Size size) {
  if (orientation.mirrored) chain.emplace_back("hflip");
  switch (orientation.rotation_deg) {
    case 90:
      chain.emplace_back("transpose=clock");
      return {size.height, size.width};
    case 180:
      chain.emplace_back("hflip,vflip");
      return size;
    case 270:
      chain.emplace_back("transpose=cclock");
      return {size.height, size.width};
    default:
      return size;
  }
}

/// One row or column more or less makes a size even without changing the other pixels.
void trim_or_pad(Chain& chain, Size& size, Size wanted) {
  if (wanted.width < size.width || wanted.height < size.height) {
    const Size smaller{std::min(size.width, wanted.width), std::min(size.height, wanted.height)};
    chain.push_back(fmt::format("crop={}:{}:0:0:exact=1", smaller.width, smaller.height));
    size = smaller;
  }
  if (wanted.width > size.width || wanted.height > size.height) {
    chain.push_back(fmt::format("pad={}:{}:0:0", wanted.width, wanted.height));
    chain.push_back(fmt::format("fillborders=right={}:bottom={}:mode=smear", wanted.width - size.width,
                                wanted.height - size.height));
    size = wanted;
  }
}

/// The converter needs sizes that its input's chroma divides; up to one row and column is cropped.
void make_even(Chain& chain, Size& size) {
  trim_or_pad(chain, size, {size.width - size.width % 2, size.height - size.height % 2});
}

/// zscale has names of its own for some values; the numbers are those of ITU-T H.273 for both.
std::string number_or_name(int number, const std::string& name) {
  return number > 0 ? std::to_string(number) : name;
}

std::string zscale_matrix(const std::string& name) {
  return name == "smpte240m" ? number_or_name(av_color_space_from_name(name.c_str()), name) : name;
}

std::string zscale_primaries(const std::string& name) {
  return number_or_name(av_color_primaries_from_name(name.c_str()), name);
}

/// Primaries of the source; a matrix of BT.2020 implies that gamut, tagged or not.
std::string primaries_of(const VideoPlan& plan, const std::string& matrix) {
  if (matrix == "ictcp") return "bt2020";  // defined by them
  if (!plan.color_primaries.empty()) return zscale_primaries(plan.color_primaries);
  const bool wide = matrix.rfind("bt2020", 0) == 0 || !plan.tone_map.empty();
  return wide ? "bt2020" : "bt709";
}

/// Maps light from HDR to a standard screen: linear light relative to reference white (203 cd/m², ITU-R BT.2408),
/// into BT.709's primaries, highlights rolled off, and back into a gamma signal. Below 0.6 of reference white, where
/// faces are, nothing changes; higher levels are rolled off so that 1000 cd/m² (HLG's peak, and that of nearly all PQ
/// material) just reach white, and reference white lands at 91 % of the signal.
void tone_map(Chain& chain, const VideoPlan& plan, const std::string& matrix, bool full_range) {
  chain.push_back(
      fmt::format("zscale=matrixin={0}:primariesin={1}:transferin={2}:rangein={3}:matrix=gbr:primaries={1}:"
                  "transfer=linear:npl=203",
                  zscale_matrix(matrix), primaries_of(plan, matrix),
                  plan.tone_map == "hlg" ? "arib-std-b67" : "smpte2084", full_range ? "full" : "limited"));
  chain.emplace_back("format=gbrpf32le,zscale=primaries=bt709,tonemap=mobius:param=3/5:peak=2463/500:desat=0");
}

/// Where primaries or curve are not BT.709's, the conversion goes through linear light. The usual SDR curves count as
/// one: a player shows them with the same one, and grey keeps its level. Some matrices are defined by light as well.
std::string through_light(const VideoPlan& plan, const std::string& matrix) {
  const std::string primaries = primaries_of(plan, matrix);
  const bool by_light = matrix == "chroma-derived-nc";
  if (primaries == "bt709" && plan.color_transfer.empty() && !by_light) return {};
  const int transfer = plan.color_transfer.empty() ? 0 : av_color_transfer_from_name(plan.color_transfer.c_str());
  return fmt::format("primariesin={}:transferin={}:primaries=bt709:transfer=bt709:", primaries,
                     number_or_name(transfer, "bt709"));
}

/// The picture within `room` that keeps its shape; `room` itself where only rounding differs.
Size shaped(const Rational& width, const Rational& height, Size room) {
  constexpr int rounding = 2;
  const Rational scale = std::min(Rational(room.width) / width, Rational(room.height) / height);
  const auto even = [](const Rational& side, int most) {
    return static_cast<int>(std::clamp<std::int64_t>((side / 2).round() * 2, 2, most));
  };
  const Size fitted{even(width * scale, room.width), even(height * scale, room.height)};
  const bool fills = room.width - fitted.width <= rounding && room.height - fitted.height <= rounding;
  return fills ? room : fitted;
}

/// `coded` pixels as displayed: square and upright, inside the plan's picture.
Size fitted_size(const VideoPlan& plan, const PictureFormat& source) {
  Rational width = Rational(source.width) * plan.sar * source.sar;
  Rational height = source.height;
  if (plan.orientation.rotation_deg % 180 != 0) std::swap(width, height);
  return shaped(width, height, {plan.width, plan.height});
}

}  // namespace

PictureFormat PictureFormat::of(const AVFrame& frame) noexcept {
  return {frame.width, frame.height, frame.format, frame.colorspace, frame.color_range, /*sar=*/1};
}

std::string filter_chain(const VideoPlan& plan, const PictureFormat& source) {
  const AVPixFmtDescriptor& format = descriptor(source.pixel_format);
  const std::string matrix = matrix_name(plan, source);
  const bool full_range = is_full_range(plan, source);
  Size size{source.width, source.height};
  const Size wanted{plan.width, plan.height};

  Chain chain;
  if (plan.deinterlace) {
    const bool frames_say = plan.field_order.empty() || !plan.shows.empty();
    chain.push_back(fmt::format("bwdif=mode=send_frame:parity={}:deint=all",
                                frames_say ? std::string_view("auto") : plan.field_order));
  }
  if (has_alpha(format)) flatten(chain, format);
  size = turn(chain, plan.orientation, size);
  const Size fitted = fitted_size(plan, source);
  const bool fills = fitted.width == wanted.width && fitted.height == wanted.height;
  const bool near = fills && std::abs(size.width - wanted.width) <= 1 && std::abs(size.height - wanted.height) <= 1;
  if (near) {
    trim_or_pad(chain, size, wanted);
  } else {
    make_even(chain, size);
  }
  const bool hdr = !plan.tone_map.empty();
  if (hdr) tone_map(chain, plan, matrix, full_range);
  const std::string light = hdr ? std::string() : through_light(plan, matrix);
  const bool fits =
      near && !hdr && matrix == "bt709" && light.empty() && !full_range && source.pixel_format == AV_PIX_FMT_YUV420P;
  if (!fits) {
    // The converter accepts no chroma coarser than its own.
    if (format.log2_chroma_w > 1 || format.log2_chroma_h > 1) chain.emplace_back("format=yuv444p");
    chain.push_back(fmt::format("zscale={}:{}:filter=lanczos:dither=ordered:{}", fitted.width, fitted.height,
                                hdr ? std::string("matrix=bt709:transfer=bt709:range=limited")
                                    : fmt::format("matrixin={}:rangein={}:{}matrix=bt709:range=limited",
                                                  zscale_matrix(matrix), full_range ? "full" : "limited", light)));
    chain.emplace_back("format=yuv420p");
  }
  if (!fills) {
    chain.push_back(fmt::format("pad={}:{}:{}:{}", wanted.width, wanted.height, (wanted.width - fitted.width) / 4 * 2,
                                (wanted.height - fitted.height) / 4 * 2));
  }
  return fmt::format("{}", fmt::join(chain, ","));
}

}  // namespace react1::media
