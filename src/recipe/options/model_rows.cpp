// SPDX-License-Identifier: Apache-2.0
// Rows: the parameters of the model, and the thresholds of the advice.
#include <algorithm>
#include <cmath>
#include <cstdint>

#include "recipe/options/member_type.hpp"
#include "recipe/options/model_bounds.hpp"
#include "recipe/options/table.hpp"

namespace react1::recipe {
namespace {

constexpr std::int64_t largest_ratio = 100;
constexpr std::int64_t most_fps = 30;  ///< of a prepared clip

/// As React-1 takes it, whose parameter it is.
Range temperature_range() {
  const auto& fields = models::standard().fields;
  const auto field =
      std::find_if(fields.begin(), fields.end(), [](const InputField& each) { return each.name == "temperature"; });
  return between(std::llround(field->range->least), std::llround(field->range->most));
}

std::vector<Option> ratio_rows() {
  return {
      option("/advice/remap_speed_up", REACT1_MEMBER(advice.remap_speed_up), between(1, largest_ratio),
             "Largest ratio of video over audio that remap may hide."),
      option("/advice/remap_slow_down", REACT1_MEMBER(advice.remap_slow_down), between(1, largest_ratio),
             "Largest ratio that remap may hide."),
      option("/advice/remap_slow_down_warn", REACT1_MEMBER(advice.remap_slow_down_warn), between(1, largest_ratio),
             "Largest ratio for a visible slow-down, with a warning."),
      option("/advice/one_turn", REACT1_MEMBER(advice.one_turn), between(1, largest_ratio),
             "Largest ratio with one turn or one repeat."),
      option("/advice/many_turns", REACT1_MEMBER(advice.many_turns), between(1, largest_ratio),
             "Largest ratio that is paid for at all."),
      option("/advice/bounce_lips_only", REACT1_MEMBER(advice.bounce_lips_only), between(1, largest_ratio),
             "Largest ratio for bounce with model_mode lips."),
  };
}

std::vector<Option> signal_rows() {
  return {
      option("/advice/voice_gate_dbfs", REACT1_MEMBER(advice.voice_gate_dbfs), between(-120, 0),
             "Sound from this level (dBFS) on counts as voice, steady or not. A voice that rises above its background "
             "counts from 20 dB lower."),
      option("/advice/voice_tail_s", REACT1_MEMBER(advice.voice_tail_s), between(0, model_bounds().longest),
             "Kept after the last voiced sound."),
      option("/advice/loop_ssim", REACT1_MEMBER(advice.loop_ssim), between(0, 1),
             "Similarity (SSIM) of first and last frame above which a clip loops."),
      option("/advice/loop_step", REACT1_MEMBER(advice.loop_step), between(0, 1000),
             "Largest step from the last to the first frame for a clip to loop, in usual steps between frames."),
      option("/advice/static_motion", REACT1_MEMBER(advice.static_motion), between(0, 1),
             "Change of brightness (0 to 1) of the picture's border per second below which a shot is static."),
      option("/advice/static_travel", REACT1_MEMBER(advice.static_travel), between(0, 10),
             "Movement per second, in sizes of what moves, from which a shot is not static."),
      option("/advice/scene_cut", REACT1_MEMBER(advice.scene_cut), between(0, 1),
             "Mean change of brightness (0 to 1) from one frame to the next that is a cut."),
  };
}

}  // namespace

std::vector<Option> model_rows() {
  return {
      option("/parameters/emotion", REACT1_MEMBER(parameters.emotion), "Emotion of the speaker.")
          .flagged(FlagGroup::model, {"--emotion"})
          .required_by({"run", "submit"})
          .null_means("not set; run and submit need one"),
      option("/parameters/model_mode", REACT1_MEMBER(parameters.model_mode), "What the model redraws.")
          .flagged(FlagGroup::model, {"--model-mode"}),
      option("/parameters/lipsync_mode", REACT1_MEMBER(parameters.lipsync_mode), Limits{.unset_word = "auto"},
             "What the model does when the clips differ in length. auto: as advised.")
          .flagged(FlagGroup::model, {"--lipsync-mode"}),
      option("/parameters/temperature", REACT1_MEMBER(parameters.temperature), temperature_range(),
             "How expressive, from 0 to 1.")
          .flagged(FlagGroup::model, {"--temperature"}, "T"),
  };
}

std::vector<Option> advice_rows() {
  std::vector<Option> rows{
      option("/advice/goal", REACT1_MEMBER(advice.goal),
             "What has to stay complete when the clips differ in length: the speech, the picture, or both.")
          .flagged(FlagGroup::model, {"--goal"}),
      option("/advice/min_video_s", REACT1_MEMBER(advice.min_video_s), above(0, model_bounds().longest),
             "Do not pay for a shorter video."),
      option("/advice/min_frames", REACT1_MEMBER(advice.min_frames),
             between(1, (model_bounds().longest * most_fps).floor()), "Do not pay for a video with fewer frames."),
      option("/advice/lost_tail_warn_s", REACT1_MEMBER(advice.lost_tail_warn_s), between(0, model_bounds().longest),
             "Warn when more than this of the picture is lost."),
      option("/advice/lost_tail_warn_share", REACT1_MEMBER(advice.lost_tail_warn_share), between(0, 1),
             "The same, as a share of the video."),
  };
  for (const auto part : {ratio_rows, signal_rows}) {
    std::vector<Option> more = part();
    rows.insert(rows.end(), more.begin(), more.end());
  }
  return rows;
}

}  // namespace react1::recipe
