// SPDX-License-Identifier: Apache-2.0
#include "plan/conform_rule.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include <react1/error.hpp>

#include "plan/plan_words.hpp"

namespace react1::planning {
namespace {

constexpr const char* warning_code = "conform";

std::int64_t wanted(const FitCase& of) {
  return fitted_frames(of.facts.audio_s, of.facts.fps, of.options.max_duration_s);
}

Rational ratio(const FitCase& of) {
  return of.facts.audio_s / of.facts.video_s;
}

bool too_short(const FitCase& of) {
  return of.facts.frames < wanted(of);
}

std::string lengths(const FitCase& of) {
  return fmt::format("the voice lasts {} s and the picture {} s (ratio {})", brief(of.facts.audio_s),
                     brief(of.facts.video_s), brief(ratio(of)));
}

/// Only the silence after the last word is past the picture's end.
bool only_silence_is_left(const FitCase& of) {
  if (!of.facts.voice_end_s) return false;
  return *of.facts.voice_end_s + of.advice.voice_tail_s <= of.facts.video_s + 1 / of.facts.fps;
}

std::string how_it_moves(const FitCase& of) {
  if (of.facts.cuts_s.empty()) return "The shot moves";
  return "The picture cuts at " + instants(of.facts.cuts_s, /*most=*/3);
}

bool moves_unknown(const FitCase& of) {
  return !of.facts.is_static || !of.facts.loopable;
}

/// How often the same motion may be shown.
Rational bounce_limit(const FitCase& of, const Rational& otherwise) {
  return of.keeps_head_motion ? std::min(of.advice.bounce_lips_only, otherwise) : otherwise;
}

struct Choice {
  Conform done;
  std::string reason;
  std::string warning;
};

/// The picture is long enough: the goal decides about its tail.
Choice shorten(const FitCase& of) {
  const Rational speed_up = 1 / ratio(of);
  switch (of.advice.goal) {
    case Goal::speech:
      break;
    case Goal::picture:
      return {Conform::off, "The goal is the whole picture, which any fitting to the shorter voice would cut.", {}};
    case Goal::both:
      if (speed_up <= of.advice.remap_speed_up) {
        return {Conform::remap,
                fmt::format("Playing the picture {} times as fast keeps all of it; up to {} times is hardly noticed.",
                            brief(speed_up), brief(of.advice.remap_speed_up)),
                {}};
      }
      return {
          Conform::off,
          fmt::format("The goal is all of the picture too, and it would have to play {} times as fast, above the {} "
                      "that is hardly noticed.",
                      brief(speed_up), brief(of.advice.remap_speed_up)),
          {}};
  }
  return {Conform::cut, "The picture is long enough, so it is cut where the voice ends.", {}};
}

/// The picture is too short: its motion decides.
Choice by_motion(const FitCase& of) {
  const Rational r = ratio(of);
  const AdviceOptions& advice = of.advice;
  if (moves_unknown(of)) throw Error(ErrorCode::internal, "conform", "the motion of the picture was not measured");
  if (*of.facts.is_static && r <= bounce_limit(of, advice.many_turns)) {
    return {Conform::bounce, fmt::format("The shot is static and {}, so turns make no jump.", lengths(of)),
            r > advice.one_turn ? "The same motion is seen more than twice; a longer clip would be better." : ""};
  }
  if (only_silence_is_left(of)) {
    return {Conform::hold, "The voice ends within the picture, so the held frame covers only silence.", {}};
  }
  if (r <= advice.remap_slow_down_warn) {
    return {Conform::remap,
            fmt::format("{}, so a turn would show; {}, and up to the ratio {} a slow-down is better.", how_it_moves(of),
                        lengths(of), brief(advice.remap_slow_down_warn)),
            fmt::format("The picture plays {} times slower, which may be visible.", brief(r))};
  }
  if (*of.facts.loopable) {
    return {Conform::off,
            how_it_moves(of) + ", but its ends are alike: a loop hides its seam better than any fitting.",
            {}};
  }
  if (r <= bounce_limit(of, advice.one_turn)) {
    return {Conform::bounce, fmt::format("{}, and {}: a bounce is the least visible.", how_it_moves(of), lengths(of)),
            "Review the result: the motion runs backwards after each turn."};
  }
  return {Conform::off, fmt::format("Nothing hides the difference: {}.", lengths(of)), {}};
}

/// See docs/advice.md, "Conform".
Choice automatic(const FitCase& of) {
  if (!too_short(of)) return shorten(of);
  if (ratio(of) <= of.advice.remap_slow_down) {
    return {Conform::remap,
            fmt::format("Slowing the picture by the ratio {} (at most {}) makes no seam and is hardly noticed.",
                        brief(ratio(of)), brief(of.advice.remap_slow_down)),
            {}};
  }
  if (ratio(of) > of.advice.many_turns) {
    if (only_silence_is_left(of)) {
      return {Conform::hold, "The voice ends within the picture, so the held frame covers only silence.", {}};
    }
    return {Conform::off, fmt::format("Nothing hides the difference: {}.", lengths(of)), {}};
  }
  return by_motion(of);
}

Choice as_asked(const FitCase& of, const std::string& video_path) {
  const Conform asked = of.options.conform;
  if (asked == Conform::automatic) return automatic(of);
  if (asked == Conform::cut && too_short(of)) {
    throw Error(
        ErrorCode::media, video_path,
        fmt::format("can't be cut to the voice: it has {} and the voice needs {}", counted(of.facts.frames, "frame"),
                    wanted(of)),
        {.detail = lengths(of), .hint = "use --conform auto, hold, bounce or remap, or take less of the voice"});
  }
  if (asked == Conform::remap || too_short(of)) {
    return {asked, fmt::format("{} was asked for.", to_string(asked)), {}};
  }
  return {Conform::cut, "The picture is long enough, so it is cut where the voice ends.", {}};
}

void explain_count(const FitCase& of, Conformed& fit) {
  const std::int64_t unlimited = (of.facts.audio_s * of.facts.fps).round();
  if (fit.frames >= unlimited) return;
  fit.reasons.push_back(fmt::format("The voice rounds to {}, of which {} fit into {} s.", counted(unlimited, "frame"),
                                    fit.frames, brief(of.options.max_duration_s)));
}

}  // namespace

std::int64_t fitted_frames(const Seconds& voice, const Rational& fps, const Seconds& limit) {
  return std::max<std::int64_t>(1, std::min((voice * fps).round(), (limit * fps).floor()));
}

FitNeeds fit_needs(const FitCase& of) {
  const Conform asked = of.options.conform;
  const bool is_automatic = asked == Conform::automatic;
  if (!too_short(of) || (!is_automatic && asked != Conform::bounce)) return {};
  if (!is_automatic) return {.voice = true};
  const Rational r = ratio(of);
  if (r <= of.advice.remap_slow_down) return {};
  return {.voice = true, .motion = r <= of.advice.many_turns};
}

Planned<Conformed> choose_fit(const FitCase& of, const std::string& video_path) {
  Conformed fit;
  std::vector<Warning> warnings;
  fit.asked = of.options.conform;
  fit.frames_before = of.facts.frames;
  fit.frames = wanted(of);
  if (fit.frames == fit.frames_before) {
    fit.done = fit.asked == Conform::automatic ? Conform::cut : fit.asked;
    fit.reasons.push_back(fmt::format("The picture has the {} of the voice already.", counted(fit.frames, "frame")));
  } else {
    Choice choice = as_asked(of, video_path);
    fit.done = choice.done;
    fit.reasons.push_back(std::move(choice.reason));
    if (!choice.warning.empty()) warnings.push_back({warning_code, std::move(choice.warning)});
  }
  if (fit.done == Conform::off) {
    fit.frames = fit.frames_before;
  } else {
    explain_count(of, fit);
  }
  return {std::move(fit), std::move(warnings)};
}

FrameOrder arrange(Conformed& fit, const Rational& fps, const std::vector<Pause>& pauses, const Seconds& reach) {
  const FrameCount count{.window = fit.frames_before, .wanted = fit.frames, .fps = fps};
  FrameOrder order;
  switch (fit.done) {
    case Conform::off:
    case Conform::cut:
    case Conform::automatic:
      order = order_cut(count);
      break;
    case Conform::hold:
      order = order_hold(count);
      break;
    case Conform::remap:
      order = order_remap(count);
      break;
    case Conform::bounce:
      order = order_bounce(count, pauses, reach);
      if (!order.seams_s.empty() && fit.frames_before > 1) {
        fit.reasons.push_back(fmt::format(
            "{} of {} in a pause of the speech, which may be {} s before the end of the clip.", order.in_pauses,
            counted(static_cast<std::int64_t>(order.seams_s.size()), "turn"), brief(reach)));
      }
      break;
  }
  fit.seams_s = order.seams_s;
  return order;
}

}  // namespace react1::planning
