// SPDX-License-Identifier: Apache-2.0
// Which part of both clips is used, as far as the sound decides it, and how the sound is treated.
#pragma once

#include <cstdint>
#include <optional>
#include <react1/pipeline.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "media/sound/audio_analysis.hpp"
#include "media/source/clip_input.hpp"
#include "plan/encode_plan.hpp"
#include "plan/pauses.hpp"
#include "plan/planned.hpp"

namespace react1::stages {

/// Analyses the audio once, as far as a window, a cut or the channels depend on it (all of it for the best stretch of
/// speech); both plans use the results. plan and prepare use the same code, so they agree. References must outlive it.
class WindowChooser {
 public:
  /// Throws what the analysis throws; Error{media} when a window is outside its clip or, in a same take, without any
  /// sound.
  WindowChooser(const media::ClipInput& video, const media::ClipInput& audio, const PipelineOptions& options,
                const RunContext& context);

  /// Warnings about the choice.
  [[nodiscard]] const std::vector<Warning>& warnings() const noexcept { return warnings_; }

  /// For planning::plan_video() and apply_cut_limits().
  [[nodiscard]] const PrepareOptions& video_options() const noexcept { return video_options_; }
  /// In a same take the audio ends with the picture, whose plan `take` is; else `take` is not used.
  [[nodiscard]] planning::Planned<AudioPlan> plan_audio(const VideoPlan* take, const RunContext& context);
  /// Narrows the audio's window to a part of it, and the video's with it in a same take. Plans must be made again then.
  void keep_sound(const WindowOptions& window);
  [[nodiscard]] const TakeOffset& offset() const noexcept { return offset_; }
  /// Of the source, where it was analysed; nullopt when unknown.
  [[nodiscard]] std::optional<std::int64_t> clipped_samples() const noexcept {
    return analysis_.levels.clipped_samples;
  }

 private:
  /// On the audio's own timeline.
  struct Range {
    Seconds start_s, end_s;
    bool limited = false;  ///< the limit ends it, not the user and not the sound
  };
  [[nodiscard]] Range allowed();
  void align_take();
  void listen(const Range& range, const RunContext& context);
  void analyze_effects_alone(const Seconds& start, const Seconds& end, const RunContext& context);
  [[nodiscard]] bool is_over_full_scale() const;
  [[nodiscard]] std::optional<Warning> limiting(const AudioPlan& plan) const;
  void choose(const Range& range);
  [[nodiscard]] Range choose_speech(const Range& range);
  [[nodiscard]] Range cut(Range range);
  void warn_of_cut_word(const Seconds& end_s, std::string_view why);
  void share_with_video(const Range& window);
  void judge_channels();
  [[nodiscard]] planning::SoundChoice treatment(const Seconds& start_s, const Seconds& end_s) const;
  void resolve_loudness(planning::Planned<AudioPlan>& planned, planning::SoundChoice& choice,
                        const PrepareOptions& options, const RunContext& context) const;

  const media::ClipInput& video_;
  const media::ClipInput& audio_;
  const PipelineOptions& options_;
  Seconds sound_length_;
  Seconds longest_;  ///< of the audio; in a same take a whole number of frames
  Rational fps_ = 0;
  TakeOffset offset_;
  Seconds late_;                   ///< audio start - video start on the common timeline; 0 unless a same take
  media::AudioAnalysis analysis_;  // before speech_, which refers to it
  planning::AnalyzedSpeech speech_;
  bool with_effects_ = false;           ///< only the low-frequency effects channel has sound
  std::optional<Seconds> voice_end_s_;  ///< before a cut in a pause
  PrepareOptions video_options_, audio_options_;
  std::vector<Warning> warnings_;
};

}  // namespace react1::stages
