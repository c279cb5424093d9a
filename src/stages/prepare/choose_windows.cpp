// SPDX-License-Identifier: Apache-2.0
#include "stages/prepare/choose_windows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <react1/error.hpp>
#include <utility>

#include "plan/output_rate.hpp"
#include "plan/plan_words.hpp"
#include "plan/speech_window.hpp"
#include "plan/window_rule.hpp"

namespace react1::stages {
namespace {

using planning::brief;

const Seconds hardly_longer{1, 10};     ///< less than this over the limit is cut off without a search for a pause
const Seconds listened_beyond = 1;      ///< a pause at the end is recognised by what follows it
const Seconds noticeable{1, 100};       ///< offset between the clips of a take
const Seconds noticeable_tail{1, 10};   ///< picture without sound or the other way round
constexpr double fade_below_gate = 20;  ///< dB; quieter sound makes no click where it is cut
constexpr double cancelling = -0.7;     ///< correlation: added up, the channels lose 8 dB and more
constexpr double most_true_peak = -1;   ///< dBTP
constexpr double close_loudness = 0.5;  ///< LU within which a clip is still copied

/// The start of the file's own timeline: players begin with the earliest stream.
Seconds origin_of(const MediaInfo& info) {
  if (info.video && info.audio) return std::min(info.video->start_s, info.audio->start_s);
  return info.video ? info.video->start_s : info.audio->start_s;
}

/// How much later the sound starts than the picture, on the timeline that the two files share.
Seconds take_offset(const MediaInfo& video, const MediaInfo& audio, bool one_file) {
  if (one_file) return audio.audio->start_s - video.video->start_s;
  return (audio.audio->start_s - origin_of(audio)) - (video.video->start_s - origin_of(video));
}

std::string span_text(const Seconds& start, const Seconds& end) {
  return fmt::format("{} to {} s", brief(start), brief(end));
}

/// The user's window before the limit is applied.
planning::Window asked_window(const WindowOptions& options, std::string_view clip, const std::string& path,
                              const Seconds& length) {
  // Its warnings are given when the clip is planned.
  return planning::resolve_window(options, {.clip = clip, .path = path, .length = length, .limit = length + 1}).value;
}

const VideoInfo& require_picture(const MediaInfo& info) {
  if (!info.video || info.video->fps <= 0) {
    throw Error(ErrorCode::media, info.path, "has no moving picture that the sound could belong to",
                {.hint = "leave out --same-take, or give the video that was recorded with the sound"});
  }
  return *info.video;
}

}  // namespace

WindowChooser::WindowChooser(const media::ClipInput& video, const media::ClipInput& audio,
                             const PipelineOptions& options, const RunContext& context)
    : video_(video),
      audio_(audio),
      options_(options),
      video_options_(options.prepare),
      audio_options_(options.prepare) {
  const MediaInfo& info = audio_.info;
  longest_ = planning::longest_sound(info, options.prepare.max_duration_s);
  sound_length_ = info.audio->duration_s;
  const std::optional<Seconds> asked = options.prepare.audio_window.duration;
  if (options.prepare.window == WindowChoice::speech && asked) longest_ = std::min(longest_, *asked);
  if (options.prepare.same_take) {
    align_take();
  } else if (info.video) {
    offset_.audio_late_s = info.audio->start_s - info.video->start_s;
  }
  const Range range = allowed();
  listen(range, context);
  choose(range);
  judge_channels();
}

void WindowChooser::align_take() {
  const VideoInfo& video = require_picture(video_.info);
  late_ = take_offset(video_.info, audio_.info, video_.source == audio_.source);
  fps_ = planning::choose_rate(video.fps, !video.vfr, options_.prepare.fps);
  longest_ = Rational((longest_ * fps_).floor()) / fps_;
  offset_.same_take = true;
  offset_.kept = true;
  offset_.audio_late_s = late_;
}

/// The range of the user's window. In a take it counts from the first frame, starts with a whole one, and ends with
/// the shorter clip.
WindowChooser::Range WindowChooser::allowed() {
  WindowOptions window = options_.prepare.audio_window;
  const bool speech = options_.prepare.window == WindowChoice::speech;
  const bool named = !speech && (window.duration || window.end);
  if (speech) window.duration.reset();
  const Seconds limit = named ? options_.prepare.max_duration_s : longest_ + hardly_longer;
  Range range;
  if (!options_.prepare.same_take) {
    const planning::Window asked = asked_window(window, "audio", audio_.info.path, sound_length_);
    range = {asked.start, asked.end};
  } else {
    const Seconds picture = video_.info.video->duration_s;
    const Seconds sound = late_ + sound_length_;
    const Seconds both = sound < picture - noticeable_tail ? sound : picture;
    if (both <= 0) {
      throw Error(ErrorCode::media, audio_.info.path, fmt::format("ends {} s before the picture begins", brief(-both)),
                  {.hint = "leave out --same-take: these clips do not belong together"});
    }
    const planning::Window asked = asked_window(window, "video", video_.info.path, both);
    range = {Rational((asked.start * fps_).ceil()) / fps_ - late_, asked.end - late_};
    if (asked.start == 0 && late_ < -noticeable) {
      warnings_.push_back(
          {"sound_before_picture",
           fmt::format("The first {} s of the sound are before the picture and are left out.", brief(-late_))});
    }
    if (asked.end == both && abs(picture - sound) > noticeable_tail) {
      warnings_.push_back({"take_tail", fmt::format("The {} ends {} s before the {}; both clips end with it.",
                                                    sound < picture ? "sound" : "picture", brief(abs(picture - sound)),
                                                    sound < picture ? "picture" : "sound")});
    }
  }
  range.limited = range.end_s - range.start_s > limit;
  return range;
}

void WindowChooser::listen(const Range& range, const RunContext& context) {
  const bool speech = options_.prepare.window == WindowChoice::speech;
  const Seconds start = std::max(range.start_s, Seconds(0));
  const Seconds wanted = speech ? range.end_s : std::min(range.end_s, range.start_s + longest_) + listened_beyond;
  const Seconds end = std::min(wanted, sound_length_);
  if (end > start) {
    analysis_ = media::analyze_source(audio_, start, end, {.levels = false}, context);
    analyze_effects_alone(start, end, context);
  }
  const double gate = options_.advice.voice_gate_dbfs;
  speech_ = {.levels = analysis_.blocks,
             .speech = planning::track_speech(analysis_.blocks, gate),
             .start_s = start,
             .audible_level = planning::gate_level(gate - fade_below_gate)};
}

/// A recorder with several tracks may mark the fourth as low-frequency effects, whatever its content.
void WindowChooser::analyze_effects_alone(const Seconds& start, const Seconds& end, const RunContext& context) {
  constexpr double inaudible = 0.001;  // -60 dBFS
  if (audio_.info.audio->channels <= 2 || analysis_.sample_peak >= inaudible) return;
  media::AudioAnalysis again =
      media::analyze_source(audio_, start, end, {.levels = false, .effects_too = true}, context);
  if (again.sample_peak < 10 * std::max(analysis_.sample_peak, inaudible)) return;
  with_effects_ = true;
  analysis_ = std::move(again);
}

/// The overshoot of a codec's rounding is ignored, as every player does.
bool WindowChooser::is_over_full_scale() const {
  constexpr double codec_overshoot = 1.122;  // 1 dB
  const bool exact = audio_.info.audio->codec.rfind("pcm_", 0) == 0;
  return analysis_.sample_peak > (exact ? 1.0 : codec_overshoot);
}

std::optional<Warning> WindowChooser::limiting(const AudioPlan& plan) const {
  if (plan.action != ClipAction::transcode || !is_over_full_scale() || audio_.info.audio->channels > 2)
    return std::nullopt;
  return Warning{"over_full_scale", fmt::format("Peaks of the audio are up to {:.1f} dB above full scale; they are "
                                                "limited to {:g} dBTP.",
                                                20 * std::log10(analysis_.sample_peak), most_true_peak)};
}

void WindowChooser::choose(const Range& range) {
  const bool speech = options_.prepare.window == WindowChoice::speech;
  const Range chosen = speech ? choose_speech(range) : cut(range);
  if (options_.prepare.same_take) {
    share_with_video(chosen);
  } else if (speech || chosen.end_s != std::min(range.end_s, range.start_s + longest_)) {
    audio_options_.audio_window = {.start = chosen.start_s, .end = chosen.end_s};
  }
}

WindowChooser::Range WindowChooser::choose_speech(const Range& range) {
  // In a take the start moves to the previous frame, which must fit too.
  const Seconds frame = fps_ > 0 ? Rational(1) / fps_ : Seconds(0);
  const auto speech = planning::find_speech(speech_, longest_ - frame);
  if (!speech) {
    warnings_.push_back({"no_speech_found", fmt::format("No voice was found in {} of the audio; its start is used.",
                                                        span_text(speech_.start_s, range.end_s))});
    return cut(range);
  }
  Range chosen{speech->start_s, std::min(speech->end_s, range.end_s)};
  if (fps_ > 0)
    chosen.start_s = std::max(Rational(((chosen.start_s + late_) * fps_).floor()) / fps_ - late_, range.start_s);
  if (speech->ends_in_pause)
    voice_end_s_ = speech->end_s - Seconds(planning::kept_pause, 2 * planning::blocks_per_second);
  if (chosen.start_s > range.start_s || chosen.end_s < range.end_s) {
    warnings_.push_back(
        {"speech_window",
         fmt::format("{} of the audio are used: {} s of voice, the most in {} s{}.",
                     span_text(std::max(chosen.start_s, Seconds(0)), chosen.end_s), brief(speech->voiced_s),
                     brief(longest_), speech->ends_in_pause ? "" : ", which continue without a pause")});
  }
  if (speech->may_cut_word) {
    warnings_.push_back(
        {"cut_in_sound", fmt::format("There is no sure pause where {} of the audio begin or end: a word may be cut.",
                                     span_text(std::max(chosen.start_s, Seconds(0)), chosen.end_s))});
  }
  return chosen;
}

WindowChooser::Range WindowChooser::cut(Range range) {
  range.end_s = std::min(range.end_s, range.start_s + longest_);
  const CutOptions& options = options_.prepare.cut;
  const bool at_pause = options.policy == CutPolicy::pause || (options.policy == CutPolicy::automatic && range.limited);
  if (range.end_s >= sound_length_) return range;
  if (!at_pause) {
    warn_of_cut_word(range.end_s, "");
    return range;
  }
  const auto cut = planning::choose_cut(speech_, range.end_s, options.lookback_s);
  if (!cut || !cut->voice_end_s) {
    const std::string why =
        fmt::format("There is no sure pause in the {} s before {} s. ", brief(options.lookback_s), brief(range.end_s));
    if (cut) range.end_s = cut->end_s;
    warn_of_cut_word(range.end_s, why);
    return range;
  }
  warnings_.push_back(
      {"cut_at_pause",
       fmt::format("The audio lasts {} s; {} are used: they end in a pause, {} s after a word.", brief(sound_length_),
                   span_text(std::max(range.start_s, Seconds(0)), cut->end_s), brief(cut->end_s - *cut->voice_end_s))});
  voice_end_s_ = cut->voice_end_s;
  range.end_s = cut->end_s;
  return range;
}

void WindowChooser::warn_of_cut_word(const Seconds& end_s, std::string_view why) {
  if (!speech_.may_cut_word(end_s)) return;
  warnings_.push_back({"cut_in_sound", fmt::format("{}The audio is cut at {} s, in sound: a word may be cut there.",
                                                   why, brief(end_s))});
}

/// The video gets the same window, in whole frames.
void WindowChooser::share_with_video(const Range& window) {
  const Seconds start = window.start_s + late_, length = video_.info.video->duration_s;
  Seconds end = window.end_s + late_;
  if (end < length) {
    const std::int64_t frames = std::max<std::int64_t>(((end - start) * fps_).floor(), 1);
    end = start + Rational(frames) / fps_;
  }
  video_options_.video_window = {.start = start, .end = end};
  // What a copy may lose at the end must not reach back into the last word.
  if (!voice_end_s_) return;
  const Seconds spare = std::max(end - (*voice_end_s_ + late_), Seconds(0));
  video_options_.max_cut_loss_s = std::min(video_options_.max_cut_loss_s, spare);
}

void WindowChooser::keep_sound(const WindowOptions& window) {
  if (options_.prepare.same_take) {
    share_with_video({.start_s = window.start.value_or(0), .end_s = window.end.value_or(sound_length_)});
  } else {
    audio_options_.audio_window = window;
  }
}

void WindowChooser::judge_channels() {
  if (analysis_.correlation && *analysis_.correlation < cancelling) {
    warnings_.push_back({"phase_inverted",
                         fmt::format("Left and right have opposite phase (correlation {:.2f}): added up to one channel "
                                     "they would cancel, so the {} one alone is used.",
                                     *analysis_.correlation, analysis_.left_is_louder ? "left" : "right")});
  }
  if (with_effects_) {
    warnings_.push_back({"only_effects_heard",
                         "All of the sound is in the channel that the file marks as low-frequency effects, which is "
                         "left out of a mix otherwise; it is used."});
  }
  if (audio_.info.audio->channels > 2 || is_over_full_scale()) {
    analysis_.levels.clipped_samples.reset();  // the analysed sound is a mix of them, or continues above full scale
  } else if (analysis_.levels.clipped_samples.value_or(0) > 0) {
    warnings_.push_back({"clipped", fmt::format("{} of the audio are clipped: recorded louder than full scale.",
                                                planning::counted(*analysis_.levels.clipped_samples, "sample"))});
  }
}

planning::SoundChoice WindowChooser::treatment(const Seconds& start_s, const Seconds& end_s) const {
  planning::SoundChoice choice;
  choice.cancelling = analysis_.correlation && *analysis_.correlation < cancelling;
  if (choice.cancelling) choice.treatment.only_channel = analysis_.left_is_louder ? 0 : 1;
  const Seconds& fade = options_.prepare.cut.fade_s;
  if (start_s > 0 && speech_.loud_after(start_s)) choice.treatment.fade_in_s = fade;
  if (end_s < sound_length_ && speech_.loud_before(end_s)) choice.treatment.fade_out_s = fade;
  if (start_s < 0) choice.treatment.silence_before_s = -start_s;
  choice.treatment.with_effects = with_effects_;
  // A mix of many channels may rise above full scale.
  if (audio_.info.audio->channels > 2 || is_over_full_scale()) choice.treatment.ceiling_dbtp = most_true_peak;
  return choice;
}

planning::Planned<AudioPlan> WindowChooser::plan_audio(const VideoPlan* take, const RunContext& context) {
  PrepareOptions options = audio_options_;
  Seconds start, end;
  if (options.same_take) {
    start = take->start_s - late_;
    end = std::min(take->start_s + Rational(take->frames) / take->fps - late_, sound_length_);
    if (end <= 0) {
      throw Error(ErrorCode::media, audio_.info.path,
                  fmt::format("starts {} s after the picture, after the window's end", brief(late_)),
                  {.hint = "choose a later window"});
    }
    options.audio_window = {.start = std::max(start, Seconds(0)), .end = end};
    offset_.silence_added_s = std::max(-start, Seconds(0));
  } else {
    const planning::Window window = asked_window(options.audio_window, "audio", audio_.info.path, sound_length_);
    start = window.start;
    end = std::min(window.end, window.start + longest_);
  }
  planning::SoundChoice choice = treatment(start, end);
  planning::Planned<AudioPlan> planned = planning::plan_audio(audio_.info, options, choice);
  if (options.loudness_lufs) resolve_loudness(planned, choice, options, context);
  if (auto limited = limiting(planned.value)) planned.warnings.push_back(std::move(*limited));
  return planned;
}

/// A clip that already has the loudness is copied nevertheless.
void WindowChooser::resolve_loudness(planning::Planned<AudioPlan>& planned, planning::SoundChoice& choice,
                                     const PrepareOptions& options, const RunContext& context) const {
  AudioPlan heard = planned.value;
  heard.salvaged = true;  // damage is found later, when the sound is made
  const SoundLevels levels = media::analyze_planned(audio_, heard, media::AnalysisOptions{}, context).levels;
  if (!levels.integrated_lufs || !levels.true_peak_dbtp) {
    planned.warnings.push_back(
        {"loudness_unknown", "The audio is silent or shorter than 0.4 s, so it has no loudness to change."});
    return;
  }
  const double gain = *options.loudness_lufs - *levels.integrated_lufs;
  const bool is_right = std::abs(gain) <= close_loudness && *levels.true_peak_dbtp <= most_true_peak;
  if (planned.value.action != ClipAction::transcode && is_right) return;
  choice.relevel = true;
  choice.treatment.gain_db = gain;
  choice.treatment.ceiling_dbtp = most_true_peak;
  choice.treatment.target_lufs = options.loudness_lufs;
  planned.value = planning::plan_audio(audio_.info, options, choice).value;  // with the same warnings
}

}  // namespace react1::stages
