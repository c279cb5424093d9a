// SPDX-License-Identifier: Apache-2.0
#include "media/probe/video_facts.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstdint>

extern "C" {
#include <libavutil/display.h>
}

namespace react1::media {
namespace {

constexpr std::int32_t one = 1 << 16;
using Matrix = std::array<std::int32_t, 9>;

/// Maps a point of the stored picture to the shown one by a matrix, and by an orientation; both must agree.
std::array<int, 2> by_matrix(const Matrix& m, int x, int y) {
  return {(m[0] * x + m[3] * y) / one, (m[1] * x + m[4] * y) / one};
}

std::array<int, 2> by_orientation(const Orientation& turn, int x, int y) {
  if (turn.mirrored) x = -x;
  for (int degrees = 0; degrees < turn.rotation_deg; degrees += 90) {
    const int old_x = x;
    x = -y;  // clockwise, y pointing down
    y = old_x;
  }
  return {x, y};
}

TEST_CASE("each of the eight orientations is recognised from its matrix") {
  const Matrix matrices[] = {
      {one, 0, 0, 0, one, 0, 0, 0, 1},  {0, one, 0, -one, 0, 0, 0, 0, 1},  {-one, 0, 0, 0, -one, 0, 0, 0, 1},
      {0, -one, 0, one, 0, 0, 0, 0, 1}, {-one, 0, 0, 0, one, 0, 0, 0, 1},  {one, 0, 0, 0, -one, 0, 0, 0, 1},
      {0, one, 0, one, 0, 0, 0, 0, 1},  {0, -one, 0, -one, 0, 0, 0, 0, 1},
  };
  for (const Matrix& matrix : matrices) {
    const Orientation turn = orientation_of_matrix(matrix);
    CAPTURE(turn.rotation_deg);
    CAPTURE(turn.mirrored);
    CHECK(by_orientation(turn, 3, 1) == by_matrix(matrix, 3, 1));
    CHECK(by_orientation(turn, -2, 5) == by_matrix(matrix, -2, 5));
  }
}

TEST_CASE("FFmpeg's own matrices are read with its sign: it counts against the clock") {
  Matrix matrix{};
  av_display_rotation_set(matrix.data(), -90);
  CHECK(orientation_of_matrix(matrix).rotation_deg == 270);
  av_display_rotation_set(matrix.data(), 90);
  CHECK(orientation_of_matrix(matrix).rotation_deg == 90);
  av_display_rotation_set(matrix.data(), 178);  // between the quarters
  CHECK(orientation_of_matrix(matrix).rotation_deg == 180);
}

}  // namespace
}  // namespace react1::media
