// SPDX-License-Identifier: Apache-2.0
#include "media/picture/field_order.hpp"

#include <doctest/doctest.h>

#include <string>

#include "support/paths.hpp"

namespace react1::media {
namespace {

VideoInfo raster(int width, int height, const Rational& fps) {
  VideoInfo video;
  video.width = width;
  video.height = height;
  video.fps = fps;
  return video;
}

std::string order_in(const std::string& name) {
  const std::string source = test::fixture(name);
  const MediaInfo info = probe(source);
  return find_field_order(source, info.video.value(), 0, 0, SourceOptions{}, RunContext{});
}

TEST_CASE("only the rasters and rates of television may hide fields") {
  CHECK(may_hide_fields(raster(720, 576, 25)));
  CHECK(may_hide_fields(raster(720, 480, Rational(30000, 1001))));
  CHECK(may_hide_fields(raster(1920, 1080, 25)));
  CHECK_FALSE(may_hide_fields(raster(1280, 720, 25)));
  CHECK_FALSE(may_hide_fields(raster(1080, 1920, 25)));  // portrait
  CHECK_FALSE(may_hide_fields(raster(1920, 1080, 24)));
  CHECK_FALSE(may_hide_fields(raster(1920, 1080, 50)));
  VideoInfo flagged = raster(720, 576, 25);
  flagged.interlaced = true;  // its frames say which field is first
  CHECK_FALSE(may_hide_fields(flagged));
}

TEST_CASE("the picture tells which field came first") {
  CHECK(order_in("interlaced_tff_unflagged.mp4") == "tff");
  CHECK(order_in("interlaced_bff_unflagged.mp4") == "bff");
}

TEST_CASE("progressive pictures have no fields, moving or not") {
  CHECK(order_in("presenter_hevc_25fps_4s.mp4").empty());
  CHECK(order_in("presenter_h264_25fps_6s.mp4").empty());
  CHECK(order_in("full_range_1s.mp4").empty());  // nothing moves
}

}  // namespace
}  // namespace react1::media
