// SPDX-License-Identifier: Apache-2.0
#include "stages/prepare/plan_pair.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "media/picture/field_order.hpp"
#include "media/picture/frame_window.hpp"
#include "media/picture/video_packets.hpp"
#include "plan/encode_plan.hpp"
#include "stages/prepare/choose_windows.hpp"
#include "stages/prepare/conform_pair.hpp"
#include "stages/prepare/salvage.hpp"
#include "stages/prepare/side_by_side.hpp"

#include <react1/error.hpp>

namespace react1::stages {
namespace {

void require_valid(const PipelineOptions& options) {
  const std::vector<std::string> problems = options.validate();
  if (!problems.empty()) throw Error(ErrorCode::usage, "options", fmt::format("{}", fmt::join(problems, "; ")));
}

/// The file's own findings, told apart by which clip they are about.
void add_warnings(std::vector<Warning>& all, const MediaInfo& info, std::string_view clip) {
  for (const Warning& warning : info.warnings) {
    all.push_back({warning.code, fmt::format("{}: {}", clip, warning.message)});
  }
}

/// Missing colour tags are told once: what is done about them says more than that they are missing.
void say_once(std::vector<Warning>& warnings) {
  const bool said = std::any_of(warnings.begin(), warnings.end(), [](const Warning& warning) {
    return warning.code == "color_untagged" || warning.code == "color_kept";
  });
  if (said) std::erase_if(warnings, [](const Warning& warning) { return warning.code == "untagged_color"; });
}

/// The steps of one planning. A step that plans anew what an earlier one has planned drops the warnings of the second
/// time: they are the same.
class PairPlanner {
 public:
  PairPlanner(PlannedPair& pair, const Source& video, const Source& audio, const PipelineOptions& options,
              const RunContext& context)
      : pair_(pair),
        video_(video),
        audio_(audio),
        options_(options),
        context_(context),
        quiet_{.stop = context.stop, .job_id = context.job_id} {}

  void probe_both() {
    const SourceOptions& source = options_.prepare.source;
    if (video_ == audio_) {
      pair_.video_info = pair_.audio_info = probe(video_, source, context_);
    } else {
      std::tie(pair_.video_info, pair_.audio_info) = side_by_side(
          context_, [&](const RunContext& here) { return probe(video_, source, here); },
          [&](const RunContext& there) { return probe(audio_, source, there); });
    }
    add_warnings(pair_.warnings, pair_.video_info, "video");
    add_warnings(pair_.warnings, pair_.audio_info, "audio");
  }

  /// Neither plan needs the other: no voice to fit the picture to, and no window that both share.
  [[nodiscard]] bool are_independent() const {
    const PrepareOptions& prepare = options_.prepare;
    return !prepare.same_take && prepare.conform == Conform::off && prepare.window != WindowChoice::speech;
  }

  /// Both at the same time, each with what follows it.
  void plan_side_by_side(const WhenPlanned& then) {
    std::vector<Warning> of_picture, of_sound;
    const auto picture = [&](const RunContext& here) {
      PairPlanner(pair_, video_, audio_, options_, here).plan_picture_alone(of_picture);
      if (!then.picture) return;
      if (then.stage) here.observer->on_stage(*then.stage);
      then.picture(pair_, here);
    };
    const auto sound = [&](const RunContext& there) {
      PairPlanner(pair_, video_, audio_, options_, there).plan_sound_alone(of_sound);
      if (then.sound) then.sound(pair_, there);
    };
    (void)side_by_side(context_, picture, sound);
    for (std::vector<Warning>* warnings : {&of_sound, &of_picture}) {
      pair_.warnings.insert(pair_.warnings.end(), warnings->begin(), warnings->end());
    }
  }

  /// Two clips of their own: the voice first, because the picture has to be fitted to it.
  void plan_voice_and_picture() {
    WindowChooser windows(sources(), options_, pair_.warnings, quiet_);
    plan_sound(windows, pair_.warnings);
    pair_.picture_options = windows.video_options();
    plan_picture(Rational(pair_.audio.samples, pair_.audio.sample_rate), pair_.warnings);
    report(windows);
  }

  /// One take: the picture first, because the sound ends with its last whole frame. Both are of one length, so there is
  /// nothing to conform.
  void plan_take() {
    WindowChooser windows(sources(), options_, pair_.warnings, quiet_);
    pair_.picture_options = windows.video_options();
    plan_picture(std::nullopt, pair_.warnings);
    if (plan_sound(windows, pair_.warnings)) {  // the damage in the sound ends the picture too
      std::vector<Warning> said = pair_.warnings;
      pair_.picture_options = windows.video_options();
      plan_picture(std::nullopt, pair_.warnings);
      pair_.audio = salvaged_sound(windows);
      pair_.warnings = std::move(said);
    }
    if (options_.prepare.conform != Conform::off) {
      pair_.warnings.push_back({"conform_not_needed",
                                "The clips are one take, cut at the same instants, so the video is "
                                "not fitted to the voice once more."});
    }
    report(windows);
  }

  /// With `pair.picture_options`; fitted to a voice of this length where that is asked for.
  void plan_picture(const std::optional<Seconds>& voice_s, std::vector<Warning>& warnings) {
    const MediaInfo& info = pair_.video_info;
    PrepareOptions options = pair_.picture_options;
    pair_.video = planning::lay_out_video(info, options, warnings);
    look_for_fields(options, warnings);
    const std::optional<Salvaged> salvaged = keep_intact(options, warnings);
    if (voice_s) {
      const ConformCase fit{.video = video_,
                            .audio = audio_,
                            .audio_info = pair_.audio_info,
                            .voice = pair_.audio,
                            .origin_s = media::picture_origin(info.video.value()),
                            .voice_s = *voice_s,
                            .options = options_};
      pair_.conformed = conform_video(pair_.video, fit, warnings, quiet_);
    }
    planning::choose_action(pair_.video, info, options);
    if (pair_.video.action == ClipAction::cut) {
      const media::Copyable copyable = media::find_closed_prefix(video_, info, pair_.video, options.source, quiet_);
      planning::settle_cut(pair_.video, copyable.frames, copyable.obstacle, options, info.path);
    }
    planning::warn_of_video(pair_.video, info, warnings);
    if (salvaged) pair_.video.reasons.insert(pair_.video.reasons.begin(), salvaged->reason);
  }

 private:
  void plan_picture_alone(std::vector<Warning>& warnings) {
    pair_.picture_options = options_.prepare;
    plan_picture(std::nullopt, warnings);
  }

  void plan_sound_alone(std::vector<Warning>& warnings) {
    WindowChooser windows(sources(), options_, warnings, quiet_);
    plan_sound(windows, warnings);
    report(windows);
  }

  [[nodiscard]] WindowChooser::Sources sources() const { return {video_, audio_, pair_.video_info, pair_.audio_info}; }

  /// True when the sound is damaged and what lies before was planned instead.
  bool plan_sound(WindowChooser& windows, std::vector<Warning>& warnings) {
    pair_.audio = windows.plan_audio(pair_.video, warnings, quiet_);
    if (!pair_.decoded.sound && !is_doubtful(pair_.audio_info.audio.value(), pair_.audio)) return false;
    salvaged_ = salvage_audio(audio_, pair_.audio_info, pair_.audio, options_.prepare, warnings, quiet_);
    pair_.audio.salvaged = true;
    if (!salvaged_) return false;
    windows.keep_sound(salvaged_->window);
    pair_.audio = salvaged_sound(windows);
    return true;
  }

  AudioPlan salvaged_sound(WindowChooser& windows) {
    std::vector<Warning> known;
    AudioPlan plan = windows.plan_audio(pair_.video, known, quiet_);
    plan.salvaged = true;
    plan.reasons.insert(plan.reasons.begin(), salvaged_->reason);
    return plan;
  }

  void report(const WindowChooser& windows) {
    pair_.offset = windows.offset();
    pair_.clipped_samples = windows.clipped_samples();
  }

  /// Fields that no flag tells of are looked for in the window.
  void look_for_fields(const PrepareOptions& options, std::vector<Warning>& warnings) {
    VideoInfo& video = pair_.video_info.video.value();
    if (!media::may_hide_fields(video)) return;
    const VideoPlan& plan = pair_.video;
    const std::string order =
        media::find_field_order(video_, video, plan.start_s, (plan.start_s + plan.end_s) / 2, options.source, quiet_);
    if (order.empty()) return;
    video.interlaced = true;
    video.field_order = order;
    warnings.push_back(
        {"interlaced", fmt::format("video: no flag says so, but the picture is made of two fields, the {} one first",
                                   order == "tff" ? "top" : "bottom")});
    lay_out_again(options);
  }

  /// Where the window is in doubt it is decoded, and `options` get the part of it that can be used.
  std::optional<Salvaged> keep_intact(PrepareOptions& options, std::vector<Warning>& warnings) {
    const VideoInfo& video = pair_.video_info.video.value();
    // Where nothing may be encoded, a window that can't be copied is refused before making it could show why.
    const bool must_copy = options.reencode == ReencodePolicy::never && !video.starts_with_key_frame;
    if (!pair_.decoded.picture && !must_copy && !is_doubtful(video, pair_.video)) return std::nullopt;
    auto salvaged = salvage_video(video_, pair_.video_info, pair_.video, options, warnings, quiet_);
    if (salvaged) {
      options.video_window = salvaged->window;
      lay_out_again(options);
    }
    pair_.video.decoded = true;
    return salvaged;
  }

  void lay_out_again(const PrepareOptions& options) {
    std::vector<Warning> known;
    pair_.video = planning::lay_out_video(pair_.video_info, options, known);
  }

  PlannedPair& pair_;
  const Source& video_;
  const Source& audio_;
  const PipelineOptions& options_;
  const RunContext& context_;
  RunContext quiet_;
  std::optional<Salvaged> salvaged_;  // of the sound
};

/// With both clips, when both are planned.
void go_on(const PlannedPair& pair, const RunContext& context, const WhenPlanned& then) {
  if (!then.picture && !then.sound) return;
  if (then.stage) context.observer->on_stage(*then.stage);
  const auto doing = [&pair](const auto& work) {
    return [&pair, &work](const RunContext& its_context) {
      if (work) work(pair, its_context);
    };
  };
  (void)side_by_side(context, doing(then.picture), doing(then.sound));
}

}  // namespace

PlannedPair plan_pair(const Source& video, const Source& audio, const PipelineOptions& options,
                      const RunContext& context, const WhenPlanned& then, const Decoded& decoded) {
  require_valid(options);
  PlannedPair pair;
  pair.decoded = decoded;
  PairPlanner planner(pair, video, audio, options, context);
  context.observer->on_stage(Stage::probe);
  planner.probe_both();
  context.observer->on_stage(Stage::plan);
  if (planner.are_independent()) {
    planner.plan_side_by_side(then);
  } else {
    options.prepare.same_take ? planner.plan_take() : planner.plan_voice_and_picture();
    go_on(pair, context, then);
  }
  say_once(pair.warnings);
  return pair;
}

bool fit_again(PlannedPair& planned, const Source& video, const Source& audio, const Seconds& voice_s,
               const PipelineOptions& options, const RunContext& context) {
  if (!planned.conformed || planned.conformed->done == Conform::off) return false;
  if (frames_needed(voice_s, planned.video.fps, options) == planned.video.frames) return false;
  std::vector<Warning> said = planned.warnings;
  PairPlanner(planned, video, audio, options, context).plan_picture(voice_s, planned.warnings);
  planned.warnings = std::move(said);  // the same again
  return true;
}

}  // namespace react1::stages
