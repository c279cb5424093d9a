// SPDX-License-Identifier: Apache-2.0
#include "stages/prepare/conform_pair.hpp"

#include <utility>

#include "media/picture/frame_window.hpp"
#include "media/picture/motion.hpp"
#include "media/sound/audio_analysis.hpp"
#include "models/registry.hpp"
#include "plan/advice.hpp"
#include "plan/conform_rule.hpp"
#include "plan/encode_plan.hpp"
#include "plan/speech_track.hpp"
#include "stages/common/clip_facts.hpp"
#include "stages/prepare/sound_report.hpp"

namespace react1::stages {

namespace {

/// The pauses before the first and after the last word are usable for turns too.
std::vector<planning::Pause> pauses_between(const Speech& speech, const Seconds& length_s) {
  std::vector<planning::Pause> pauses;
  Seconds behind;
  for (const SpeechSegment& segment : speech.segments) {
    if (segment.start_s > behind) pauses.push_back({behind, segment.start_s});
    behind = segment.end_s;
  }
  if (length_s > behind) pauses.push_back({behind, length_s});
  return pauses;
}

}  // namespace

planning::Planned<FittedVideo> conform_video(VideoPlan plan, const ConformCase& of, const RunContext& context) {
  const PrepareOptions& prepare = of.options.prepare;
  ClipFacts facts;
  facts.fps = plan.fps;
  facts.frames = plan.frames;
  facts.video_s = Rational(plan.frames) / plan.fps;
  facts.audio_s = of.voice_s;
  facts.sample_rate = of.voice.sample_rate;
  const planning::FitCase fit_case{.facts = facts,
                                   .options = prepare,
                                   .advice = of.options.advice,
                                   .keeps_head_motion = planning::keeps_head_motion(
                                       models::at(of.options.endpoint).rules, of.options.parameters.model_mode)};
  const planning::FitNeeds needs = planning::fit_needs(fit_case);
  std::vector<planning::Pause> pauses;
  if (needs.voice) {
    const media::AudioAnalysis analysis =
        media::analyze_planned(of.audio, as_delivered(of.voice), {.levels = false}, context);
    const Speech speech = planning::describe_speech(
        planning::track_speech(analysis.blocks, of.options.advice.voice_gate_dbfs), of.voice_s);
    add_speech(facts, speech);
    pauses = pauses_between(speech, of.voice_s);
  }
  if (needs.motion) {
    add_motion(facts, media::analyze_motion(of.video.source, plan.stream_index, plan.start_s,
                                            plan.start_s + facts.video_s, of.options.advice, of.video.limits, context,
                                            media::picture_origin(of.video.info.video.value())));
  }
  std::vector<Warning> warnings;
  Conformed fit = unwrap(planning::choose_fit(fit_case, of.video.source.name()), warnings);
  if (fit.done != Conform::off) {
    planning::fit_video(plan, planning::arrange(fit, plan.fps, pauses, prepare.conform_turn_reach_s));
  }
  return {{std::move(plan), std::move(fit)}, std::move(warnings)};
}

std::int64_t frames_needed(const Seconds& voice_s, const Rational& fps, const PipelineOptions& options) {
  return planning::fitted_frames(voice_s, fps, options.prepare.max_duration_s);
}

}  // namespace react1::stages
