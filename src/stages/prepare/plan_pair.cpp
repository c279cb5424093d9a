// SPDX-License-Identifier: Apache-2.0
#include "stages/prepare/plan_pair.hpp"

#include <fmt/format.h>

#include <string_view>
#include <tuple>
#include <utility>

#include "media/picture/field_order.hpp"
#include "media/picture/video_packets.hpp"
#include "plan/encode_plan.hpp"
#include "stages/prepare/choose_windows.hpp"
#include "stages/prepare/conform_pair.hpp"
#include "stages/prepare/run_both.hpp"
#include "stages/prepare/salvage.hpp"

#include <react1/error.hpp>

namespace react1::stages {
namespace {

using planning::append;
using planning::Planned;
using planning::unwrap;

/// The file's own warnings, separated by clip.
std::vector<Warning> warnings_of(const MediaInfo& info, std::string_view clip) {
  std::vector<Warning> warnings;
  for (const Warning& warning : info.warnings) {
    warnings.push_back({warning.code, fmt::format("{}: {}", clip, warning.message)});
  }
  return warnings;
}

RunContext silent(const RunContext& context) {
  return {.stop = context.stop, .job_id = context.job_id};
}

/// The voice that a picture is to be fitted to.
struct Voice {
  const media::ClipInput& input;
  const AudioPlan& plan;
  Seconds length_s;
};

/// Plans one picture. Repeated layout steps drop the warnings of the second time, because they are
/// the same.
class PicturePlanner {
 public:
  PicturePlanner(PlannedPicture picture, const PipelineOptions& options, const RunContext& context)
      : picture_(std::move(picture)), options_(options), context_(silent(context)) {}

  Planned<PlannedPicture> run(const std::optional<Voice>& voice) {
    PrepareOptions options = picture_.options;
    picture_.plan = unwrap(planning::lay_out_video(info(), options), warnings_);
    look_for_fields(options);
    const std::optional<Salvaged> salvaged = keep_intact(options);
    if (voice && options_.prepare.conform != Conform::off) fit_to(*voice);
    planning::choose_action(picture_.plan, info(), options);
    if (picture_.plan.action == ClipAction::cut) {
      const media::Copyable copyable = media::find_closed_prefix(picture_.input, picture_.plan, context_);
      planning::apply_cut_limits(picture_.plan, copyable.frames, copyable.obstacle, options, info().path);
    }
    append(warnings_, planning::warnings_of(picture_.plan, info()));
    if (salvaged) picture_.plan.reasons.insert(picture_.plan.reasons.begin(), salvaged->reason);
    return {std::move(picture_), std::move(warnings_)};
  }

 private:
  [[nodiscard]] const MediaInfo& info() const noexcept { return picture_.input.info; }

  void fit_to(const Voice& voice) {
    const ConformCase fit{.video = picture_.input,
                          .audio = voice.input,
                          .voice = voice.plan,
                          .voice_s = voice.length_s,
                          .options = options_};
    FittedVideo fitted = unwrap(conform_video(std::move(picture_.plan), fit, context_), warnings_);
    picture_.plan = std::move(fitted.plan);
    picture_.conformed = std::move(fitted.conformed);
  }

  /// Searches the window for unflagged fields.
  void look_for_fields(const PrepareOptions& options) {
    VideoInfo& video = picture_.input.info.video.value();
    if (!media::may_hide_fields(video)) return;
    const VideoPlan& plan = picture_.plan;
    const std::string order = media::find_field_order(picture_.input.source, video, plan.start_s,
                                                      (plan.start_s + plan.end_s) / 2, picture_.input.limits, context_);
    if (order.empty()) return;
    video.interlaced = true;
    video.field_order = order;
    warnings_.push_back(
        {"interlaced", fmt::format("video: no flag says so, but the picture is made of two fields, the {} one first",
                                   order == "tff" ? "top" : "bottom")});
    lay_out_again(options);
  }

  /// A doubtful window is decoded, and `options` get its usable part.
  std::optional<Salvaged> keep_intact(PrepareOptions& options) {
    const VideoInfo& video = info().video.value();
    // Without permission to encode, a window that can't be copied is refused before it is made.
    const bool must_copy = options.reencode == ReencodePolicy::never && !video.starts_with_key_frame;
    if (!picture_.decode && !must_copy && !is_doubtful(video, picture_.plan)) return std::nullopt;
    std::optional<Salvaged> salvaged = salvage_video(picture_.input, picture_.plan, options, context_);
    if (salvaged) {
      append(warnings_, salvaged->warnings);
      options.video_window = salvaged->window;
      lay_out_again(options);
    }
    picture_.plan.decoded = true;
    return salvaged;
  }

  void lay_out_again(const PrepareOptions& options) { picture_.plan = planning::lay_out_video(info(), options).value; }

  PlannedPicture picture_;
  const PipelineOptions& options_;
  RunContext context_;
  std::vector<Warning> warnings_;
};

/// Plans one sound with the window that `windows` chose. `take`: the picture that it ends with, in a same take.
class SoundPlanner {
 public:
  SoundPlanner(const media::ClipInput& input, WindowChooser& windows, const PipelineOptions& options, bool decode,
               const RunContext& context)
      : input_(input), windows_(windows), options_(options), decode_(decode), context_(silent(context)) {}

  Planned<AudioPlan> run(const VideoPlan* take) {
    Planned<AudioPlan> planned = windows_.plan_audio(take, context_);
    if (!decode_ && !is_doubtful(input_.info.audio.value(), planned.value)) return planned;
    salvaged_ = salvage_audio(input_, planned.value, options_.prepare, context_);
    planned.value.salvaged = true;
    if (!salvaged_) return planned;
    append(planned.warnings, salvaged_->warnings);
    windows_.keep_sound(salvaged_->window);
    planned.value = around_the_damage(take);
    return planned;
  }

  [[nodiscard]] bool is_damaged() const noexcept { return salvaged_.has_value(); }
  /// The part before the damage, once its window is known; without new warnings.
  [[nodiscard]] AudioPlan around_the_damage(const VideoPlan* take) {
    AudioPlan plan = windows_.plan_audio(take, context_).value;
    plan.salvaged = true;
    plan.reasons.insert(plan.reasons.begin(), salvaged_->reason);
    return plan;
  }

 private:
  const media::ClipInput& input_;
  WindowChooser& windows_;
  const PipelineOptions& options_;
  bool decode_;
  RunContext context_;
  std::optional<Salvaged> salvaged_;
};

PlannedSound sound_of(const media::ClipInput& input, AudioPlan plan, const WindowChooser& windows) {
  return {.input = input,
          .plan = std::move(plan),
          .offset = windows.offset(),
          .clipped_samples = windows.clipped_samples()};
}

Seconds length_of(const AudioPlan& plan) {
  return {plan.samples, plan.sample_rate};
}

/// Two clips of their own: the voice first, because the picture may have to be fitted to it.
Planned<PlannedPair> plan_voice_and_picture(const ProbedPair& pair, const PipelineOptions& options, Decoded decoded,
                                            const RunContext& context) {
  WindowChooser windows(pair.video, pair.audio, options, silent(context));
  std::vector<Warning> warnings = windows.warnings();
  SoundPlanner sound(pair.audio, windows, options, decoded.sound, context);
  const AudioPlan voice = unwrap(sound.run(/*take=*/nullptr), warnings);
  PicturePlanner picture(
      {.input = pair.video, .options = windows.video_options(), .plan = {}, .decode = decoded.picture}, options,
      context);
  PlannedPicture planned = unwrap(picture.run(Voice{pair.audio, voice, length_of(voice)}), warnings);
  return {{std::move(planned), sound_of(pair.audio, voice, windows)}, std::move(warnings)};
}

/// One take: the picture first, because the sound ends with its last whole frame. Both are of one length, so there is
/// nothing to conform.
Planned<PlannedPair> plan_take(const ProbedPair& pair, const PipelineOptions& options, Decoded decoded,
                               const RunContext& context) {
  WindowChooser windows(pair.video, pair.audio, options, silent(context));
  std::vector<Warning> warnings = windows.warnings();
  const auto plan_picture = [&] {
    const PlannedPicture unplanned{
        .input = pair.video, .options = windows.video_options(), .plan = {}, .decode = decoded.picture};
    return PicturePlanner(unplanned, options, context).run(/*voice=*/std::nullopt);
  };
  PlannedPicture picture = unwrap(plan_picture(), warnings);
  SoundPlanner sound(pair.audio, windows, options, decoded.sound, context);
  AudioPlan voice = unwrap(sound.run(&picture.plan), warnings);
  if (sound.is_damaged()) {  // that ends the picture too
    picture = plan_picture().value;
    voice = sound.around_the_damage(&picture.plan);
  }
  if (options.prepare.conform != Conform::off) {
    warnings.push_back({"conform_not_needed",
                        "The clips are one take, cut at the same instants, so the video is not fitted to the voice "
                        "once more."});
  }
  return {{std::move(picture), sound_of(pair.audio, std::move(voice), windows)}, std::move(warnings)};
}

}  // namespace

Planned<ProbedPair> probe_pair(const Source& video, const Source& audio, const PipelineOptions& options,
                               const RunContext& context) {
  const SourceOptions& limits = options.prepare.source;
  MediaInfo video_info, audio_info;
  if (video == audio) {
    video_info = audio_info = probe(video, limits, context);
  } else {
    std::tie(video_info, audio_info) = run_both(
        context, [&](const RunContext& here) { return probe(video, limits, here); },
        [&](const RunContext& there) { return probe(audio, limits, there); });
  }
  std::vector<Warning> warnings = warnings_of(video_info, "video");
  append(warnings, warnings_of(audio_info, "audio"));
  return {{.video = {video, std::move(video_info), limits}, .audio = {audio, std::move(audio_info), limits}},
          std::move(warnings)};
}

bool are_independent(const PrepareOptions& options) noexcept {
  return !options.same_take && options.conform == Conform::off && options.window != WindowChoice::speech;
}

Planned<PlannedPicture> plan_picture(const ProbedPair& pair, const PipelineOptions& options, Decoded decoded,
                                     const RunContext& context) {
  PicturePlanner planner({.input = pair.video, .options = options.prepare, .plan = {}, .decode = decoded.picture},
                         options, context);
  return planner.run(/*voice=*/std::nullopt);
}

Planned<PlannedSound> plan_sound(const ProbedPair& pair, const PipelineOptions& options, Decoded decoded,
                                 const RunContext& context) {
  WindowChooser windows(pair.video, pair.audio, options, silent(context));
  std::vector<Warning> warnings = windows.warnings();
  AudioPlan plan =
      unwrap(SoundPlanner(pair.audio, windows, options, decoded.sound, context).run(/*take=*/nullptr), warnings);
  return {sound_of(pair.audio, std::move(plan), windows), std::move(warnings)};
}

Planned<PlannedPair> plan_together(const ProbedPair& pair, const PipelineOptions& options, Decoded decoded,
                                   const RunContext& context) {
  return options.prepare.same_take ? plan_take(pair, options, decoded, context)
                                   : plan_voice_and_picture(pair, options, decoded, context);
}

std::optional<PlannedPicture> fit_again(const PlannedPair& planned, const Seconds& voice_s,
                                        const PipelineOptions& options, const RunContext& context) {
  const PlannedPicture& picture = planned.picture;
  if (!picture.conformed || picture.conformed->done == Conform::off) return std::nullopt;
  if (frames_needed(voice_s, picture.plan.fps, options) == picture.plan.frames) return std::nullopt;
  const Voice voice{planned.sound.input, planned.sound.plan, voice_s};
  return PicturePlanner(picture, options, context).run(voice).value;  // with the same warnings
}

}  // namespace react1::stages
