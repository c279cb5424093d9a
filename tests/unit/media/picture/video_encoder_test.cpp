// SPDX-License-Identifier: Apache-2.0
// The encoder alone, without a source and a file.
#include <doctest/doctest.h>

#include <cstdint>
#include <random>
#include <string>

#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "core/sha256.hpp"
#include "media/picture/video_encoder.hpp"

using namespace react1;  // NOLINT(google-build-using-namespace): a test of the library's own names

namespace {

constexpr int height = 176;

/// Still noise and a moving square, so that there is something to find again.
void draw(AVFrame& frame, int number) {
  std::mt19937 random(1);
  for (int plane = 0; plane < 3; ++plane) {
    const int half = plane == 0 ? 0 : 1;
    for (int y = 0; y < height >> half; ++y) {
      std::uint8_t* row = frame.data[plane] + std::ptrdiff_t{y} * frame.linesize[plane];
      for (int x = 0; x < frame.width >> half; ++x) {
        const int from = (16 + 3 * number) >> half;
        const bool inside = x >= from && x < from + (64 >> half) && y >= (40 >> half) && y < (104 >> half);
        const auto shade = static_cast<int>(random() % 60);
        row[x] = static_cast<std::uint8_t>(inside ? 180 + shade / 4 : 80 + shade);
      }
    }
  }
}

std::string encoded(int width) {
  VideoPlan plan;
  plan.width = width;
  plan.height = height;
  plan.fps = 25;
  media::VideoEncoder encoder(plan, "drawn");
  std::string bytes;
  const media::VideoEncoder::Sink take = [&](AVPacket& packet) {
    bytes.append(reinterpret_cast<const char*>(packet.data), static_cast<std::size_t>(packet.size));
  };
  for (int i = 0; i < 30; ++i) {
    const media::ff::Frame frame = media::ff::make_frame();
    frame->format = AV_PIX_FMT_YUV420P;
    frame->width = width;
    frame->height = height;
    REQUIRE(av_frame_get_buffer(frame.get(), 0) == 0);
    draw(*frame, i);
    encoder.encode(*frame, i, take);
  }
  encoder.finish(take);
  return sha256_hex(bytes);
}

}  // namespace

#ifdef __GLIBC__
TEST_CASE("the same pictures give the same bytes, whatever memory held before") {
  for (int macroblocks = 9; macroblocks <= 24; ++macroblocks) {
    CAPTURE(macroblocks);
    const std::string before = encoded(16 * macroblocks);
    for (const int filled_with : {1, 126, 254}) {
      mallopt(M_PERTURB, filled_with);
      const std::string now = encoded(16 * macroblocks);
      mallopt(M_PERTURB, 0);
      CHECK(now == before);
    }
  }
}
#endif
