// SPDX-License-Identifier: Apache-2.0
// Decoded pictures of any kind → 8-bit 4:2:0, BT.709 limited range, upright, even size. Nothing is scaled.
#pragma once

#include <cstdint>
#include <string>

#include "media/ff/handles.hpp"

namespace react1::sandbox {

/// How the display matrix of a stream turns its pictures: transpose first, then mirror.
struct Turn {
  bool transpose = false, mirror_x = false, mirror_y = false;
  [[nodiscard]] bool none() const noexcept { return !transpose && !mirror_x && !mirror_y; }
};
/// Nothing to turn when there is no matrix, or one that is no multiple of a right angle.
[[nodiscard]] Turn turn_of(const AVStream& stream);

/// Output pictures all have the size of the first one. Not thread-safe.
class PictureMaker {
 public:
  PictureMaker(Turn turn, std::string where);
  /// A picture that is the input itself where it already fits, else a new one. No time stamps, no side data.
  [[nodiscard]] media::ff::Frame make(const AVFrame& decoded);
  /// Known once the first picture was made.
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
/// Tags the picture as what it is.
void tag_picture(AVFrame& picture);

}  // namespace react1::sandbox
