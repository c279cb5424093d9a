// SPDX-License-Identifier: Apache-2.0
#include "media/picture/motion.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include <react1/error.hpp>

#include "media/picture/thumbnail.hpp"
#include "support/paths.hpp"

namespace react1::media {
namespace {

Motion motion_of(const std::string& path, const Seconds& start = 0, const Seconds& end = 15) {
  return analyze_motion(path, /*stream_index=*/0, start, end, AdviceOptions{}, SourceOptions{}, RunContext{});
}

Thumbnail picture(int width, int height, int (*value)(int x, int y)) {
  Thumbnail result{width, height, {}};
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) result.pixels.push_back(static_cast<std::uint8_t>(value(x, y)));
  }
  return result;
}

TEST_CASE("likeness is 1 for the same picture and low for its negative") {
  const Thumbnail a = picture(32, 32, [](int x, int y) { return (x * 7 + y * 13) % 256; });
  const Thumbnail b = picture(32, 32, [](int x, int y) { return 255 - (x * 7 + y * 13) % 256; });
  CHECK(ssim(a, a) == doctest::Approx(1));
  CHECK(ssim(a, b) < 0);
  CHECK(mean_difference(a, a) == 0);
  CHECK(gradient_signature(a) == gradient_signature(a));
  CHECK(gradient_signature(a) != gradient_signature(b));
}

TEST_CASE("differences are shares of full scale, per picture and per block") {
  const Thumbnail black = picture(16, 8, [](int, int) { return 0; });
  const Thumbnail half = picture(16, 8, [](int x, int) { return x < 8 ? 255 : 0; });
  CHECK(mean_difference(black, half) == doctest::Approx(0.5));
  CHECK(mean_luma(half) == doctest::Approx(0.5));
  std::vector<double> blocks;
  block_differences(black, half, blocks);
  REQUIRE(blocks.size() == 2);
  CHECK(blocks[0] == doctest::Approx(1));
  CHECK(blocks[1] == doctest::Approx(0));
}

/// A shot of 160×96 at 25 frames per second, drawn pixel by pixel.
Motion drawn(double seconds, const std::function<int(int x, int y, double t)>& luma) {
  const AdviceOptions advice;
  MotionMeter meter(advice);
  for (int frame = 0; frame < std::lround(seconds * 25); ++frame) {
    Thumbnail shot{160, 96, {}};
    for (int y = 0; y < shot.height; ++y) {
      for (int x = 0; x < shot.width; ++x) shot.pixels.push_back(static_cast<std::uint8_t>(luma(x, y, frame / 25.0)));
    }
    meter.add(shot, Seconds(frame, 25));
  }
  return meter.finish();
}

int texture(double x, double y) {
  return static_cast<int>(128 + 50 * std::sin(x / 5) * std::cos(y / 7) + 40 * std::sin((x + y) / 13));
}

TEST_CASE("a big head before a still background is static, a moving camera and a figure that dances are not") {
  // Wider than two thirds of the picture, down to its lower edge, swaying by four pixels.
  const auto in_head = [](double x, double y) { return std::abs(x - 80) < 60 && y > 14; };
  const Motion head = drawn(4, [&](int x, int y, double t) {
    const double sway = 4 * std::sin(t * 5);
    return in_head(x - sway, y) ? texture((x - sway) * 2, y * 2) : texture(x, y);
  });
  CHECK(head.is_static);
  CHECK(head.border_motion < 0.01);
  const Motion drifting = drawn(4, [](int x, int y, double t) { return texture(x + 8 * t, y); });
  CHECK_FALSE(drifting.is_static);
  CHECK(drifting.border_motion > 0.03);
  // A fifth as wide as the picture, stepping from side to side by half its width.
  const Motion dance = drawn(4, [](int x, int y, double t) {
    const double at = 80 + 8 * std::sin(t * 3.5);
    return std::abs(x - at) < 14 && y > 12 && y < 84 ? texture(x - at + 200, y + 50) / 2 : 160;
  });
  CHECK(dance.border_motion < 0.01);
  CHECK(dance.travel > 0.1);
  CHECK_FALSE(dance.is_static);
  const Motion still = drawn(4, [](int x, int y, double) { return texture(x, y); });
  CHECK(still.is_static);
  CHECK(still.loopable);
}

TEST_CASE("a hard cut is found with its instant, and a slow change is none") {
  const Motion cut = drawn(5, [](int x, int y, double t) { return t < 3.475 ? texture(x, y) : texture(y * 3, x) / 2; });
  CHECK(cut.cuts_s == std::vector<Seconds>{Seconds(87, 25)});
  CHECK_FALSE(cut.is_static);
  CHECK(drawn(5, [](int x, int y, double t) { return texture(x, y) / (1 + t / 5); }).cuts_s.empty());
}

TEST_CASE("ends that look alike join only when the step between them is no larger than a few usual ones") {
  const auto swaying = [](double last) {  // of 3 s, ending `last` of a full turn
    return drawn(3, [last](int x, int y, double t) { return texture(x + 2 * std::sin(t / 3 * last * 6.2832), y); });
  };
  CHECK(swaying(1).loopable);
  const Motion early = swaying(0.25);
  CHECK(early.loop_step > 5);
  CHECK_FALSE(early.loopable);
}

TEST_CASE("the drawn presenter is in front of a still background") {
  const Motion motion = motion_of(test::fixture("presenter_h264_25fps_6s.mp4"));
  CHECK(motion.is_static);
  CHECK(motion.peak_motion > 0);
  CHECK(motion.peak_motion < 0.05);
  CHECK(motion.loop_ssim > 0.5);
  CHECK(motion.cuts_s.empty());
}

TEST_CASE("a window that holds no picture is an error") {
  CHECK_THROWS_AS(motion_of(test::fixture("presenter_h264_25fps_6s.mp4"), 50, 60), Error);
}

TEST_CASE("real clips: still cameras are static, moving ones and cuts are not") {
  const auto folder = test::media_folder();
  if (!folder) return;
  for (const char* name : {"face_h264_480x480_30fps_33s.mp4", "face_h264_700x700_odd_rframerate_6s.mp4",
                           "face_h264_704x1216_25fps_10s_noaudio.mp4", "face_mpeg4_512x512_25fps_8s.mp4"}) {
    CAPTURE(name);
    CHECK(motion_of((*folder / name).string()).is_static);
  }
  const Motion drifting = motion_of((*folder / "face_h264_1280x720_30fps_9s.mp4").string());
  CHECK_FALSE(drifting.is_static);
  CHECK_FALSE(drifting.loopable);
  const Motion with_cut = motion_of((*folder / "hdr_hevc10_320x180_13s.mp4").string());
  CHECK(with_cut.peak_motion > 0.2);
  CHECK_FALSE(with_cut.cuts_s.empty());
  CHECK_FALSE(with_cut.is_static);
  // Ends that look alike are not enough for a loop: the jump is twelve usual steps.
  const Motion still = motion_of((*folder / "face_h264_704x1216_25fps_10s_noaudio.mp4").string());
  CHECK(still.loop_ssim > 0.9);
  CHECK(still.loop_step > 4);
  CHECK_FALSE(still.loopable);
}

}  // namespace
}  // namespace react1::media
