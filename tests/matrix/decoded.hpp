// SPDX-License-Identifier: Apache-2.0
// Decoded pictures of a prepared clip, to look at single pixels.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace react1::test {

/// An 8-bit 4:2:0 picture.
struct Picture {
  int width = 0, height = 0;
  std::vector<std::uint8_t> luma, cb, cr;

  [[nodiscard]] int y(int column, int row) const { return luma[at(column, row, width)]; }
  [[nodiscard]] std::array<int, 3> yuv(int column, int row) const {
    const std::size_t chroma = at(column / 2, row / 2, (width + 1) / 2);
    return {y(column, row), cb[chroma], cr[chroma]};
  }

 private:
  static std::size_t at(int column, int row, int stride) {
    return static_cast<std::size_t>(row) * static_cast<std::size_t>(stride) + static_cast<std::size_t>(column);
  }
};

/// All pictures of the only video stream; fails the test when one is damaged or no yuv420p.
[[nodiscard]] std::vector<Picture> decode_pictures(const std::string& path);

/// How much neighbouring lines differ more than lines two apart do, 0 to 1: near 0 in a progressive picture, large
/// where two fields of different moments are woven together.
[[nodiscard]] double combing(const Picture& picture);

}  // namespace react1::test
