// SPDX-License-Identifier: Apache-2.0
#include "plan/loss.hpp"

#include <doctest/doctest.h>

#include <optional>
#include <string>

#include <react1/error.hpp>

#include "unit/plan/media_facts.hpp"

namespace react1::planning {
namespace {

const std::string path = "clip.mp4";

LossCase of(const Seconds& good_start, const Seconds& good_end, const Seconds& promised = 6) {
  return {.clip = "video",
          .path = path,
          .start_s = 0,
          .end_s = 6,
          .promised_end_s = promised,
          .good_start_s = good_start,
          .good_end_s = good_end};
}

std::optional<Error> verdict(const LossCase& found, const PrepareOptions& options = {}) {
  try {
    require_bearable(found, measure_loss(found), options);
  } catch (const Error& error) {
    return error;
  }
  return std::nullopt;
}

TEST_CASE("the beginning and the end that are lost add up, and exactly max_loss_s may be") {
  CHECK(measure_loss(of(Seconds(1, 5), Seconds(57, 10))).counted_s == Seconds(1, 2));
  CHECK_FALSE(verdict(of(Seconds(1, 5), Seconds(57, 10))));
  CHECK(verdict(of(Seconds(1, 5), Seconds(569, 100))));
  CHECK_FALSE(verdict(of(Seconds(1, 5), Seconds(569, 100)), {.max_loss_s = 1}));
  CHECK(verdict(of(0, Seconds(599, 100)), {.max_loss_s = 0}));
}

TEST_CASE("the head of a capture is free up to 5 s, and counts as a whole beyond") {
  LossCase capture = of(Seconds(9, 2), 6);
  capture.head_of_capture = true;
  CHECK(measure_loss(capture).counted_s == 0);
  CHECK(measure_loss(capture).head_s == Seconds(9, 2));
  CHECK_FALSE(verdict(capture, {.max_loss_s = 0}));
  capture.good_start_s = Seconds(51, 10);
  CHECK(verdict(capture));
  capture.head_of_capture = false;
  capture.good_start_s = 1;
  CHECK(verdict(capture));
}

TEST_CASE("what a header promised and the file does not hold counts as lost") {
  LossCase cut_off = of(0, 6, 10);
  cut_off.absent = "150 of 250 frames are there";
  const auto error = verdict(cut_off);
  REQUIRE(error);
  CHECK(error->message().find("150 of 250 frames are there; the file is truncated or damaged: 4 s") == 0);
  CHECK_FALSE(verdict(cut_off, {.max_loss_s = 4}));
}

TEST_CASE("a refusal names the place, the amount and the flags that help") {
  const auto error = verdict(of(0, Seconds(16, 5)));
  REQUIRE(error);
  CHECK(error->code() == ErrorCode::media);
  CHECK(error->where() == path);
  CHECK(error->message() ==
        "the picture is damaged near 3.20 s: 2.8 s of the window are lost, more than the 0.5 s that may be");
  for (const char* word : {"--video-end", "--max-loss 2.8", "--salvage"}) {
    CHECK_MESSAGE(error->hint().find(word) != std::string::npos, word);
  }
  CHECK(verdict(of(0, Seconds(16, 5)), {.same_take = true})->hint().find("with --end") != std::string::npos);
}

TEST_CASE("salvage keeps what lasts a second, however much is lost") {
  CHECK_FALSE(verdict(of(0, 1), {.salvage = true}));
  const auto error = verdict(of(0, Seconds(9, 10)), {.salvage = true});
  REQUIRE(error);
  CHECK(error->message().find("too little to salvage") != std::string::npos);
}

TEST_CASE("nothing at all is refused whatever is allowed") {
  for (const bool salvage : {false, true}) {
    const auto error = verdict(of(0, 0), {.max_loss_s = 15, .salvage = salvage});
    REQUIRE(error);
    CHECK(error->message().find("no picture of the window can be decoded") != std::string::npos);
  }
}

TEST_CASE("a truncated clip is described by its frames where the header lists them, else by its seconds") {
  MediaInfo info = test::clean_video(25, 100);
  CHECK(absent_pictures(info).empty());
  info.video->truncated = true;
  info.video->header_frames = 150;
  CHECK(absent_pictures(info) == "100 of 150 frames are there");
  info.video->header_frames.reset();
  info.video->header_duration_s = 6;
  CHECK(absent_pictures(info) == "4 of 6 s of video are there");
}

}  // namespace
}  // namespace react1::planning
