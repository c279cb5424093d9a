// SPDX-License-Identifier: Apache-2.0
// Which filters turn a decoded picture into the prepared one. Pure: a libavfilter graph description.
#pragma once

#include <string>

#include <react1/media.hpp>

extern "C" {
#include <libavutil/frame.h>
}

namespace react1::media {

/// Properties of a decoded frame; a change of any needs a new graph.
struct PictureFormat {
  int width = 0, height = 0;
  int pixel_format = -1;  ///< AVPixelFormat
  int color_space = 2;    ///< AVColorSpace, 2 = unspecified
  int color_range = 0;    ///< AVColorRange, 0 = unspecified
  Rational sar = 1;       ///< pixel shape, as a multiple of the first frame's

  [[nodiscard]] static PictureFormat of(const AVFrame& frame) noexcept;
  friend bool operator==(const PictureFormat&, const PictureFormat&) = default;
};

/// The filters from `source` to the plan's picture: progressive, upright, plan.width × plan.height, square pixels,
/// yuv420p, BT.709 limited range. A frame of another shape is centred on black. Empty when the frame
/// already complies: then it must not be changed. Throws Error{internal} for an unknown pixel format.
[[nodiscard]] std::string filter_chain(const VideoPlan& plan, const PictureFormat& source);

}  // namespace react1::media
