// SPDX-License-Identifier: Apache-2.0
// Lengths, frames and cost of the five modes, and the mismatch they come from.
#include <doctest/doctest.h>

#include <react1/error.hpp>
#include <react1/plan.hpp>

namespace react1 {
namespace {

ClipFacts at_24(Seconds v, Seconds a) {
  ClipFacts facts;
  facts.video_s = v;
  facts.audio_s = a;
  facts.fps = 24;
  facts.frames = (v * 24).round();
  return facts;
}

std::int64_t frames(const ClipFacts& facts, LipsyncMode mode) {
  return predict(facts, mode, Price{}).frames;
}

TEST_CASE("a voice of 8.64 s on 4 s of picture gives 96 frames cut off and 207 in every other mode") {
  const ClipFacts facts = at_24(4, Seconds(216, 25));
  CHECK(frames(facts, LipsyncMode::cut_off) == 96);
  for (const LipsyncMode mode : {LipsyncMode::loop, LipsyncMode::bounce, LipsyncMode::silence, LipsyncMode::remap}) {
    CHECK(frames(facts, mode) == 207);
  }
}

TEST_CASE("a voice of 1.74 s on 10 s of picture gives 240 frames with silence and 42 in every other mode") {
  const ClipFacts facts = at_24(10, Seconds(87, 50));
  CHECK(frames(facts, LipsyncMode::silence) == 240);
  for (const LipsyncMode mode : {LipsyncMode::loop, LipsyncMode::bounce, LipsyncMode::cut_off, LipsyncMode::remap}) {
    CHECK(frames(facts, mode) == 42);
  }
}

TEST_CASE("the cost is exact: fifteen seconds at ten dollars a minute are two and a half") {
  CHECK(predict(at_24(15, 15), LipsyncMode::remap, Price{}).cost_usd == Rational(5, 2));
  CHECK(predict(at_24(7, 7), LipsyncMode::remap, Price{.usd_per_minute = Rational(61, 10)}).cost_usd ==
        Rational(427, 600));
}

TEST_CASE("a full NTSC picture keeps its frame count through the prediction") {
  ClipFacts facts = at_24(Rational(359) / Rational(24000, 1001), 15);
  facts.fps = Rational(24000, 1001);
  CHECK(frames(facts, LipsyncMode::cut_off) == 359);
}

TEST_CASE("the mismatch is audio less video and audio over video") {
  const Mismatch mismatch = measure_mismatch(4, 5);
  CHECK(mismatch.delta_s == 1);
  CHECK(mismatch.ratio == Rational(5, 4));
  CHECK(measure_mismatch(5, 4).delta_s == -1);
}

TEST_CASE("a clip without length has no mismatch, and the error names which clip it is") {
  try {
    (void)measure_mismatch(4, 0);
    FAIL("a mismatch with nothing");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::media);
    CHECK(error.where() == "audio");
  }
  CHECK_THROWS_AS((void)measure_mismatch(0, 4), Error);
}

}  // namespace
}  // namespace react1
