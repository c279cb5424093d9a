// SPDX-License-Identifier: Apache-2.0
#include "stages/prepare/drive_pair.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "core/log.hpp"
#include "media/stream/damage.hpp"
#include "stages/prepare/run_both.hpp"

namespace react1::stages {
namespace {

using planning::append;
using planning::Planned;
using planning::unwrap;

bool same_clip(const VideoPlan& a, const VideoPlan& b) {
  return a.action == b.action && a.start_s == b.start_s && a.end_s == b.end_s && a.frames == b.frames &&
         a.shows == b.shows;
}

bool same_clip(const AudioPlan& a, const AudioPlan& b) {
  return a.action == b.action && a.start_s == b.start_s && a.end_s == b.end_s && a.samples == b.samples &&
         a.treatment.silence_before_s == b.treatment.silence_before_s;
}

/// Missing colour tags are reported once: the warning about their treatment replaces the one about their absence.
void say_once(std::vector<Warning>& warnings) {
  const bool said = std::any_of(warnings.begin(), warnings.end(), [](const Warning& warning) {
    return warning.code == "color_untagged" || warning.code == "color_kept";
  });
  if (said) std::erase_if(warnings, [](const Warning& warning) { return warning.code == "untagged_color"; });
}

Planned<PlannedPair> join(Planned<PlannedPicture> picture, Planned<PlannedSound> sound) {
  append(sound.warnings, std::move(picture.warnings));
  return {{std::move(picture.value), std::move(sound.value)}, std::move(sound.warnings)};
}

/// Plans both clips and does `work` on both, the picture's on the caller's thread. A clip whose plan does not need the
/// other clip's does not wait for it.
Planned<PlannedPair> plan_and_do(const ProbedPair& probed, const PipelineOptions& options, Decoded decoded,
                                 const ClipWork& work, const RunContext& context) {
  const auto begin_work = [&work](const RunContext& here) {
    if (work.stage) here.observer->on_stage(*work.stage);
  };
  if (are_independent(options.prepare)) {
    auto [picture, sound] = run_both(
        context,
        [&](const RunContext& here) {
          Planned<PlannedPicture> planned = plan_picture(probed, options, decoded, here);
          begin_work(here);
          if (work.picture) work.picture(planned.value, here);
          return planned;
        },
        [&](const RunContext& there) {
          Planned<PlannedSound> planned = plan_sound(probed, options, decoded, there);
          if (work.sound) work.sound(planned.value, there);
          return planned;
        });
    return join(std::move(picture), std::move(sound));
  }
  Planned<PlannedPair> planned = plan_together(probed, options, decoded, context);
  if (!work.picture || !work.sound) return planned;
  begin_work(context);
  (void)run_both(
      context, [&](const RunContext& here) { work.picture(planned.value.picture, here); },
      [&](const RunContext& there) { work.sound(planned.value.sound, there); });
  return planned;
}

/// As plan_and_do(). Healthy clips are decoded once, by the work itself; where that meets damage, the window is
/// decoded, planned again around the damage, and the work done again on what has changed.
Planned<PlannedPair> plan_around_damage(const ProbedPair& probed, const PipelineOptions& options, const ClipWork& work,
                                        const RunContext& context) {
  Decoded damaged;
  const auto watched = [](const auto& its_work, bool& is_damaged) {
    return [&](const auto& planned, const RunContext& its_context) {
      try {
        its_work(planned, its_context);
      } catch (const media::DamageFound& found) {
        log::debug("prepare", fmt::format("searching for the undamaged part: {}", found.what()));
        is_damaged = true;
      }
    };
  };
  Planned<PlannedPair> planned = plan_and_do(probed, options, {},
                                             {.picture = watched(work.picture, damaged.picture),
                                              .sound = watched(work.sound, damaged.sound),
                                              .stage = work.stage},
                                             context);
  if (!damaged.picture && !damaged.sound) return planned;
  context.observer->on_stage(Stage::plan);
  Planned<PlannedPair> again = plan_and_do(probed, options, damaged, /*work=*/{}, context);
  if (work.stage) context.observer->on_stage(*work.stage);
  if (damaged.sound || !same_clip(again.value.sound.plan, planned.value.sound.plan)) {
    work.sound(again.value.sound, RunContext{.stop = context.stop, .job_id = context.job_id});
  }
  if (damaged.picture || !same_clip(again.value.picture.plan, planned.value.picture.plan)) {
    work.picture(again.value.picture, context);
  }
  return again;
}

}  // namespace

Planned<PlannedPair> plan_and_work(const Source& video, const Source& audio, const PipelineOptions& options,
                                   const ClipWork& work, const RunContext& context) {
  context.observer->on_stage(Stage::probe);
  std::vector<Warning> warnings;
  const ProbedPair probed = unwrap(probe_pair(video, audio, options, context), warnings);
  context.observer->on_stage(Stage::plan);
  PlannedPair pair = unwrap(plan_around_damage(probed, options, work, context), warnings);
  say_once(warnings);
  return {std::move(pair), std::move(warnings)};
}

}  // namespace react1::stages
