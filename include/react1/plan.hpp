// SPDX-License-Identifier: Apache-2.0
// Durations, the choice of lipsync_mode and the expected result. Pure data and pure functions.
// Source of the table: Sync Labs' sync-mode guide and measurements; see docs/advice.md, "Advice".
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <react1/api.hpp>
#include <react1/rational.hpp>

namespace react1::REACT1_ABI {

enum class Emotion { happy, sad, angry, disgusted, surprised, neutral };
enum class ModelMode { lips, face, head };
enum class LipsyncMode { cut_off, loop, bounce, silence, remap };

[[nodiscard]] REACT1_API std::string_view to_string(Emotion emotion) noexcept;
[[nodiscard]] REACT1_API std::string_view to_string(ModelMode mode) noexcept;
[[nodiscard]] REACT1_API std::string_view to_string(LipsyncMode mode) noexcept;
/// Exact, lower-case wire names. Throw Error{usage} naming the allowed values and the nearest one.
[[nodiscard]] REACT1_API Emotion parse_emotion(std::string_view text);
[[nodiscard]] REACT1_API ModelMode parse_model_mode(std::string_view text);
[[nodiscard]] REACT1_API LipsyncMode parse_lipsync_mode(std::string_view text);

/// The six fields of the model, less the two URLs.
struct Parameters {
  Emotion emotion = Emotion::neutral;
  ModelMode model_mode = ModelMode::face;
  LipsyncMode lipsync_mode = LipsyncMode::bounce;
  double temperature = 0.5;  ///< 0 to 1 inclusive; the one real number of the wire schema
  /// What only another model than React-1 takes, by the model's own name and as text. A model refuses what it does not
  /// take, with Error{usage}.
  std::map<std::string, std::string> more{};
};

/// The difference in length of the two prepared clips.
struct Mismatch {
  Seconds video_s, audio_s;
  Seconds delta_s;     ///< audio − video
  Rational ratio = 0;  ///< audio / video
};
/// Both must be > 0, else Error{media}.
[[nodiscard]] REACT1_API Mismatch measure_mismatch(Seconds video_s, Seconds audio_s);

/// What the user cares about when the clips differ: all speech, the whole picture, or both.
enum class Goal { speech, picture, both };
[[nodiscard]] REACT1_API std::string_view to_string(Goal goal) noexcept;
[[nodiscard]] REACT1_API Goal parse_goal(std::string_view text);

/// Thresholds of the advice table; the defaults are those of pipelines/default.json.
struct AdviceOptions {
  Goal goal = Goal::speech;
  Seconds min_video_s = 1;              ///< row 0
  std::int64_t min_frames = 2;          ///< row 0
  Seconds lost_tail_warn_s = 1;         ///< row 2
  Rational lost_tail_warn_share{1, 5};  ///< row 2, of the video
  Rational remap_speed_up{21, 20};      ///< row 4, v/a
  Rational remap_slow_down{21, 20};     ///< row 6, a/v
  Rational remap_slow_down_warn{5, 4};  ///< row 9
  Rational one_turn{2, 1};              ///< rows 7, 8, 10
  Rational many_turns{4, 1};            ///< rows 11, 12
  Rational bounce_lips_only{3, 2};      ///< model_mode lips: head motion stays, turns show most
  /// Sound from this level on counts as voice, steady or not. A voice that rises above its background counts down to
  /// 20 dB below.
  double voice_gate_dbfs = -45;
  Seconds voice_tail_s{3, 20};  ///< 0.15 s added to the last voiced block
  double loop_ssim = 0.90;      ///< first and last frame alike
  double loop_step = 3;         ///< largest step from the last to the first frame, in usual steps
  double static_motion = 0.02;  ///< luma change of the border in a second (0..1) below which a shot is static
  double static_travel = 0.1;   ///< movement in a second, in sizes of what moves, from which a shot is not static
  double scene_cut = 0.09;      ///< mean luma change of one frame that is a cut; measured 0.14 and above
};

/// Measured facts that the advice needs. nullopt: not measured, because no reachable table row uses it.
struct ClipFacts {
  Seconds video_s, audio_s;
  Rational fps = 0;
  std::int64_t frames = 0;
  int sample_rate = 0;                 ///< of the prepared audio, Hz
  std::optional<Seconds> voice_end_s;  ///< end of the last voiced block, without the tail; nullopt = no voice
  bool voice_found = true;
  std::optional<bool> is_static;
  std::optional<bool> loopable;
  std::vector<Seconds> cuts_s;  ///< hard cuts of the picture, on the video's timeline; empty unless motion was measured
};

/// True when advise() needs is_static/loopable for these facts, so that the picture is only decoded when it matters.
[[nodiscard]] REACT1_API bool advice_needs_motion(const ClipFacts& facts, const AdviceOptions& options);

/// The expected result of one mode.
struct Prediction {
  LipsyncMode lipsync_mode{};
  Seconds duration_s;
  std::int64_t frames = 0;  ///< round(duration × fps)
  Rational fps = 0;
  Rational cost_usd = 0;
};

/// A recommended mode, the row of the table that chose it and why.
struct Advice {
  LipsyncMode lipsync_mode{};
  std::string rule;  ///< "0" … "12": the row; stable
  std::vector<std::string> reasons;
  std::vector<std::string> warnings;
  bool hold = false;                     ///< do not pay for this pair
  std::vector<Seconds> seams_s;          ///< times in the output where bounce turns or loop jumps
  std::vector<Prediction> alternatives;  ///< one per mode
};

/// Price of the model; configuration, not a fact of the code. Source of the default: fal's model page.
struct Price {
  Rational usd_per_minute = 10;  ///< of output
  /// When the service was asked for the account's own price, UTC, ISO 8601; empty: this is the recipe's.
  std::string asked_at{};
};

[[nodiscard]] REACT1_API Advice advise(const ClipFacts& facts, ModelMode model_mode, const AdviceOptions& options,
                                       const Price& price);
[[nodiscard]] REACT1_API Prediction predict(const ClipFacts& facts, LipsyncMode mode, const Price& price);

}  // namespace react1::REACT1_ABI
