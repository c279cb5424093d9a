// SPDX-License-Identifier: Apache-2.0
// Converts decoded pictures of any kind to 8-bit 4:2:0, BT.709 limited range, upright, even size. Never scales.
#pragma once

#include <cstdint>
#include <string>

#include "media/ff/handles.hpp"

namespace react1::sandbox {

/// The rotation given by a stream's display matrix: transpose first, then mirror.
struct Turn {
  bool transpose = false, mirror_x = false, mirror_y = false;
  [[nodiscard]] bool none() const noexcept { return !transpose && !mirror_x && !mirror_y; }
};
/// No rotation without a matrix, or with one that is not a multiple of a right angle.
[[nodiscard]] Turn turn_of(const AVStream& stream);

/// Output pictures all have the size of the first one. Not thread-safe.
class PictureMaker {
 public:
  PictureMaker(Turn turn, std::string where);
  /// Returns the input itself if it already has this format, else a new picture. No time stamps, no side data.
  [[nodiscard]] media::ff::Frame make(const AVFrame& decoded);
  /// Known once the first picture has been converted.
  [[nodiscard]] int width() const noexcept { return width_; }
  [[nodiscard]] int height() const noexcept { return height_; }

 private:
  [[nodiscard]] media::ff::Frame convert(const AVFrame& decoded, int width, int height);

  Turn turn_;
  std::string where_;
  media::ff::Scaler scaler_;
  std::string scaler_for_;
  int width_ = 0, height_ = 0;
};

/// A new, uninitialised picture of the output's format.
[[nodiscard]] media::ff::Frame blank_picture(int width, int height);
/// Sets the colour tags of the output's format.
void tag_picture(AVFrame& picture);

}  // namespace react1::sandbox
