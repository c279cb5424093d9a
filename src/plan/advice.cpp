// SPDX-License-Identifier: Apache-2.0
// The advice table: rows 0 to 12, the first that matches wins. Each row is one function that either answers or passes.
#include "plan/advice.hpp"

#include <fmt/format.h>

#include <array>
#include <optional>
#include <utility>

#include <react1/error.hpp>

#include "plan/plan_words.hpp"

namespace react1::planning {
namespace {

/// What the rows look at: v, a, d, r and `one` of the table.
struct Case {
  const ClipFacts& facts;
  const AdviceOptions& options;
  const ModelRules& rules;
  ModelMode model_mode{};
  Seconds v, a, d;
  Rational r;
  Seconds one;  ///< length of one frame
};

/// What a row decides; the rest of an Advice follows from it.
struct Decision {
  LipsyncMode mode{};
  std::vector<std::string> reasons{};
  std::vector<std::string> warnings{};
  bool hold = false;
};

using Row = std::optional<Decision> (*)(const Case&);

Decision choose(LipsyncMode mode, std::string reason) {
  return {.mode = mode, .reasons = {std::move(reason)}};
}

/// A hold still names a mode, for predictions: cut_off, the shortest output, which repeats nothing.
Decision hold(std::string reason) {
  return {.mode = LipsyncMode::cut_off, .reasons = {std::move(reason)}, .warnings = {}, .hold = true};
}

std::string lengths_of(const Case& c) {
  return fmt::format("the voice lasts {} s and the picture {} s (ratio {})", brief(c.a), brief(c.v), brief(c.r));
}

std::string percent(const Rational& share) {
  return brief(share * 100) + " %";
}

constexpr std::size_t cuts_named = 3;
constexpr const char* other_ways =
    "Take a longer clip, split the voice into shorter parts, or name a lipsync mode to pay anyway.";

// Row 0 ------------------------------------------------------------------------------------------------------------

std::optional<Decision> row_0_nothing_to_pay_for(const ClipFacts& facts, const AdviceOptions& options) {
  Decision decision = hold("");
  decision.reasons.clear();
  if (!facts.voice_found) {
    decision.reasons.push_back(
        fmt::format("No voice was found in the audio: nothing reaches {} dBFS or rises clearly above its background, "
                    "so there is no speech to move the lips to.",
                    options.voice_gate_dbfs));
  }
  if (facts.video_s < options.min_video_s) {
    decision.reasons.push_back(fmt::format("The video lasts {} s; below {} s there is too little to work on.",
                                           brief(facts.video_s), brief(options.min_video_s)));
  }
  if (facts.frames < options.min_frames) {
    decision.reasons.push_back(
        fmt::format("The video has {}; at least {} are needed.", counted(facts.frames, "frame"), options.min_frames));
  }
  if (decision.reasons.empty()) return std::nullopt;
  return decision;
}

// Rows 1 to 6 need no look at the picture ---------------------------------------------------------------------------

std::optional<Decision> row_1_equal(const Case& c) {
  if (abs(c.d) > c.one) return std::nullopt;
  return choose(LipsyncMode::cut_off,
                fmt::format("The lengths differ by {} s, no more than one frame ({} s), so all modes give the same.",
                            brief(abs(c.d)), brief(c.one)));
}

std::optional<Decision> row_2_keep_speech(const Case& c) {
  if (c.v <= c.a || c.options.goal != Goal::speech) return std::nullopt;
  Decision decision =
      choose(LipsyncMode::cut_off,
             fmt::format("The picture outlasts the voice by {} s; cut_off trims it to the voice, the one "
                         "trim that every description of the modes agrees on.",
                         brief(-c.d)));
  const Seconds tail = -c.d;
  if (tail > c.options.lost_tail_warn_s || tail > c.options.lost_tail_warn_share * c.v) {
    decision.warnings.push_back(
        fmt::format("The last {} s of the picture ({} of it) will be lost; goal \"picture\" would keep them.",
                    brief(tail), percent(tail / c.v)));
  }
  return decision;
}

std::optional<Decision> row_3_keep_picture(const Case& c) {
  if (c.v <= c.a || c.options.goal != Goal::picture) return std::nullopt;
  return choose(LipsyncMode::silence,
                fmt::format("The picture outlasts the voice by {} s; silence keeps the whole shot of {} s.",
                            brief(-c.d), brief(c.v)));
}

std::optional<Decision> row_4_keep_both(const Case& c) {
  if (c.v <= c.a || c.options.goal != Goal::both) return std::nullopt;
  const Rational speed_up = c.v / c.a;
  if (speed_up <= c.options.remap_speed_up) {
    return choose(LipsyncMode::remap,
                  fmt::format("Playing the picture {} times as fast fits it to the voice; up to {} times is hardly "
                              "noticed.",
                              brief(speed_up), brief(c.options.remap_speed_up)));
  }
  return choose(LipsyncMode::silence,
                fmt::format("The picture would have to play {} times as fast, above the {} that is hardly noticed; "
                            "silence keeps the voice and the whole shot of {} s.",
                            brief(speed_up), brief(c.options.remap_speed_up), brief(c.v)));
}

std::optional<Decision> row_5_only_silence_is_lost(const Case& c) {
  // A voice end that was not measured counts as the end of the audio: nothing is cut on a guess.
  const Seconds voice_end = c.facts.voice_end_s ? *c.facts.voice_end_s + c.options.voice_tail_s : c.a;
  if (voice_end > c.v + c.one) return std::nullopt;
  return choose(LipsyncMode::cut_off,
                fmt::format("The voice ends at {} s (tail of {} s included) and the picture at {} s, so cut_off loses "
                            "only silence and makes no seam.",
                            brief(voice_end), brief(c.options.voice_tail_s), brief(c.v)));
}

std::optional<Decision> row_6_slight_slow_down(const Case& c) {
  if (c.r > c.options.remap_slow_down) return std::nullopt;
  return choose(LipsyncMode::remap,
                fmt::format("Slowing the picture by the ratio {} (at most {}) keeps all speech without a seam.",
                            brief(c.r), brief(c.options.remap_slow_down)));
}

// Rows 7 to 11 need to know how the picture moves -------------------------------------------------------------------

struct Motion {
  bool is_static = false;
  bool loopable = false;
};

Motion motion(const Case& c) {
  if (!c.facts.is_static || !c.facts.loopable) {
    throw Error(ErrorCode::internal, "advice", "needs the motion of the picture, which was not measured",
                {.detail = lengths_of(c)});
  }
  return {.is_static = *c.facts.is_static, .loopable = *c.facts.loopable};
}

/// The instants at which a viewer may see the join.
std::string seam_times(const Case& c, LipsyncMode mode) {
  return instants(seams(c.facts, mode, c.rules));
}

/// What a viewer would see: a camera that moves is another thing than a picture that cuts.
std::string how_shot_moves(const Case& c) {
  if (c.facts.cuts_s.empty()) return "The shot moves";
  return "The picture cuts at " + instants(c.facts.cuts_s, cuts_named);
}

void warn_of_large_mismatch(const Case& c, Decision& decision) {
  if (c.r <= c.options.remap_slow_down_warn) return;
  decision.warnings.push_back(
      fmt::format("The voice is {} longer than the picture; the larger the difference, the more visible the repeated "
                  "motion. A clip of about {} s would be better.",
                  percent(c.r - 1), brief(c.a)));
}

/// Bounce, unless only the lips are redrawn and the ratio is above what turns of the whole head can hide:
/// then loop where it joins, a slow-down where it is slight enough, else hold.
Decision bounce_within_limits(const Case& c, std::string reason, const Motion& moves) {
  if (!keeps_head_motion(c.rules, c.model_mode) || c.r <= c.options.bounce_lips_only) {
    return choose(LipsyncMode::bounce, std::move(reason));
  }
  const std::string limit = fmt::format(
      "Model mode lips keeps the head motion of the source, so turns show most and bounce is used only up "
      "to the ratio {}, but {}",
      brief(c.options.bounce_lips_only), lengths_of(c));
  if (moves.loopable) {
    return choose(LipsyncMode::loop, limit + "; first and last frame are alike, so loop hides the seam.");
  }
  if (c.r <= c.options.remap_slow_down_warn) {
    Decision slower = choose(LipsyncMode::remap, limit + "; remap slows the picture down instead.");
    slower.warnings.push_back(fmt::format("The picture will play {} times slower, which may be visible.", brief(c.r)));
    return slower;
  }
  Decision held = hold(limit + ", and no other mode hides the difference.");
  held.reasons.emplace_back("Model mode face or head redraws more and tolerates turns. " + std::string(other_ways));
  return held;
}

std::optional<Decision> row_7_static(const Case& c) {
  if (c.r > c.options.one_turn || !motion(c).is_static) return std::nullopt;
  Decision decision = bounce_within_limits(c,
                                           fmt::format("The shot is static and {}, so one turn at {} makes no jump.",
                                                       lengths_of(c), seam_times(c, LipsyncMode::bounce)),
                                           motion(c));
  if (!decision.hold) warn_of_large_mismatch(c, decision);
  return decision;
}

std::optional<Decision> row_8_loopable(const Case& c) {
  if (c.r > c.options.one_turn || !motion(c).loopable) return std::nullopt;
  Decision decision =
      choose(LipsyncMode::loop, fmt::format("{}, so reversed motion would look wrong, but its first and last "
                                            "frame are alike; {}, so loop hides its seam at {}.",
                                            how_shot_moves(c), lengths_of(c), seam_times(c, LipsyncMode::loop)));
  warn_of_large_mismatch(c, decision);
  return decision;
}

std::optional<Decision> row_9_visible_slow_down(const Case& c) {
  if (c.r > c.options.remap_slow_down_warn) return std::nullopt;
  motion(c);
  Decision decision = choose(LipsyncMode::remap,
                             fmt::format("{} and its ends differ, so a turn or a jump would show; {}, and up to the "
                                         "ratio {} a slow-down without a seam is better.",
                                         how_shot_moves(c), lengths_of(c), brief(c.options.remap_slow_down_warn)));
  decision.warnings.push_back(fmt::format("The picture will play {} times slower, which may be visible.", brief(c.r)));
  return decision;
}

std::optional<Decision> row_10_least_bad(const Case& c) {
  if (c.r > c.options.one_turn) return std::nullopt;
  Decision decision = bounce_within_limits(
      c,
      fmt::format("{} and its ends differ, and {}: bounce{} is the least bad.", how_shot_moves(c), lengths_of(c),
                  c.rules.default_mode == LipsyncMode::bounce ? ", the service's own default," : ""),
      motion(c));
  if (decision.hold) return decision;
  if (decision.mode == LipsyncMode::bounce) {
    decision.warnings.push_back(
        fmt::format("Review the result: the motion runs backwards from {}.", seam_times(c, LipsyncMode::bounce)));
  }
  warn_of_large_mismatch(c, decision);
  return decision;
}

std::optional<Decision> row_11_many_turns(const Case& c) {
  if (c.r > c.options.many_turns) return std::nullopt;
  const Motion moves = motion(c);
  Decision decision;
  if (moves.is_static) {  // before loopable: a turn makes no jump at all, a loop one of several usual steps
    decision =
        bounce_within_limits(c, fmt::format("The shot is static and {}, so turns make no jump.", lengths_of(c)), moves);
  } else if (moves.loopable) {
    decision = choose(LipsyncMode::loop,
                      fmt::format("First and last frame are alike and {}, so loop hides its seams.", lengths_of(c)));
  } else {
    decision = hold(fmt::format("{}, its ends differ, and {}: it would turn at {}.", how_shot_moves(c), lengths_of(c),
                                seam_times(c, LipsyncMode::bounce)));
    decision.reasons.emplace_back(other_ways);
  }
  if (decision.hold) return decision;
  decision.warnings.push_back(
      fmt::format("Many turns: the same motion is seen again from {}; take a longer clip or "
                  "split the voice.",
                  seam_times(c, decision.mode)));
  warn_of_large_mismatch(c, decision);
  return decision;
}

std::optional<Decision> row_12_hold(const Case& c) {
  Decision decision = hold(fmt::format("The same motion would be seen {} times: {}, above the ratio {}.", c.r.ceil(),
                                       lengths_of(c), brief(c.options.many_turns)));
  decision.reasons.emplace_back(other_ways);
  return decision;
}

// Rows 1 to 6 and 12 decide without the picture; 7 to 11 are what advice_needs_motion() is about.
constexpr std::array rows_before_motion{row_1_equal,     row_2_keep_speech,          row_3_keep_picture,
                                        row_4_keep_both, row_5_only_silence_is_lost, row_6_slight_slow_down};
constexpr std::array motion_rows{row_7_static, row_8_loopable, row_9_visible_slow_down, row_10_least_bad,
                                 row_11_many_turns};

Case make_case(const ClipFacts& facts, const AdviceOptions& options, const ModelRules& rules, ModelMode model_mode) {
  if (facts.fps <= 0) {
    throw Error(ErrorCode::internal, "advice", "needs a frame rate above zero, got " + brief(facts.fps));
  }
  const Mismatch mismatch = measure_mismatch(facts.video_s, facts.audio_s);
  return {.facts = facts,
          .options = options,
          .rules = rules,
          .model_mode = model_mode,
          .v = facts.video_s,
          .a = facts.audio_s,
          .d = mismatch.delta_s,
          .r = mismatch.ratio,
          .one = Rational(1) / facts.fps};
}

/// What a row decides, if the model can do it.
std::optional<Decision> offered(Row row, const Case& c) {
  auto decision = row(c);
  if (decision && !decision->hold && find_timing(c.rules, decision->mode) == nullptr) return std::nullopt;
  return decision;
}

/// The row number and what it decides.
std::pair<int, Decision> first_match(const Case& c) {
  int number = 1;
  for (const Row row : rows_before_motion) {
    if (auto decision = offered(row, c)) return {number, *std::move(decision)};
    ++number;
  }
  if (c.r <= c.options.many_turns) {
    for (const Row row : motion_rows) {
      if (auto decision = offered(row, c)) return {number, *std::move(decision)};
      ++number;
    }
  }
  if (c.r > c.options.many_turns) return {12, *row_12_hold(c)};
  Decision none = hold(fmt::format("None of the model's modes fits: {}.", lengths_of(c)));
  none.reasons.emplace_back(other_ways);
  return {12, std::move(none)};
}

Advice make_advice(int row, Decision decision, const ClipFacts& facts, const ModelCase& of) {
  // Only a hold can name a mode that the model does not offer.
  if (find_timing(of.rules, decision.mode) == nullptr) decision.mode = of.rules.timings.front().mode;
  Advice advice{.lipsync_mode = decision.mode,
                .rule = std::to_string(row),
                .reasons = std::move(decision.reasons),
                .warnings = std::move(decision.warnings),
                .hold = decision.hold,
                .seams_s = seams(facts, decision.mode, of.rules),
                .alternatives = {}};
  for (const TimingRule& rule : of.rules.timings) {
    advice.alternatives.push_back(predict(facts, rule.mode, of.rules, of.price));
  }
  return advice;
}

}  // namespace

bool advice_needs_motion(const ClipFacts& facts, const AdviceOptions& options, const ModelRules& rules) {
  if (row_0_nothing_to_pay_for(facts, options)) return false;
  const Case c = make_case(facts, options, rules, ModelMode::face);
  for (const Row row : rows_before_motion) {
    if (offered(row, c)) return false;
  }
  return c.r <= options.many_turns;
}

Advice advise(const ClipFacts& facts, const AdviceOptions& options, const ModelCase& of) {
  if (auto nothing = row_0_nothing_to_pay_for(facts, options)) {
    return make_advice(0, *std::move(nothing), facts, of);
  }
  auto [row, decision] = first_match(make_case(facts, options, of.rules, of.mode));
  return make_advice(row, std::move(decision), facts, of);
}

}  // namespace react1::planning
