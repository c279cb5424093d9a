// SPDX-License-Identifier: Apache-2.0
// Properties of whole pictures: fields, shape, and the frames around a change of size.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <string>

#include "core/atomic_file.hpp"
#include "matrix/decoded.hpp"
#include "matrix/fixtures.hpp"
#include "support/paths.hpp"

using namespace react1;
using namespace react1::test;

namespace {

std::vector<Picture> prepared_pictures(const std::string& name) {
  const Prepared prepared = prepare_fixture(name, Role::video, options_for(/*salvage=*/false));
  REQUIRE_MESSAGE(prepared.result, name);
  return decode_pictures(prepared.result->video.path);
}

double worst_combing(const std::vector<Picture>& pictures) {
  double worst = 0;
  for (const Picture& picture : pictures) worst = std::max(worst, combing(picture));
  return worst;
}

double luma_difference(const Picture& a, const Picture& b) {
  REQUIRE(a.luma.size() == b.luma.size());
  double sum = 0;
  for (std::size_t i = 0; i < a.luma.size(); ++i) sum += std::abs(int{a.luma[i]} - int{b.luma[i]});
  return sum / static_cast<double>(a.luma.size());
}

struct Box {
  int left, top, right, bottom;
};

/// Of everything brighter than the middle.
Box bright_box(const Picture& picture) {
  Box box{picture.width, picture.height, -1, -1};
  for (int row = 0; row < picture.height; ++row) {
    for (int column = 0; column < picture.width; ++column) {
      if (picture.y(column, row) < 126) continue;
      box = {std::min(box.left, column), std::min(box.top, row), std::max(box.right, column),
             std::max(box.bottom, row)};
    }
  }
  return box;
}

}  // namespace

TEST_CASE("interlaced pictures lose their combing, with and without a flag, and every frame stays") {
  for (const char* name :
       {"interlaced_tff_flagged.mp4", "interlaced_tff_unflagged.mp4", "interlaced_bff_unflagged.mp4"}) {
    CAPTURE(std::string(name));
    const double before = worst_combing(decode_pictures(fixture(name)));
    const std::vector<Picture> after = prepared_pictures(name);
    CHECK(before > 0.02);
    CHECK(after.size() == 20);
    CHECK(worst_combing(after) < before / 20);
  }
}

TEST_CASE("the fields of an unflagged clip are taken in the order in which they were shot") {
  CHECK(plan_fixture("interlaced_tff_unflagged.mp4", Role::video, options_for(false))
            .warnings.back()
            .message.find("top one first") != std::string::npos);
  const Preparation plan = plan_fixture("interlaced_bff_unflagged.mp4", Role::video, options_for(false));
  CHECK(std::any_of(plan.warnings.begin(), plan.warnings.end(), [](const Warning& warning) {
    return warning.message.find("bottom one first") != std::string::npos;
  }));
}

TEST_CASE("untagged SD is BT.601, and leaves as BT.709 when it is encoded") {
  PipelineOptions options = options_for(/*salvage=*/false);
  options.prepare.reencode = ReencodePolicy::always;
  const Prepared prepared = prepare_fixture("untagged_sd_1s.mkv", Role::video, options);
  REQUIRE(prepared.result);
  const Picture picture = decode_pictures(prepared.result->video.path).at(12);
  const auto is_near = [](const std::array<int, 3>& found, const std::array<int, 3>& wanted) {
    for (std::size_t i = 0; i < found.size(); ++i) CHECK(std::abs(found[i] - wanted[i]) <= 5);
  };
  is_near(picture.yuv(10, 5), {63, 102, 240});   // BT.709's red; BT.601's has a luma of 81
  is_near(picture.yuv(150, 5), {173, 42, 26});   // green
  is_near(picture.yuv(10, 85), {32, 240, 118});  // blue
  is_near(picture.yuv(150, 85), {235, 128, 128});
}

TEST_CASE("a disc of oblong pixels becomes round") {
  const std::vector<Picture> pictures = prepared_pictures("anamorphic_16x11_1s.mp4");
  const Box disc = bright_box(pictures.at(10));
  const int width = disc.right - disc.left + 1;
  const int height = disc.bottom - disc.top + 1;
  CHECK(std::abs(width - 60) <= 2);
  CHECK(std::abs(height - 60) <= 1);
}

TEST_CASE("a picture that grows in the middle still fills the frame, before and after") {
  const std::vector<Picture> pictures = prepared_pictures("size_change.ts");
  REQUIRE(pictures.size() == 50);
  for (const std::size_t frame : {0U, 24U, 25U, 49U}) {
    CAPTURE(frame);
    CHECK(pictures[frame].width == 240);
    // testsrc2 has its coloured bars everywhere: no edge is black.
    int brightest_right = 0;
    for (int row = 0; row < 136; ++row) brightest_right = std::max(brightest_right, pictures[frame].y(232, row));
    CHECK(brightest_right > 60);
  }
}

TEST_CASE("a window of a source without presentation times begins with the right frame") {
  for (const char* name : {"raw_30fps_2s.h264", "raw_2997_2s.m2v", "avi_bframes_2s.avi"}) {
    CAPTURE(std::string(name));
    const std::vector<Picture> all = decode_pictures(fixture(name));
    PipelineOptions options = options_for(/*salvage=*/false);
    options.prepare.video_window.start = Seconds(1);
    const Prepared prepared = prepare_fixture(name, Role::video, options);
    REQUIRE_MESSAGE(prepared.result, name);
    const std::size_t first = all.size() / 2;
    const std::vector<Picture> made = decode_pictures(prepared.result->video.path);
    REQUIRE(std::abs(static_cast<int>(made.size()) - static_cast<int>(all.size() - first)) <= 1);
    const double right = luma_difference(made.front(), all[first]);
    CHECK(right < luma_difference(made.front(), all[first - 1]));
    CHECK(right < luma_difference(made.front(), all[first + 1]));
  }
}

TEST_CASE("a variable rate becomes a constant one as long as the source, to the frame") {
  const double seconds = truth_of("vfr_screen_recording.mp4").at("duration_s").get<double>();
  const Prepared prepared = prepare_fixture("vfr_screen_recording.mp4", Role::video, options_for(false));
  REQUIRE(prepared.result);
  CHECK(std::abs(static_cast<double>(prepared.result->video.video->frames) / 30 - seconds) <= 1.0 / 30);
}

TEST_CASE("the closed prefix before damage among B-frames holds no frame that may refer to it") {
  const Prepared prepared = prepare_fixture("corrupt_middle_bframes_3s.mp4", Role::video, options_for(true));
  REQUIRE(prepared.result);
  const std::vector<Picture> kept = decode_pictures(prepared.result->video.path);
  CHECK(kept.size() >= 25);
  CHECK(kept.size() <= 41);
}

TEST_CASE("without --salvage damage is an error with the place, and nothing is left behind") {
  for (const char* name : {"corrupt_middle_3s.mp4", "truncated_60pct.mp4"}) {
    CAPTURE(std::string(name));
    const Prepared prepared = prepare_fixture(name, Role::video, options_for(false));
    REQUIRE(prepared.error);
    CHECK(prepared.error->code() == ErrorCode::media);
    CHECK(std::filesystem::is_empty(prepared.folder->path()));
  }
}

TEST_CASE("salvage changes nothing about a clip without damage") {
  const Prepared strict = prepare_fixture("rate_2997_2s.mp4", Role::video, options_for(false));
  const Prepared salvaged = prepare_fixture("rate_2997_2s.mp4", Role::video, options_for(true));
  REQUIRE(strict.result);
  REQUIRE(salvaged.result);
  CHECK(salvaged.result->video.action == ClipAction::passthrough);
  CHECK(salvaged.result->video.sha256 == strict.result->video.sha256);
  CHECK(salvaged.result->audio.sha256 == strict.result->audio.sha256);
  CHECK_FALSE(warned(salvaged.result->warnings, "salvaged"));
}

TEST_CASE("less than a second before the damage is too little to salvage") {
  PipelineOptions options = options_for(true);
  options.prepare.video_window.start = Rational(4, 5);
  const Prepared prepared = prepare_fixture("corrupt_middle_3s.mp4", Role::video, options);
  REQUIRE(prepared.error);
  CHECK(prepared.error->message().find("too little to salvage") != std::string::npos);
}

TEST_CASE("of several streams the default ones are taken, and the warning names them") {
  const MediaInfo info = probe(fixture("several_streams_2s.mkv"));
  REQUIRE(info.video);
  REQUIRE(info.audio);
  CHECK(info.video->index == 1);
  CHECK(info.audio->index == 3);
  const auto says = [&](const std::string& words) {
    return std::any_of(info.warnings.begin(), info.warnings.end(),
                       [&](const Warning& warning) { return warning.message.find(words) != std::string::npos; });
  };
  CHECK(says("Speaker"));
  CHECK(says("deu, Original"));
}
