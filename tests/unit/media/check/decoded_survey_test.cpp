// SPDX-License-Identifier: Apache-2.0
#include "media/check/decoded_survey.hpp"

#include <doctest/doctest.h>

#include <string>

#include <react1/error.hpp>

#include "support/paths.hpp"

namespace react1::media {
namespace {

TEST_CASE("a whole clip decodes to the frames and samples it has") {
  const DecodedFacts facts = survey_decoded(test::fixture("presenter_h264_bframes_25fps_6s_audio.mp4"), RunContext{});
  CHECK(facts.has_video);
  CHECK(facts.frames == 150);
  CHECK(facts.fps == Rational{25});
  CHECK(facts.video_duration_s == Rational{6});
  CHECK(facts.width == 640);
  CHECK(facts.height == 360);
  CHECK_FALSE(facts.size_changes);
  CHECK(facts.signatures.size() == 150);
  CHECK(facts.decode_errors == 0);
  CHECK(facts.has_audio);
  CHECK(facts.sample_rate == 48000);
  CHECK(facts.audio_samples == 288768);
  CHECK(facts.audio_peak_dbfs > -20);
  CHECK(facts.longest_black_s == 0);
  CHECK(facts.longest_freeze_s < 1);
}

TEST_CASE("sound alone, silence and pictures alone are reported") {
  const DecodedFacts silent = survey_decoded(test::fixture("silent_5s.wav"), RunContext{});
  CHECK_FALSE(silent.has_video);
  CHECK(silent.frames == 0);
  CHECK(silent.audio_peak_dbfs == -200);
  CHECK(silent.audio_duration_s == Rational{5});
  const DecodedFacts pictures = survey_decoded(test::fixture("presenter_h264_25fps_6s.mp4"), RunContext{});
  CHECK_FALSE(pictures.has_audio);
  CHECK(pictures.frames == 150);
}

TEST_CASE("a truncated clip decodes what is there and counts the damage") {
  const DecodedFacts facts = survey_decoded(test::fixture("truncated_60pct.mp4"), RunContext{});
  CHECK(facts.frames == 85);
  CHECK(facts.decode_errors > 0);
}

TEST_CASE("the same pictures are distinguished from others, whatever their size and codec") {
  const std::string clip = test::fixture("presenter_h264_25fps_6s.mp4");
  ComparedPictures pictures;
  CHECK(survey_decoded(clip, RunContext{}, &pictures).frames == 150);
  CHECK(pictures.size() == 150);
  CHECK(mean_picture_difference(pictures, clip, RunContext{}) == 0);
  // Another recording of the presenter: alike as a whole, not the same.
  const double other = mean_picture_difference(pictures, test::fixture("presenter_rotated90_3s.mp4"), RunContext{});
  CHECK(other > 0.004);
  CHECK_THROWS_AS((void)mean_picture_difference(pictures, test::fixture("silent_5s.wav"), RunContext{}), Error);
  CHECK_THROWS_AS((void)mean_picture_difference({}, clip, RunContext{}), Error);
}

TEST_CASE("equal beginnings have equal hashes") {
  const auto hash = [](const char* name) {
    return survey_decoded(test::fixture(name), RunContext{}).first_frames_hash;
  };
  CHECK(hash("presenter_h264_25fps_6s.mp4") == hash("truncated_60pct.mp4"));
  CHECK(hash("presenter_h264_25fps_6s.mp4") != hash("presenter_rotated90_3s.mp4"));
}

}  // namespace
}  // namespace react1::media
