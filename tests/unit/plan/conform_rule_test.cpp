// SPDX-License-Identifier: Apache-2.0
// Which fitting is chosen for a pair, how many frames it gives, and what that does to the plan.
#include "plan/conform_rule.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include <react1/error.hpp>

#include "plan/encode_plan.hpp"
#include "unit/plan/media_facts.hpp"

namespace react1::planning {
namespace {

struct Pair {
  ClipFacts facts;
  PrepareOptions options;
  AdviceOptions advice{};
  bool keeps_head_motion = false;
  std::vector<Warning> warnings{};

  Pair(Conform asked, Seconds v, Seconds a, const Rational& fps = 25) {
    options.conform = asked;
    facts.fps = fps;
    facts.frames = (v * fps).floor();
    facts.video_s = facts.frames / fps;
    facts.audio_s = a;
    facts.voice_end_s = a;
  }
  Pair& moving(bool is_static, bool loopable) {
    facts.is_static = is_static;
    facts.loopable = loopable;
    return *this;
  }
  [[nodiscard]] FitCase fit_case() const { return {facts, options, advice, keeps_head_motion}; }
  Conformed fit() { return unwrap(choose_fit(fit_case(), "presenter.mp4"), warnings); }
};

constexpr auto automatic = Conform::automatic;

TEST_CASE("a fitted video has round(voice x rate) frames, within the limit") {
  CHECK(fitted_frames(Seconds(864, 100), 24, 15) == 207);
  CHECK(fitted_frames(Seconds(174, 100), 24, 15) == 42);
  CHECK(fitted_frames(Seconds(1, 1000), 24, 15) == 1);
  CHECK(fitted_frames(15, Rational(30000, 1001), 15) == 449);
  CHECK(fitted_frames(15, 30, 15) == 450);
}

TEST_CASE("where the limit takes a frame, the record contains it") {
  const Conformed fit = Pair(Conform::hold, 6, 15, Rational(30000, 1001)).fit();
  CHECK(fit.frames == 449);
  CHECK(fit.reasons.back().find("450 frames, of which 449 fit into 15 s") != std::string::npos);
}

TEST_CASE("a cut of a video that is too short is an error that names the ways that fit") {
  try {
    (void)Pair(Conform::cut, 6, 7).fit();
    FAIL("nothing was thrown");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::media);
    CHECK(std::string(error.what()).find("150 frames and the voice needs 175") != std::string::npos);
    CHECK(error.hint().find("--conform auto, hold, bounce or remap") != std::string::npos);
  }
}

TEST_CASE("a video that is too long is cut by every way but remap") {
  for (const Conform asked : {Conform::cut, Conform::hold, Conform::bounce, automatic}) {
    CHECK(Pair(asked, 7, 6).fit().done == Conform::cut);
  }
  CHECK(Pair(Conform::remap, 7, 6).fit().done == Conform::remap);
}

TEST_CASE("the way that was asked for is taken, whatever the picture does") {
  for (const Conform asked : {Conform::hold, Conform::bounce, Conform::remap}) {
    Pair pair(asked, 3, 14);
    const Conformed fit = pair.fit();
    CHECK(fit.done == asked);
    CHECK(fit.asked == asked);
    CHECK(fit.frames_before == 75);
    CHECK(fit.frames == 350);
    CHECK_FALSE(fit.reasons.empty());
  }
}

TEST_CASE("automatic: the goal decides what happens to a picture that is too long") {
  Pair pair(automatic, 8, 6);
  pair.advice.goal = Goal::picture;
  CHECK(pair.fit().done == Conform::off);
  CHECK(pair.fit().frames == 200);
  pair.advice.goal = Goal::both;
  CHECK(pair.fit().done == Conform::off);
  Pair near(automatic, Seconds(62, 10), 6);
  near.advice.goal = Goal::both;
  CHECK(near.fit().done == Conform::remap);
}

TEST_CASE("automatic: a slow-down that is hardly noticed comes first, then turns of a static shot") {
  CHECK(Pair(automatic, 6, Seconds(63, 10)).fit().done == Conform::remap);
  CHECK(Pair(automatic, 6, Seconds(64, 10)).moving(true, false).fit().done == Conform::bounce);
  Pair long_voice = Pair(automatic, 3, 10).moving(true, false);
  CHECK(long_voice.fit().done == Conform::bounce);
  CHECK_FALSE(long_voice.warnings.empty());
}

TEST_CASE("automatic: a moving shot is held when only silence is left, else it is slowed down, else it turns") {
  Pair silent_tail = Pair(automatic, 6, 10).moving(false, false);
  silent_tail.facts.voice_end_s = Seconds(58, 10);
  CHECK(silent_tail.fit().done == Conform::hold);
  Pair slower = Pair(automatic, 6, Seconds(72, 10)).moving(false, false);
  CHECK(slower.fit().done == Conform::remap);
  CHECK_FALSE(slower.warnings.empty());
  Pair turning = Pair(automatic, 6, 10).moving(false, false);
  CHECK(turning.fit().done == Conform::bounce);
  CHECK_FALSE(turning.warnings.empty());
}

TEST_CASE("automatic leaves a pair alone where the advice would loop or hold") {
  CHECK(Pair(automatic, 6, 10).moving(false, true).fit().done == Conform::off);
  CHECK(Pair(automatic, 4, 10).moving(false, false).fit().done == Conform::off);
  CHECK(Pair(automatic, 2, 10).fit().done == Conform::off);
  Pair lips = Pair(automatic, 4, 8).moving(true, false);
  lips.keeps_head_motion = true;
  CHECK(lips.fit().done == Conform::off);
}

TEST_CASE("voice and picture are only looked at where the choice depends on them") {
  const auto needs = [](const Pair& pair) {
    const FitNeeds found = fit_needs(pair.fit_case());
    return std::string(found.voice ? "voice " : "") + (found.motion ? "motion" : "");
  };
  CHECK(needs(Pair(automatic, 7, 6)).empty());
  CHECK(needs(Pair(automatic, 6, Seconds(62, 10))).empty());
  CHECK(needs(Pair(automatic, 6, 10)) == "voice motion");
  CHECK(needs(Pair(automatic, 2, 10)) == "voice ");
  CHECK(needs(Pair(Conform::bounce, 6, 10)) == "voice ");
  CHECK(needs(Pair(Conform::bounce, 7, 6)).empty());
  CHECK(needs(Pair(Conform::hold, 6, 10)).empty());
  CHECK(needs(Pair(Conform::remap, 6, 10)).empty());
}

TEST_CASE("a bounce reports how many of its turns are in a pause") {
  Conformed fit = Pair(Conform::bounce, 4, 6).fit();
  const FrameOrder order = arrange(fit, 25, {{Seconds(34, 10), Seconds(38, 10)}}, 1);
  CHECK(order.in_pauses == 1);
  CHECK(fit.seams_s == std::vector<Seconds>{Seconds(36, 10)});
  CHECK(fit.reasons.back().find("1 of 1 turn in a pause") != std::string::npos);
}

// What the order does to the plan -----------------------------------------------------------------------------------

VideoPlan fitted(FrameOrder order, const PrepareOptions& options = {}) {
  const MediaInfo info = test::clean_video(25, 150);
  VideoPlan plan = lay_out_video(info, options).value;
  fit_video(plan, std::move(order));
  choose_action(plan, info, options);
  return plan;
}

TEST_CASE("a video that fits already goes through as it is") {
  const VideoPlan plan = fitted(order_hold({150, 150, 25}));
  CHECK(plan.action == ClipAction::passthrough);
  CHECK(plan.shows.empty());
}

TEST_CASE("cut to the voice, a video can still be copied, but only frame for frame") {
  VideoPlan plan = fitted(order_cut({150, 125, 25}));
  CHECK(plan.action == ClipAction::cut);
  CHECK(plan.frames == 125);
  CHECK(plan.end_s == 5);
  VideoPlan exact = plan;
  apply_cut_limits(exact, 125, "", {}, "presenter.mp4");
  CHECK(exact.action == ClipAction::cut);
  apply_cut_limits(plan, 124, "", {}, "presenter.mp4");
  CHECK(plan.action == ClipAction::transcode);
  CHECK(plan.frames == 125);
}

TEST_CASE("another order of frames is encoded, and the reasons say why") {
  for (FrameOrder order :
       {order_hold({150, 175, 25}), order_remap({150, 175, 25}), order_bounce({150, 175, 25}, {}, 1)}) {
    const VideoPlan plan = fitted(std::move(order));
    CHECK(plan.action == ClipAction::transcode);
    CHECK(plan.frames == 175);
    CHECK(plan.shows.size() == 175);
    CHECK(plan.end_s == 6);
    REQUIRE_FALSE(plan.reasons.empty());
    CHECK(plan.reasons.front().find("Fitting the picture to the voice") != std::string::npos);
  }
}

TEST_CASE("what is never shown is no part of the window") {
  const VideoPlan plan = fitted(order_bounce({150, 175, 25}, {{Seconds(54, 10), Seconds(56, 10)}}, 1));
  CHECK(plan.end_s == Seconds(552, 100));
}

TEST_CASE("a fitting that encodes and --reencode never contradict each other, and the hint names both ways out") {
  const PrepareOptions options{.reencode = ReencodePolicy::never, .conform = Conform::hold};
  CHECK(fitted(order_cut({150, 125, 25}), options).action == ClipAction::cut);
  try {
    (void)fitted(order_hold({150, 175, 25}), options);
    FAIL("nothing was thrown");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::media);
    CHECK(error.hint() == "use --reencode auto or --conform off");
  }
}

}  // namespace
}  // namespace react1::planning
