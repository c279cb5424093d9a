// SPDX-License-Identifier: Apache-2.0
// What must hold for every pair of lengths, not for chosen ones.
#include <doctest/doctest.h>

#include <array>
#include <optional>
#include <string>
#include <vector>

#include <react1/error.hpp>
#include <react1/plan.hpp>

#include "models/registry.hpp"
#include "plan/advice.hpp"

namespace react1 {
namespace {

struct Sample {
  ClipFacts facts;
  AdviceOptions options;
};

/// Lengths from 0.2 s to 15 s around every threshold, three rates, three goals, early and late voice ends.
std::vector<Sample> grid() {
  std::vector<Sample> samples;
  const std::array<Rational, 3> rates{25, Rational(24000, 1001), 30};
  const std::array ratios{Rational(1, 5),   Rational(19, 20),   Rational(1),    Rational(101, 100),
                          Rational(21, 20), Rational(211, 200), Rational(5, 4), Rational(251, 200),
                          Rational(3, 2),   Rational(301, 200), Rational(2),    Rational(401, 200),
                          Rational(4),      Rational(801, 200), Rational(15)};
  for (const Rational& fps : rates) {
    for (std::int64_t frames = 1; frames <= (fps * 15).floor(); frames += 23) {
      for (const Rational& ratio : ratios) {
        for (const Goal goal : {Goal::speech, Goal::picture, Goal::both}) {
          for (const std::optional<Rational>& voiced :
               {std::optional<Rational>(), std::optional(Rational(1, 3)), std::optional(Rational(1))}) {
            Sample sample;
            sample.facts.video_s = Rational(frames) / fps;
            sample.facts.audio_s = sample.facts.video_s * ratio;
            sample.facts.fps = fps;
            sample.facts.frames = frames;
            sample.facts.sample_rate = 48000;
            sample.facts.voice_found = voiced.has_value();
            if (voiced) sample.facts.voice_end_s = sample.facts.audio_s * *voiced;
            sample.options.goal = goal;
            samples.push_back(sample);
          }
        }
      }
    }
  }
  return samples;
}

constexpr std::array model_modes{ModelMode::lips, ModelMode::face, ModelMode::head};

bool reaches_motion(const Sample& sample, ModelMode mode) {
  try {
    (void)advise(sample.facts, mode, sample.options, Price{});
    return false;
  } catch (const Error& error) {
    REQUIRE(error.code() == ErrorCode::internal);
    return true;
  }
}

TEST_CASE("the motion is asked for exactly when a row that needs it is reached") {
  int needed = 0;
  int spared = 0;
  for (const Sample& sample : grid()) {
    const bool asked = advice_needs_motion(sample.facts, sample.options);
    for (const ModelMode mode : model_modes) REQUIRE(reaches_motion(sample, mode) == asked);
    (asked ? needed : spared) += 1;
  }
  CHECK(needed > 1000);
  CHECK(spared > 1000);
}

TEST_CASE("with the motion measured every pair gets an advice with a row, reasons and five predictions") {
  std::array<int, 13> seen{};
  for (Sample sample : grid()) {
    for (const bool is_static : {false, true}) {
      for (const bool loopable : {false, true}) {
        sample.facts.is_static = is_static;
        sample.facts.loopable = loopable;
        for (const ModelMode mode : model_modes) {
          const Advice advice = advise(sample.facts, mode, sample.options, Price{});
          const int row = std::stoi(advice.rule);
          REQUIRE(row >= 0);
          REQUIRE(row <= 12);
          seen.at(static_cast<std::size_t>(row)) += 1;
          REQUIRE_FALSE(advice.reasons.empty());
          REQUIRE(advice.alternatives.size() == 5);
          if (advice.hold) REQUIRE((row == 0 || row == 7 || row == 10 || row == 11 || row == 12));
        }
      }
    }
  }
  for (const int times : seen) CHECK(times > 0);
}

TEST_CASE("seams are at whole multiples of the picture's length, before the end of the voice") {
  for (const Sample& sample : grid()) {
    const ClipFacts& facts = sample.facts;
    for (const LipsyncMode mode : {LipsyncMode::bounce, LipsyncMode::loop}) {
      const auto seams = planning::seams(facts, mode, models::standard().rules);
      REQUIRE(static_cast<std::int64_t>(seams.size()) ==
              std::max<std::int64_t>(0, (facts.audio_s / facts.video_s).ceil() - 1));
      for (std::size_t k = 0; k < seams.size(); ++k) {
        REQUIRE(seams[k] == facts.video_s * static_cast<std::int64_t>(k + 1));
        REQUIRE(seams[k] < facts.audio_s);
      }
    }
    REQUIRE(planning::seams(facts, LipsyncMode::remap, models::standard().rules).empty());
  }
}

}  // namespace
}  // namespace react1
