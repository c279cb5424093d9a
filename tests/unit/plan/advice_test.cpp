// SPDX-License-Identifier: Apache-2.0
// Every row of the advice table, with the numbers of its edges.
#include <doctest/doctest.h>

#include <string>

#include <react1/error.hpp>
#include <react1/plan.hpp>

namespace react1 {
namespace {

/// Facts at 25 fps whose voice lasts to the end of the audio.
ClipFacts facts(Seconds v, Seconds a) {
  ClipFacts made;
  made.video_s = v;
  made.audio_s = a;
  made.fps = 25;
  made.frames = (v * 25).round();
  made.sample_rate = 48000;
  made.voice_end_s = a;
  return made;
}

ClipFacts moving(Seconds v, Seconds a, bool is_static, bool loopable) {
  ClipFacts made = facts(v, a);
  made.is_static = is_static;
  made.loopable = loopable;
  return made;
}

Advice advised(const ClipFacts& of, const AdviceOptions& options = {}, ModelMode mode = ModelMode::face) {
  return advise(of, mode, options, Price{});
}

bool says(const std::vector<std::string>& sentences, const std::string& words) {
  for (const std::string& sentence : sentences) {
    if (sentence.find(words) != std::string::npos) return true;
  }
  return false;
}

void check(const Advice& advice, const char* rule, LipsyncMode mode, bool hold = false) {
  CHECK(advice.rule == rule);
  CHECK(advice.lipsync_mode == mode);
  CHECK(advice.hold == hold);
  CHECK_FALSE(advice.reasons.empty());
}

TEST_CASE("audio without a voice is held, and the reason names the gate") {
  ClipFacts silent = facts(5, 5);
  silent.voice_found = false;
  silent.voice_end_s.reset();
  const Advice advice = advised(silent);
  check(advice, "0", LipsyncMode::cut_off, /*hold=*/true);
  CHECK(says(advice.reasons, "-45 dBFS"));
}

TEST_CASE("a video below one second or below two frames is held, each with its own reason") {
  check(advised(facts(Seconds(99, 100), 5)), "0", LipsyncMode::cut_off, /*hold=*/true);
  CHECK(advised(facts(1, 5)).rule != "0");
  ClipFacts one_frame = facts(5, 5);
  one_frame.frames = 1;
  const Advice advice = advised(one_frame);
  check(advice, "0", LipsyncMode::cut_off, /*hold=*/true);
  CHECK(says(advice.reasons, "1 frame;"));
  ClipFacts everything = facts(Seconds(1, 25), 5);
  everything.voice_found = false;
  CHECK(advised(everything).reasons.size() == 3);
}

TEST_CASE("lengths within one frame of each other give cut_off, and one frame is still within") {
  check(advised(facts(5, 5)), "1", LipsyncMode::cut_off);
  check(advised(facts(5, Seconds(126, 25))), "1", LipsyncMode::cut_off);
  check(advised(facts(5, Seconds(124, 25))), "1", LipsyncMode::cut_off);
  CHECK(advised(facts(5, Seconds(126, 25) + Seconds(1, 48000))).rule != "1");
}

TEST_CASE("a picture that outlasts the voice is cut to it when speech is the goal") {
  const Advice advice = advised(facts(5, Seconds(9, 2)));
  check(advice, "2", LipsyncMode::cut_off);
  CHECK(advice.warnings.empty());
}

TEST_CASE("a lost tail above one second or a fifth of the picture is warned of, and at the edge it is not") {
  CHECK(advised(facts(10, 9)).warnings.empty());
  CHECK(says(advised(facts(10, Seconds(89, 10))).warnings, "last 1.1 s"));
  CHECK(advised(facts(2, Seconds(8, 5))).warnings.empty());
  CHECK(says(advised(facts(2, Seconds(3, 2))).warnings, "25 %"));
}

TEST_CASE("with the picture as the goal silence keeps the whole shot") {
  const Advice advice = advised(facts(10, 4), {.goal = Goal::picture});
  check(advice, "3", LipsyncMode::silence);
  CHECK(advice.warnings.empty());
}

TEST_CASE("with both as the goal remap is taken up to a twentieth and silence above") {
  const AdviceOptions both{.goal = Goal::both};
  check(advised(facts(Seconds(21, 4), 5), both), "4", LipsyncMode::remap);
  check(advised(facts(Seconds(53, 10), 5), both), "4", LipsyncMode::silence);
  check(advised(facts(Seconds(53, 10), 5), {.goal = Goal::both, .remap_speed_up = Rational(11, 10)}), "4",
        LipsyncMode::remap);
}

TEST_CASE("when only trailing silence is after the picture it is cut off") {
  ClipFacts tail = facts(5, 9);
  tail.voice_end_s = Seconds(489, 100);  // + 0.15 s = v + one frame, exactly
  check(advised(tail), "5", LipsyncMode::cut_off);
  tail.voice_end_s = Seconds(4891, 1000);
  tail.is_static = true;
  tail.loopable = true;
  CHECK(advised(tail).rule == "7");
}

TEST_CASE("the voice tail is configuration") {
  ClipFacts tail = moving(5, 9, true, true);
  tail.voice_end_s = Seconds(24, 5);
  CHECK(advised(tail).rule == "5");
  CHECK(advised(tail, {.voice_tail_s = 1}).rule == "7");
}

TEST_CASE("a voice end that was not measured counts as the end of the audio") {
  ClipFacts unmeasured = moving(5, 9, true, false);
  unmeasured.voice_end_s.reset();
  CHECK(advised(unmeasured).rule == "7");
}

TEST_CASE("a voice up to a twentieth longer slows the picture down") {
  check(advised(facts(5, Seconds(21, 4))), "6", LipsyncMode::remap);
  CHECK(advised(moving(5, Seconds(21, 4) + Seconds(1, 48000), true, false)).rule == "7");
}

TEST_CASE("a static shot bounces up to twice its length and names the turn") {
  const Advice advice = advised(moving(5, 10, true, true));
  check(advice, "7", LipsyncMode::bounce);
  CHECK(advice.seams_s == std::vector<Seconds>{5});
  CHECK(says(advice.reasons, "ratio 2"));
  CHECK(says(advice.warnings, "100 %"));
  CHECK(advised(moving(5, 6, true, false)).warnings.empty());
}

TEST_CASE("a moving shot that ends as it began loops") {
  const Advice advice = advised(moving(5, 7, false, true));
  check(advice, "8", LipsyncMode::loop);
  CHECK(advice.seams_s == std::vector<Seconds>{5});
}

TEST_CASE("a moving shot up to a quarter short is slowed down with a warning") {
  const Advice advice = advised(moving(4, 5, false, false));
  check(advice, "9", LipsyncMode::remap);
  CHECK(says(advice.warnings, "1.25 times slower"));
  CHECK(advice.seams_s.empty());
}

TEST_CASE("a moving shot that is shorter still bounces and asks for a review at the seams") {
  const Advice advice = advised(moving(4, 6, false, false));
  check(advice, "10", LipsyncMode::bounce);
  CHECK(says(advice.warnings, "Review"));
  CHECK(says(advice.warnings, "4 s"));
}

TEST_CASE("between two and four lengths a static shot bounces, a loopable one that moves loops, any other is held") {
  check(advised(moving(4, 13, true, true)), "11", LipsyncMode::bounce);  // a turn makes no jump, a loop does
  const Advice loop = advised(moving(4, 13, false, true));
  check(loop, "11", LipsyncMode::loop);
  CHECK(loop.seams_s == std::vector<Seconds>{4, 8, 12});
  CHECK(says(loop.warnings, "Many turns"));
  const Advice bounce = advised(moving(4, 16, true, false));
  check(bounce, "11", LipsyncMode::bounce);
  CHECK(bounce.seams_s == std::vector<Seconds>{4, 8, 12});
  CHECK(says(bounce.warnings, "4, 8, 12 s"));
  const Advice held = advised(moving(4, 9, false, false));
  check(held, "11", LipsyncMode::cut_off, /*hold=*/true);
  CHECK(says(held.reasons, "split the voice"));
  CHECK(held.seams_s.empty());
}

TEST_CASE("a hard cut is named with its instant, not called a shot that moves") {
  for (const auto& [ratio, loopable] :
       {std::pair{Rational(5, 4), false}, {Rational(3, 2), true}, {Rational(3, 2), false}, {3, false}}) {
    ClipFacts cut = moving(4, 4 * ratio, false, loopable);
    CHECK(says(advised(cut).reasons, "The shot moves"));
    cut.cuts_s = {Rational(348, 100)};
    CHECK(says(advised(cut).reasons, "The picture cuts at 3.48 s"));
    CHECK_FALSE(says(advised(cut).reasons, "The shot moves"));
  }
  ClipFacts many = moving(10, 30, false, false);
  many.cuts_s = {1, 2, 3, 4, 5};
  CHECK(says(advised(many).reasons, "The picture cuts at 1, 2, 3 s and 2 more"));
}

TEST_CASE("above four lengths every shot is held, without a look at its motion") {
  const Advice advice = advised(facts(3, Seconds(121, 10)));
  check(advice, "12", LipsyncMode::cut_off, /*hold=*/true);
  CHECK(says(advice.reasons, "5 times"));
}

TEST_CASE("with model mode lips bounce ends at the ratio 1.5") {
  check(advised(moving(4, 6, true, false), {}, ModelMode::lips), "7", LipsyncMode::bounce);
  check(advised(moving(4, 6, false, false), {}, ModelMode::lips), "10", LipsyncMode::bounce);
  const Advice looped = advised(moving(4, 7, true, true), {}, ModelMode::lips);
  check(looped, "7", LipsyncMode::loop);
  CHECK(says(looped.reasons, "Model mode lips"));
  CHECK(looped.seams_s == std::vector<Seconds>{4});
  const Advice held = advised(moving(4, 7, false, false), {}, ModelMode::lips);
  check(held, "10", LipsyncMode::cut_off, /*hold=*/true);
  CHECK(says(held.reasons, "1.5"));
  CHECK(says(held.reasons, "face or head"));
  check(advised(moving(4, 12, true, false), {}, ModelMode::lips), "11", LipsyncMode::cut_off, /*hold=*/true);
  const AdviceOptions stricter{.bounce_lips_only = Rational(11, 10)};
  const Advice slowed = advised(moving(5, 6, true, false), stricter, ModelMode::lips);
  check(slowed, "7", LipsyncMode::remap);
  CHECK(says(slowed.warnings, "1.2 times slower"));
}

TEST_CASE("the other model modes know no such limit") {
  for (const ModelMode mode : {ModelMode::face, ModelMode::head}) {
    check(advised(moving(4, 7, true, true), {}, mode), "7", LipsyncMode::bounce);
  }
}

TEST_CASE("the thresholds of the turns are configuration") {
  const AdviceOptions options{
      .remap_slow_down = Rational(11, 10), .remap_slow_down_warn = Rational(3, 2), .one_turn = 3, .many_turns = 5};
  CHECK(advised(facts(5, Seconds(11, 2)), options).rule == "6");
  CHECK(advised(moving(4, 6, false, false), options).rule == "9");
  CHECK(advised(moving(4, 12, false, false), options).rule == "10");
  CHECK(advised(moving(3, 15, true, false), options).rule == "11");
  CHECK(advised(facts(3, Seconds(1501, 100)), options).rule == "12");
}

TEST_CASE("a row that needs the motion of the picture fails when it was not measured") {
  try {
    (void)advised(facts(4, 6));
    FAIL("an advice without its facts");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::internal);
  }
}

TEST_CASE("an advice carries the prediction of all five modes") {
  const Advice advice = advised(facts(5, 4));
  REQUIRE(advice.alternatives.size() == 5);
  for (const Prediction& prediction : advice.alternatives) {
    const bool keeps_picture = prediction.lipsync_mode == LipsyncMode::silence;
    CHECK(prediction.frames == (keeps_picture ? 125 : 100));
  }
}

}  // namespace
}  // namespace react1
