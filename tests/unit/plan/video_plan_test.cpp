// SPDX-License-Identifier: Apache-2.0
// Window, rate, count, size and colour of the planned video.
#include <doctest/doctest.h>

#include <array>
#include <utility>

#include <react1/error.hpp>

#include "plan/encode_plan.hpp"
#include "unit/plan/media_facts.hpp"

namespace react1 {
namespace {

using test::clean_video;

VideoPlan planned_video(const MediaInfo& info, const PrepareOptions& options = {}) {
  return planning::plan_video(info, options).value;
}

std::vector<Warning> warnings_of(const MediaInfo& info, const PrepareOptions& options = {}) {
  return planning::plan_video(info, options).warnings;
}

bool has(const std::vector<Warning>& warnings, const std::string& code) {
  for (const Warning& warning : warnings) {
    if (warning.code == code) return true;
  }
  return false;
}

Error failure(const MediaInfo& info, const PrepareOptions& options = {}) {
  try {
    (void)planned_video(info, options);
  } catch (const Error& error) {
    return error;
  }
  FAIL("a plan where an error was due");
  return {ErrorCode::internal, "", ""};
}

const std::array<std::pair<Rational, std::int64_t>, 8> frames_in_fifteen_seconds{{{Rational(24000, 1001), 359},
                                                                                  {24, 360},
                                                                                  {25, 375},
                                                                                  {Rational(30000, 1001), 449},
                                                                                  {30, 450},
                                                                                  {50, 750},
                                                                                  {Rational(60000, 1001), 899},
                                                                                  {60, 900}}};

TEST_CASE("a long clip at a kept rate gives the most frames that fit into fifteen seconds") {
  for (const auto& [fps, frames] : frames_in_fifteen_seconds) {
    const VideoPlan plan = planned_video(clean_video(fps, 2000), {.fps = FpsPolicy::keep});
    CHECK(plan.fps == fps);
    CHECK(plan.frames == frames);
  }
}

TEST_CASE("for every rate, length and policy the prepared clip fits, and no frame that fits is dropped") {
  const std::array<Rational, 14> rates{
      Rational(24000, 1001), 24, 25, Rational(30000, 1001), 30, 48,  50,
      Rational(60000, 1001), 60, 10, Rational(25, 2),       15, 120, Rational(1013, 34)};
  for (const Rational& fps : rates) {
    for (std::int64_t frames = 2; frames < (fps * 20).ceil(); frames += 7) {
      for (const bool vfr : {false, true}) {
        for (const FpsPolicy policy : {FpsPolicy::recommended, FpsPolicy::keep}) {
          MediaInfo info = clean_video(fps, frames);
          info.video->vfr = vfr;
          const VideoPlan plan = planned_video(info, {.fps = policy});
          REQUIRE(plan.frames >= 1);
          REQUIRE(Rational(plan.frames) / plan.fps <= 15);
          const Seconds used = std::min<Seconds>(15, info.video->duration_s);
          REQUIRE(Rational(plan.frames + 1) / plan.fps > used);
          REQUIRE(Rational(plan.frames) / plan.fps <= std::max(used, 1 / plan.fps));
        }
      }
    }
  }
}

TEST_CASE("at the source's own rate exactly the frames that begin within the window are taken") {
  const MediaInfo info = clean_video(25, 150);
  const auto frames = [&](Seconds start, Seconds end) {
    return planned_video(info, {.video_window = {.start = start, .end = end}}).frames;
  };
  for (std::int64_t start_ms = 0; start_ms < 6000; start_ms += 130) {
    for (std::int64_t end_ms = start_ms + 45; end_ms <= 6000; end_ms += 170) {
      const Seconds start(start_ms, 1000);
      const Seconds end(end_ms, 1000);
      std::int64_t counted = 0;
      for (std::int64_t i = 0; i < 150; ++i) counted += Seconds(i, 25) >= start && Seconds(i, 25) < end ? 1 : 0;
      REQUIRE(frames(start, end) == std::max<std::int64_t>(1, counted));
    }
  }
}

TEST_CASE("a window between two frames takes the frame that is shown there") {
  const VideoPlan plan = planned_video(clean_video(25, 150), {.video_window = {.start = Seconds(5999, 1000)}});
  CHECK(plan.frames == 1);
  CHECK(plan.start_s == Seconds(149, 25));
}

TEST_CASE("a last frame that is shown longer than its place counts with all of its duration") {
  MediaInfo info = clean_video(25, 100);
  info.video->duration_s = Rational(696, 100);
  const VideoPlan whole = planned_video(info);
  CHECK(whole.frames == 174);
  CHECK(whole.action == ClipAction::transcode);  // decoders give a frame once, whatever its packet says
  PrepareOptions options;
  options.video_window.end = Rational(4);
  CHECK(planned_video(info, options).frames == 100);
  CHECK(planned_video(info, options).action == ClipAction::cut);
  options.video_window.end = Rational(5);
  CHECK(planned_video(info, options).frames == 125);
  options.video_window = {.start = Rational(5), .end = Rational(6)};
  CHECK(planned_video(info, options).frames == 25);
  // What rounding adds to a last frame is no frame.
  info.video->duration_s = Rational(4) + Rational(3, 100);
  CHECK(planned_video(info).frames == 100);
  CHECK(planned_video(info).action == ClipAction::passthrough);
}

TEST_CASE("rates become the nearest recommended one of which they are a multiple or a fraction") {
  const std::array<std::pair<Rational, Rational>, 16> table{{{50, 25},
                                                             {60, 30},
                                                             {48, 24},
                                                             {Rational(60000, 1001), Rational(30000, 1001)},
                                                             {Rational(48000, 1001), Rational(24000, 1001)},
                                                             {100, 25},
                                                             {120, 30},
                                                             {240, 30},
                                                             {Rational(120000, 1001), Rational(30000, 1001)},
                                                             {15, 30},
                                                             {Rational(25, 2), 25},
                                                             {12, 24},
                                                             {27, Rational(25)},
                                                             {28, Rational(30000, 1001)},
                                                             {33, 30},
                                                             {20, Rational(24000, 1001)}}};
  for (const auto& [measured, target] : table) {
    const Rational source = measured;  // a binding cannot be captured
    CAPTURE(source.to_decimal());
    CHECK(planned_video(clean_video(source, 300)).fps == target);
  }
}

TEST_CASE("a rate that the container's clock changed slightly counts as the standard rate") {
  CHECK(planned_video(clean_video(Rational(12800, 427), 300)).fps == Rational(30000, 1001));
  CHECK(planned_video(clean_video(Rational(16000, 667), 300)).fps == Rational(24000, 1001));
  CHECK(planned_video(clean_video(Rational(90000, 3001), 300)).fps == 30);
}

TEST_CASE("a variable rate is never kept") {
  MediaInfo info = clean_video(50, 300);
  info.video->vfr = true;
  CHECK(planned_video(info, {.fps = FpsPolicy::keep}).fps == 25);
}

TEST_CASE("sizes become even by at most one pixel and fit into the limits both ways up") {
  const auto size = [](int width, int height) {
    MediaInfo info = clean_video(25, 100);
    info.video->display_width = width;
    info.video->display_height = height;
    const VideoPlan plan = planned_video(info);
    return std::pair(plan.width, plan.height);
  };
  CHECK(size(321, 241) == std::pair(320, 240));
  CHECK(size(1080, 1920) == std::pair(1080, 1920));
  CHECK(size(4096, 2160) == std::pair(4096, 2160));
  CHECK(size(2160, 4096) == std::pair(2160, 4096));
  CHECK(size(7680, 4320) == std::pair(3840, 2160));
  CHECK(size(4320, 7680) == std::pair(2160, 3840));
  CHECK(size(3000, 3000) == std::pair(2160, 2160));
  for (int width = 1; width < 9000; width += 371) {
    for (int height = 1; height < 9000; height += 293) {
      const auto [w, h] = size(width, height);
      REQUIRE(w % 2 == 0);
      REQUIRE(h % 2 == 0);
      REQUIRE(std::max(w, h) <= 4096);
      REQUIRE(std::min(w, h) <= 2160);
      REQUIRE(w >= 2);
      REQUIRE(h >= 2);
    }
  }
}

TEST_CASE("the largest size that the window shows leads, the first of those as large") {
  MediaInfo info = clean_video(25, 250);
  info.video->width = info.video->display_width = 320;
  info.video->height = info.video->display_height = 180;
  info.video->sizes = {{0, 320, 180}, {2, 640, 360}, {5, 1280, 720}, {8, 720, 1280}};
  const auto size = [&](const Seconds& start, const Seconds& end) {
    PrepareOptions options;
    options.video_window = {.start = start, .duration = {}, .end = end};
    const VideoPlan plan = planned_video(info, options);
    return std::pair(plan.width, plan.height);
  };
  CHECK(size(0, 10) == std::pair(1280, 720));
  CHECK(size(0, 2) == std::pair(320, 180));
  CHECK(size(0, 5) == std::pair(640, 360));
  CHECK(size(2, 6) == std::pair(1280, 720));
  CHECK(size(8, 10) == std::pair(720, 1280));
  PrepareOptions small;
  small.max_width = 640;
  small.max_height = 360;
  CHECK(planned_video(info, small).width == 640);
  info.video->sar = Rational(4, 3);
  CHECK(size(0, 2) == std::pair(426, 180));
  info.video->orientation.rotation_deg = 90;
  CHECK(size(0, 2) == std::pair(180, 426));
}

TEST_CASE("untagged colour is BT.709 from 720 lines or 1280 columns on, else BT.601") {
  MediaInfo info = clean_video(25, 100);
  info.video->color = {};
  CHECK(planned_video(info).color_space == "smpte170m");
  info.video->height = info.video->display_height = 720;
  CHECK(planned_video(info).color_space == "bt709");
  info.video->hdr = "hlg";
  CHECK(planned_video(info).color_space == "bt2020nc");
  CHECK(planned_video(info).tone_map == "hlg");
}

TEST_CASE("HDR is mapped down, and Dolby Vision 5 is refused with the reason") {
  MediaInfo info = clean_video(25, 100);
  info.video->hdr = "dolby_vision_8.4";
  CHECK(planned_video(info).tone_map == "hlg");
  info.video->hdr = "pq";
  CHECK(planned_video(info).tone_map == "pq");
  info.video->hdr = "dolby_vision_5";
  const Error error = failure(info);
  CHECK(error.code() == ErrorCode::media);
  CHECK(error.message().find("profile 5") != std::string::npos);
  info.video->hdr = "dolby_vision_10";
  CHECK(failure(info).message().find("profile 10") != std::string::npos);
}

TEST_CASE("packets that the clip's length has no room for are no frames") {
  MediaInfo info = clean_video(25, 154);
  info.video->duration_s = 6;
  CHECK(planned_video(info).frames == 150);
  CHECK(planned_video(info, {.video_window = {.start = Seconds(1)}}).frames == 125);
}

TEST_CASE("full range is known by its tag or its pixel format") {
  MediaInfo info = clean_video(25, 100);
  CHECK_FALSE(planned_video(info).full_range);
  info.video->color.range = "pc";
  CHECK(planned_video(info).full_range);
  info.video->color.range = "";
  info.video->pix_fmt = "yuvj420p";
  CHECK(planned_video(info).full_range);
}

TEST_CASE("what is no moving picture is refused with what it is") {
  MediaInfo still = clean_video(25, 100);
  still.still_image = true;
  CHECK(failure(still).message().find("still image") != std::string::npos);

  const MediaInfo voice = test::sound("pcm_s16le", "wav", 48000, 1, 48000);
  CHECK(failure(voice).code() == ErrorCode::media);
  CHECK(failure(voice).message().find("no video stream") != std::string::npos);

  MediaInfo cover = voice;
  cover.streams.push_back(test::other_stream("video", /*attached_pic=*/true));
  CHECK(failure(cover).message().find("cover art") != std::string::npos);

  CHECK(failure(clean_video(25, 1)).message().find("1 video frame;") != std::string::npos);
}

TEST_CASE("a small picture is warned of by its shorter side") {
  CHECK(has(warnings_of(clean_video(25, 100)), "low_resolution"));
  MediaInfo large = clean_video(25, 100);
  large.video->width = large.video->display_width = 480;
  large.video->height = large.video->display_height = 800;
  CHECK_FALSE(has(warnings_of(large), "low_resolution"));
}

}  // namespace
}  // namespace react1
