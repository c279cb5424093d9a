// SPDX-License-Identifier: Apache-2.0
#include "stages/prepare/sound_report.hpp"

#include <fmt/format.h>

#include <cmath>

#include "plan/speech_track.hpp"

namespace react1::stages {
namespace {

const Seconds long_silence = 1;
constexpr double loudness_tolerance = 0.5;  ///< LU

std::string decimals(const Seconds& value) {
  return value.to_decimal(/*places=*/2);
}

/// For a long silence at the start the model has returned an error that did not mention it.
void warn_of_leading_silence(Preparation& preparation, bool same_take) {
  if (!preparation.speech || !preparation.speech->found()) return;
  const Seconds silence = preparation.speech->segments.front().start_s;
  if (silence < long_silence) return;
  const Seconds speaks_at = preparation.audio.window_start_s + silence;
  preparation.warnings.push_back(
      {"leading_silence",
       fmt::format(
           "The audio clip starts with {} s of silence; --window speech looks for the voice, {} {} starts with it.",
           decimals(silence), same_take ? "--start" : "--audio-start", decimals(speaks_at))});
}

void warn_of_loudness(Preparation& preparation, const SoundLevels& levels, const std::optional<double>& wanted) {
  if (!wanted || !levels.integrated_lufs) return;
  if (std::abs(*levels.integrated_lufs - *wanted) <= loudness_tolerance) return;
  preparation.warnings.push_back(
      {"loudness_not_reached", fmt::format("The audio has {:.1f} LUFS, not {:.1f}: its peaks allow no more.",
                                           *levels.integrated_lufs, *wanted)});
}

}  // namespace

AudioPlan as_delivered(AudioPlan plan) {
  if (plan.action != ClipAction::transcode) plan.treatment = {};
  return plan;
}

void report_sound(Preparation& preparation, const media::AudioAnalysis& analysis, const TakeOffset& offset,
                  std::optional<std::int64_t> clipped_samples, const PipelineOptions& options) {
  preparation.offset = offset;
  preparation.audio.levels = analysis.levels;
  preparation.audio.levels->clipped_samples = clipped_samples;
  const planning::SpeechTrack track = planning::track_speech(analysis.blocks, options.advice.voice_gate_dbfs);
  preparation.audio.levels->silence_share = planning::silence_share(track);
  preparation.speech = planning::describe_speech(track, preparation.audio.duration_s);
  warn_of_leading_silence(preparation, offset.same_take);
  warn_of_loudness(preparation, analysis.levels, options.prepare.loudness_lufs);
}

}  // namespace react1::stages
