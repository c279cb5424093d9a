// SPDX-License-Identifier: Apache-2.0
#include "stages/verify/checks.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace react1;
using namespace react1::stages;

namespace {

/// A bounce of 8.64 s of audio over 4 s of video at 24 fps, at 1080 lines: the sheet's own example.
Expectation expected_bounce() {
  Expectation expected;
  expected.prediction = {LipsyncMode::bounce, Seconds(864, 100), 207, Rational(24), Rational(144, 100)};
  expected.clips.video_s = 4;
  expected.clips.audio_s = Seconds(864, 100);
  expected.clips.fps = 24;
  expected.width = 1920;
  expected.height = 1080;
  expected.clips.sample_rate = 48000;
  return expected;
}

ResultFacts good_facts() {
  ResultFacts facts;
  facts.bytes = 1000;
  facts.is_mp4 = true;
  facts.frames_decoded = facts.frames_listed = 207;
  facts.fps = 24;
  facts.video_s = Seconds(207, 24);
  facts.width = 1920;
  facts.height = 1088;  // the service rounds up to 16
  facts.audio_s = Seconds(864, 100);
  facts.audio_peak_dbfs = -6;
  facts.difference_from_source = 0.02;
  return facts;
}

ResultVideo good_report() {
  ResultVideo reported;
  reported.fps = 24.0;
  reported.num_frames = 207.0;
  reported.duration_s = 8.625;
  reported.file_size = 1000;
  return reported;
}

Verdict verdict_of(const Verification& verification, const std::string& name) {
  const auto found = std::find_if(verification.checks.begin(), verification.checks.end(),
                                  [&](const Check& check) { return check.name == name; });
  REQUIRE_MESSAGE(found != verification.checks.end(), "no check named ", name);
  return found->verdict;
}

const Check& check_of(const Verification& verification, const std::string& name) {
  return *std::find_if(verification.checks.begin(), verification.checks.end(),
                       [&](const Check& check) { return check.name == name; });
}

bool has(const Verification& verification, const std::string& name) {
  return std::any_of(verification.checks.begin(), verification.checks.end(),
                     [&](const Check& check) { return check.name == name; });
}

}  // namespace

TEST_CASE("a result as predicted passes every check") {
  const Verification verification = check_result(good_facts(), good_report(), expected_bounce());
  for (const Check& check : verification.checks) {
    CAPTURE(check.name);
    CHECK(check.verdict == Verdict::pass);
  }
  CHECK(verification.verdict == Verdict::pass);
}

TEST_CASE("a file with fewer frames than reported fails") {
  ResultFacts facts = good_facts();
  facts.frames_decoded = facts.frames_listed = 200;
  const Verification verification = check_result(facts, good_report(), expected_bounce());
  CHECK(verdict_of(verification, "decoded_frames_match_reported") == Verdict::fail);
  CHECK(verification.verdict == Verdict::fail);
}

TEST_CASE("a reported count that contradicts its own rate and length is a warning") {
  ResultVideo reported = good_report();
  reported.num_frames = 210.0;
  ResultFacts facts = good_facts();
  facts.frames_decoded = facts.frames_listed = 210;
  CHECK(verdict_of(check_result(facts, reported, std::nullopt), "reported_frames_match_duration") == Verdict::warn);
}

TEST_CASE("a fractional frame count never equals a whole one") {
  ResultVideo reported = good_report();
  reported.num_frames = 206.5;
  CHECK(verdict_of(check_result(good_facts(), reported, std::nullopt), "decoded_frames_match_reported") ==
        Verdict::fail);
}

TEST_CASE("frames that do not decode fail") {
  ResultFacts facts = good_facts();
  facts.frames_decoded = 190;
  CHECK(verdict_of(check_result(facts, std::nullopt, std::nullopt), "decodes_cleanly") == Verdict::fail);
  facts = good_facts();
  facts.decode_errors = 1;
  CHECK(verdict_of(check_result(facts, std::nullopt, std::nullopt), "decodes_cleanly") == Verdict::fail);
}

TEST_CASE("a changed frame rate warns and compares lengths only") {
  ResultFacts facts = good_facts();
  facts.fps = 30;
  facts.frames_decoded = facts.frames_listed = 259;
  facts.video_s = Seconds(259, 30);
  const Verification verification = check_result(facts, std::nullopt, expected_bounce());
  CHECK(verdict_of(verification, "fps_matches_input") == Verdict::warn);
  CHECK(verdict_of(verification, "duration_as_predicted") == Verdict::pass);
  CHECK_FALSE(has(verification, "frames_as_predicted"));
}

TEST_CASE("an NTSC rate within a thousandth is the same rate") {
  ResultFacts facts = good_facts();
  facts.fps = Rational(24000, 1001);
  CHECK(verdict_of(check_result(facts, std::nullopt, expected_bounce()), "fps_matches_input") == Verdict::pass);
}

TEST_CASE("a result as long as the video names the other reading of the mode") {
  ResultFacts facts = good_facts();
  facts.frames_decoded = facts.frames_listed = 96;
  facts.video_s = 4;
  facts.audio_s = Seconds(4);
  const Verification verification = check_result(facts, std::nullopt, expected_bounce());
  CHECK(verdict_of(verification, "duration_as_predicted") == Verdict::fail);
  CHECK(check_of(verification, "duration_as_predicted").message.find("the other way round") != std::string::npos);
  CHECK(verdict_of(verification, "frames_as_predicted") == Verdict::fail);
}

TEST_CASE("the duration tolerance is one frame plus the MP3 padding, then a warning, then a failure") {
  const Expectation expected = expected_bounce();
  const Seconds tolerance = Seconds(1, 24) + Seconds(2304, 48000);
  ResultFacts facts = good_facts();
  const auto verdict_at = [&](const Seconds& off) {
    facts.video_s = expected.prediction.duration_s + off;
    return verdict_of(check_result(facts, std::nullopt, expected), "duration_as_predicted");
  };
  CHECK(verdict_at(tolerance) == Verdict::pass);
  CHECK(verdict_at(-tolerance) == Verdict::pass);
  CHECK(verdict_at(tolerance + Seconds(1, 1000)) == Verdict::warn);
  CHECK(verdict_at(Seconds(1, 5)) == Verdict::warn);
  CHECK(verdict_at(Seconds(21, 100)) == Verdict::fail);
}

TEST_CASE("the picture may be rounded up to sixteen and nothing else") {
  ResultFacts facts = good_facts();
  const auto verdict_at = [&](int width, int height) {
    facts.width = width;
    facts.height = height;
    return verdict_of(check_result(facts, std::nullopt, expected_bounce()), "picture_size");
  };
  CHECK(verdict_at(1920, 1080) == Verdict::pass);
  CHECK(verdict_at(1920, 1088) == Verdict::pass);
  CHECK(verdict_at(1920, 1072) == Verdict::fail);
  CHECK(verdict_at(1280, 720) == Verdict::fail);
}

TEST_CASE("a result without sound, with silence, or with sound of another length does not pass") {
  ResultFacts facts = good_facts();
  facts.audio_s.reset();
  CHECK(verdict_of(check_result(facts, std::nullopt, std::nullopt), "audio_present") == Verdict::fail);
  facts = good_facts();
  facts.audio_peak_dbfs = -90;
  CHECK(verdict_of(check_result(facts, std::nullopt, std::nullopt), "audio_not_silent") == Verdict::fail);
  facts = good_facts();
  facts.audio_s = facts.video_s - Seconds(1);
  CHECK(verdict_of(check_result(facts, std::nullopt, std::nullopt), "audio_spans_picture") == Verdict::fail);
}

TEST_CASE("a long freeze or black stretch warns, unless the source freezes as long") {
  ResultFacts facts = good_facts();
  facts.longest_freeze_s = 2;
  facts.longest_black_s = 1;
  const Verification verification = check_result(facts, std::nullopt, std::nullopt);
  CHECK(verdict_of(verification, "no_long_freeze") == Verdict::warn);
  CHECK(verdict_of(verification, "no_black_stretch") == Verdict::warn);
  facts.source_freeze_s = Seconds(2);
  CHECK(verdict_of(check_result(facts, std::nullopt, std::nullopt), "no_long_freeze") == Verdict::pass);
}

TEST_CASE("silence may hold the picture for as long as the voice continues after it") {
  ResultFacts facts = good_facts();
  Expectation expected = expected_bounce();
  facts.longest_freeze_s = Seconds(5);
  CHECK(verdict_of(check_result(facts, std::nullopt, expected), "no_long_freeze") == Verdict::warn);
  expected.prediction.lipsync_mode = LipsyncMode::silence;
  CHECK(verdict_of(check_result(facts, std::nullopt, expected), "no_long_freeze") == Verdict::pass);
}

TEST_CASE("pictures that hardly differ from the source's are a warning, not a verdict on money spent") {
  ResultFacts facts = good_facts();
  facts.difference_from_source = 0.0005;
  CHECK(verdict_of(check_result(facts, std::nullopt, expected_bounce()), "differs_from_source") == Verdict::warn);
}

TEST_CASE("pictures that are the source's fail, but not from the sandbox, which never changes a picture") {
  ResultFacts facts = good_facts();
  facts.difference_from_source = 0.0;
  Expectation expected = expected_bounce();
  CHECK(verdict_of(check_result(facts, std::nullopt, expected), "differs_from_source") == Verdict::fail);
  expected.sandbox = true;
  CHECK(verdict_of(check_result(facts, std::nullopt, expected), "differs_from_source") == Verdict::pass);
}
