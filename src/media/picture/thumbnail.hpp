// SPDX-License-Identifier: Apache-2.0
// Small luma pictures for measuring motion, cuts, freezes and similarity.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "media/ff/handles.hpp"

namespace react1::media {

/// A luma picture of full range (0 = black, 255 = white), rows without gaps.
struct Thumbnail {
  int width = 0, height = 0;
  std::vector<std::uint8_t> pixels;

  /// Index of a pixel; 0 ≤ x < width, 0 ≤ y < height.
  [[nodiscard]] std::size_t index_of(int x, int y) const {
    return static_cast<std::size_t>(y) * static_cast<std::size_t>(width) + static_cast<std::size_t>(x);
  }
};

/// Width and height of the blocks in which pictures are compared, in pixels.
inline constexpr int kThumbnailBlock = 8;

/// Shrinks frames of any size and format to one size. One thread at a time.
class Thumbnailer {
 public:
  /// Sizes ≥ 8; the width a multiple of 16, as the scaler's vector code writes.
  Thumbnailer(int width, int height);
  /// 160 pixels wide, of the picture's shape, the height a multiple of 8 between 8 and 640.
  [[nodiscard]] static Thumbnailer shaped_like(int width, int height);

  /// Into `to`, whose memory is reused. Throws Error{media} for a pixel format that can't be scaled.
  void shrink(const AVFrame& frame, Thumbnail& to);

 private:
  void set_up(const AVFrame& frame);

  int width_, height_;
  int from_width_ = 0, from_height_ = 0, from_format_ = -1, from_range_ = -1;
  ff::Scaler scaler_;
};

/// Mean luma change, 0..1. Both of one size.
[[nodiscard]] double mean_difference(const Thumbnail& a, const Thumbnail& b);
/// Mean luma change of each whole 8×8 block, 0..1.
void block_differences(const Thumbnail& a, const Thumbnail& b, std::vector<double>& to);
/// Mean structural similarity over 8×8 windows every 4 pixels (Wang et al. 2004, its constants), −1..1.
[[nodiscard]] double ssim(const Thumbnail& a, const Thumbnail& b);
/// Mean luma, 0..1.
[[nodiscard]] double mean_luma(const Thumbnail& picture);
/// 64 bits: on a 9×8 grid of mean brightness, whether each cell is darker than its right neighbour.
[[nodiscard]] std::uint64_t gradient_signature(const Thumbnail& picture);

}  // namespace react1::media
