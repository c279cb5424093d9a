// SPDX-License-Identifier: Apache-2.0
#include "stages/prepare/preprocess.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <react1/error.hpp>
#include <react1/json.hpp>
#include <system_error>
#include <utility>

#include "core/atomic_file.hpp"
#include "core/boundary.hpp"
#include "media/make/make_clip.hpp"
#include "media/picture/frame_window.hpp"
#include "media/picture/motion.hpp"
#include "media/sound/audio_analysis.hpp"
#include "media/stream/within_reason.hpp"
#include "models/registry.hpp"
#include "plan/advice.hpp"
#include "plan/model_limits.hpp"
#include "stages/common/clip_facts.hpp"
#include "stages/prepare/drive_pair.hpp"
#include "stages/prepare/sound_report.hpp"

namespace react1::stages {
namespace fs = std::filesystem;
namespace {

using planning::append;
using planning::unwrap;

/// Where motion is measured: the made clip, or the window of the source.
struct Look {
  Source video;
  int stream = 0;
  Seconds start_s;
  std::optional<Seconds> origin_s{};  ///< where `start_s` counts from, on the file's timeline; nullopt: its first frame
};

Look look_at(const PlannedPicture& picture) {
  return {picture.input.source, picture.plan.stream_index, picture.plan.start_s,
          media::picture_origin(*picture.input.info.video)};
}

PreparedClip describe(const VideoPlan& plan, const MediaInfo& info) {
  PreparedClip clip;
  clip.action = plan.action;
  clip.reasons = plan.reasons;
  clip.duration_s = Rational(plan.frames) / plan.fps;
  clip.window_start_s = plan.start_s;
  clip.window_end_s = std::min(plan.end_s, plan.start_s + clip.duration_s);
  const bool copied = plan.action != ClipAction::transcode;
  clip.video = PreparedClip::Video{plan.frames, plan.fps, plan.width,
                                   plan.height, "h264",   copied && info.video ? info.video->pix_fmt : "yuv420p"};
  return clip;
}

PreparedClip describe(const AudioPlan& plan) {
  PreparedClip clip;
  clip.action = plan.action;
  clip.reasons = plan.reasons;
  clip.duration_s = Rational(plan.samples, plan.sample_rate);
  clip.window_start_s = plan.start_s;
  clip.window_end_s = std::min(plan.end_s, plan.start_s + clip.duration_s);
  clip.audio = PreparedClip::Audio{plan.samples, plan.sample_rate, plan.channels, "mp3"};
  return clip;
}

/// Fills mismatch, advice and prediction from the two clips of `preparation`.
void advise_on(Preparation& preparation, const Look& look, const PipelineOptions& options, const RunContext& context) {
  ClipFacts facts = measured_facts(preparation.video, preparation.audio);
  preparation.mismatch = measure_mismatch(facts.video_s, facts.audio_s);
  add_speech(facts, preparation.speech.value());
  const ModelRules& rules = models::at(options.endpoint).rules;
  if (planning::advice_needs_motion(facts, options.advice, rules)) {
    add_motion(facts, media::analyze_motion(look.video, look.stream, look.start_s, look.start_s + facts.video_s,
                                            options.advice, options.prepare.source, context, look.origin_s));
  }
  preparation.advice = planning::advise(
      facts, options.advice, {.rules = rules, .mode = options.parameters.model_mode, .price = options.price});
  preparation.prediction =
      planning::predict(facts, chosen_mode(options.parameters, preparation.advice), rules, options.price);
  preparation.price = options.price;
}

void report(const Preparation& preparation, const RunContext& context) {
  for (const Warning& warning : preparation.warnings) {
    context.observer->on_note({Note::Level::warning, warning.code, warning.message});
  }
  for (const std::string& warning : preparation.advice.warnings) {
    context.observer->on_note({Note::Level::warning, "advice", warning});
  }
}

Preparation plan_from(const Source& video, const Source& audio, const PipelineOptions& options,
                      const RunContext& context) {
  VideoPlan checked;
  media::AudioAnalysis analysis;
  const ClipWork check{
      .picture = [&](const PlannedPicture& picture,
                     const RunContext& here) { checked = media::check_video(picture.input, picture.plan, here); },
      .sound =
          [&](const PlannedSound& sound, const RunContext& there) {
            analysis = media::analyze_planned(sound.input, as_delivered(sound.plan), media::AnalysisOptions{}, there);
          }};
  Preparation preparation;
  const PlannedPair planned = unwrap(plan_and_work(video, audio, options, check, context), preparation.warnings);
  preparation.video = describe(checked, planned.picture.input.info);
  preparation.audio = describe(planned.sound.plan);
  preparation.conform = planned.picture.conformed;
  report_sound(preparation, analysis, planned.sound.offset, planned.sound.clipped_samples, options);
  advise_on(preparation, look_at(planned.picture), options, context);
  report(preparation, context);
  return preparation;
}

Preparation make_from(const Source& video, const Source& audio, const fs::path& directory,
                      const PipelineOptions& options, const RunContext& context, const ClipMade& made) {
  const auto tell = [&made](const PreparedClip& clip) {
    if (made) made(clip);
  };
  const Seconds limit = options.prepare.max_duration_s;
  const bool take = options.prepare.same_take;  // damage in one clip changes the other
  Preparation preparation;
  media::AudioAnalysis analysis;
  const auto make_picture = [&](const PlannedPicture& picture, const RunContext& here) {
    preparation.video = media::make_video(picture.input, picture.plan, directory / "video.mp4", limit, here);
    if (!picture.conformed && !take) tell(preparation.video);  // else the made voice may require another one
  };
  const auto make_sound = [&](const PlannedSound& sound, const RunContext& there) {
    preparation.audio = media::make_audio(sound.input, sound.plan, directory / "audio.mp3", limit, there);
    analysis =
        media::analyze_clip(preparation.audio.path, preparation.audio.audio.value(), media::AnalysisOptions{}, there);
    if (!take) tell(preparation.audio);
  };
  PlannedPair planned =
      unwrap(plan_and_work(video, audio, options,
                           {.picture = make_picture, .sound = make_sound, .stage = Stage::prepare}, context),
             preparation.warnings);
  if (auto again = fit_again(planned, preparation.audio.duration_s, options, context)) {
    planned.picture = std::move(*again);
    make_picture(planned.picture, context);
  }
  if (planned.picture.conformed || take) tell(preparation.video);
  if (take) tell(preparation.audio);
  preparation.conform = planned.picture.conformed;
  for (const PreparedClip* clip : {&preparation.video, &preparation.audio})
    append(preparation.warnings, clip->warnings);
  report_sound(preparation, analysis, planned.sound.offset, planned.sound.clipped_samples, options);
  advise_on(preparation, {preparation.video.path, /*stream=*/0, Seconds(0)}, options, context);
  report(preparation, context);
  return preparation;
}

}  // namespace

PipelineOptions for_its_model(const PipelineOptions& options) {
  const std::vector<std::string> problems = options.validate();
  if (!problems.empty()) throw Error(ErrorCode::usage, "options", fmt::format("{}", fmt::join(problems, "; ")));
  const ModelRules& rules = models::at(options.endpoint).rules;
  if (options.parameters.lipsync_mode) planning::require_offered(rules, *options.parameters.lipsync_mode);
  return planning::for_model(options, rules, models::standard().rules);
}

LipsyncMode chosen_mode(const RequestedParameters& requested, const Advice& advice) {
  return requested.lipsync_mode.value_or(advice.lipsync_mode);
}

Preparation plan_clips(const Source& video, const Source& audio, const PipelineOptions& options,
                       const RunContext& context) {
  return media::within_reason("one of the clips", [&] { return plan_from(video, audio, options, context); });
}

Preparation make_clips(const Source& video, const Source& audio, const fs::path& directory,
                       const PipelineOptions& options, const RunContext& context, const ClipMade& made) {
  return media::within_reason("one of the clips",
                              [&] { return make_from(video, audio, directory, options, context, made); });
}

}  // namespace react1::stages
