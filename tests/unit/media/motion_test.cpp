#include "media/motion.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <vector>

#include <react1/error.hpp>

#include "media/thumbnail.hpp"
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

TEST_CASE("the drawn presenter stands before a still background") {
  const Motion motion = motion_of(test::fixture("presenter_h264_25fps_6s.mp4"));
  CHECK(motion.is_static);
  CHECK(motion.peak_motion > 0);
  CHECK(motion.peak_motion < 0.05);
  CHECK(motion.loop_ssim > 0.5);
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
  CHECK_FALSE(with_cut.is_static);
  CHECK(motion_of((*folder / "face_h264_704x1216_25fps_10s_noaudio.mp4").string()).loopable);
}

}  // namespace
}  // namespace react1::media
