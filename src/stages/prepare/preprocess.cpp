// SPDX-License-Identifier: Apache-2.0
#include "stages/prepare/preprocess.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <react1/json.hpp>
#include <system_error>
#include <utility>

#include "core/atomic_file.hpp"
#include "core/boundary.hpp"
#include "core/log.hpp"
#include "media/make/make_clip.hpp"
#include "media/picture/frame_window.hpp"
#include "media/picture/motion.hpp"
#include "media/sound/hearing.hpp"
#include "media/stream/damage.hpp"
#include "media/stream/within_reason.hpp"
#include "stages/prepare/plan_pair.hpp"
#include "stages/prepare/side_by_side.hpp"
#include "stages/prepare/sound_report.hpp"

namespace react1::stages {
namespace fs = std::filesystem;
namespace {

/// Where motion is looked for: the made clip, or the window of the source.
struct Look {
  Source video;
  int stream = 0;
  Seconds start_s;
  std::optional<Seconds> origin_s{};  ///< where `start_s` counts from, on the file's timeline; nullopt: its first frame
};

Look look_at(const Source& video, const PlannedPair& planned) {
  return {video, planned.video.stream_index, planned.video.start_s, media::picture_origin(*planned.video_info.video)};
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
  const PreparedClip::Video& video = preparation.video.video.value();
  preparation.mismatch = measure_mismatch(preparation.video.duration_s, preparation.audio.duration_s);

  ClipFacts facts;
  facts.video_s = preparation.video.duration_s;
  facts.audio_s = preparation.audio.duration_s;
  facts.fps = video.fps;
  facts.frames = video.frames;
  facts.sample_rate = preparation.audio.audio.value().sample_rate;
  const Speech& speech = preparation.speech.value();
  facts.voice_found = speech.found();
  if (speech.found()) facts.voice_end_s = speech.segments.back().end_s;
  if (advice_needs_motion(facts, options.advice)) {
    const media::Motion motion =
        media::analyze_motion(look.video, look.stream, look.start_s, look.start_s + facts.video_s, options.advice,
                              options.prepare.source, context, look.origin_s);
    facts.is_static = motion.is_static;
    facts.loopable = motion.loopable;
    facts.cuts_s = motion.cuts_s;
  }
  preparation.advice = advise(facts, options.parameters.model_mode, options.advice, options.price);
  preparation.prediction = predict(facts, chosen_mode(options.parameters, preparation.advice), options.price);
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

/// What is done with each clip once it is planned.
struct ClipWork {
  std::function<void(const PlannedPair&, const RunContext&)> picture, sound;
  std::optional<Stage> stage{};  ///< what that is to the observer
};

bool same_clip(const VideoPlan& a, const VideoPlan& b) {
  return a.action == b.action && a.start_s == b.start_s && a.end_s == b.end_s && a.frames == b.frames &&
         a.shows == b.shows;
}

bool same_clip(const AudioPlan& a, const AudioPlan& b) {
  return a.action == b.action && a.start_s == b.start_s && a.end_s == b.end_s && a.samples == b.samples &&
         a.treatment.silence_before_s == b.treatment.silence_before_s;
}

/// Plans both clips and does `work` on both. Healthy clips are decoded once, by the work itself; where that meets
/// damage, the window is decoded, planned again around the damage, and the work done again on what has changed.
PlannedPair plan_and_work(const Source& video, const Source& audio, const PipelineOptions& options,
                          const ClipWork& work, const RunContext& context) {
  Decoded damaged;
  const auto watched = [](const auto& its_work, bool& is_damaged) {
    return [&](const PlannedPair& pair, const RunContext& its_context) {
      try {
        its_work(pair, its_context);
      } catch (const media::DamageFound& found) {
        log::debug("prepare", fmt::format("looks for what is good: {}", found.what()));
        is_damaged = true;
      }
    };
  };
  const WhenPlanned then{.picture = watched(work.picture, damaged.picture),
                         .sound = watched(work.sound, damaged.sound),
                         .stage = work.stage};
  PlannedPair planned = plan_pair(video, audio, options, context, then);
  if (!damaged.picture && !damaged.sound) return planned;
  context.observer->on_stage(Stage::plan);
  PlannedPair again = plan_pair(video, audio, options, context, {}, damaged);
  if (work.stage) context.observer->on_stage(*work.stage);
  if (damaged.sound || !same_clip(again.audio, planned.audio)) {
    work.sound(again, RunContext{.stop = context.stop, .job_id = context.job_id});
  }
  if (damaged.picture || !same_clip(again.video, planned.video)) work.picture(again, context);
  return again;
}

Preparation plan_from(const Source& video, const Source& audio, const PipelineOptions& options,
                      const RunContext& context) {
  VideoPlan picture;
  media::HeardSound heard;
  const ClipWork check{.picture =
                           [&](const PlannedPair& pair, const RunContext& here) {
                             picture =
                                 media::check_video(video, pair.video_info, pair.video, options.prepare.source, here);
                           },
                       .sound =
                           [&](const PlannedPair& pair, const RunContext& there) {
                             heard = media::hear_planned(audio, pair.audio_info, as_delivered(pair.audio),
                                                         media::Listening{}, options.prepare.source, there);
                           }};
  const PlannedPair planned = plan_and_work(video, audio, options, check, context);
  Preparation preparation;
  preparation.video = describe(picture, planned.video_info);
  preparation.audio = describe(planned.audio);
  preparation.conform = planned.conformed;
  preparation.warnings = planned.warnings;
  report_sound(preparation, heard, planned.offset, planned.clipped_samples, options);
  advise_on(preparation, look_at(video, planned), options, context);
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
  media::HeardSound heard;
  const auto make_picture = [&](const PlannedPair& pair, const RunContext& here) {
    preparation.video = media::make_video(video, pair.video_info, pair.video, directory / "video.mp4", limit,
                                          options.prepare.source, here);
    if (!pair.conformed && !take) tell(preparation.video);  // else the made voice may ask for another one
  };
  const auto make_sound = [&](const PlannedPair& pair, const RunContext& there) {
    preparation.audio = media::make_audio(audio, pair.audio_info, pair.audio, directory / "audio.mp3", limit,
                                          options.prepare.source, there);
    heard = media::hear_clip(preparation.audio.path, preparation.audio.audio.value(), media::Listening{}, there);
    if (!take) tell(preparation.audio);
  };
  PlannedPair planned = plan_and_work(video, audio, options,
                                      {.picture = make_picture, .sound = make_sound, .stage = Stage::prepare}, context);
  if (fit_again(planned, video, audio, preparation.audio.duration_s, options, context)) {
    make_picture(planned, context);
  }
  if (planned.conformed || take) tell(preparation.video);
  if (take) tell(preparation.audio);
  preparation.conform = planned.conformed;
  preparation.warnings = planned.warnings;
  for (const PreparedClip* clip : {&preparation.video, &preparation.audio}) {
    preparation.warnings.insert(preparation.warnings.end(), clip->warnings.begin(), clip->warnings.end());
  }
  report_sound(preparation, heard, planned.offset, planned.clipped_samples, options);
  advise_on(preparation, {preparation.video.path, /*stream=*/0, Seconds(0)}, options, context);
  report(preparation, context);
  return preparation;
}

}  // namespace

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
