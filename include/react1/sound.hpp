// SPDX-License-Identifier: Apache-2.0
// How sound is cut and normalised, and measurements of it. Data and options.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include <react1/api.hpp>
#include <react1/rational.hpp>

namespace react1::REACT1_ABI {

/// Where sound that is longer than its window ends.
enum class CutPolicy {
  automatic,  ///< at a pause where the limit decides, exactly where the user names an end or a length
  pause,      ///< at the last pause before the end, whether the limit or the user set it
  exact,      ///< at the sample
};
/// "auto", "pause", "exact". Throws Error{usage}, with the nearest word as a hint.
[[nodiscard]] REACT1_API CutPolicy parse_cut_policy(std::string_view text);

/// How sound is cut. A pause is 0.15 s or more without voice; a clip that ends in one keeps 0.15 s of it, or half.
struct CutOptions {
  CutPolicy policy = CutPolicy::automatic;
  Seconds lookback_s = 3;  ///< no pause this close before the end: the cut is exact. 0 to 15
  /// Length of the fade where an edge of the window falls into sound: long enough to avoid a click, too short to be
  /// audible as a fade. 0 to 0.1; 0 = none. Copied MP3 is never faded.
  Seconds fade_s{1, 100};
};

/// What is done to the samples between decoder and encoder, in this order.
struct SoundTreatment {
  /// One of the two channels alone, 0 = left; -1 = all. Used when both cancel each other in a mono sum.
  int only_channel = -1;
  /// The channel of low-frequency effects is mixed in too, because the others are silent.
  bool with_effects = false;
  double gain_db = 0;
  /// Peaks between the samples are held below this, dBTP; nullopt = no limiter.
  std::optional<double> ceiling_dbtp{};
  Seconds silence_before_s = 0;  ///< put before the first sample; counts towards AudioPlan::samples
  Seconds fade_in_s = 0, fade_out_s = 0;
  /// Target loudness (integrated) of the made clip; the gain is corrected by a measurement of the clip.
  std::optional<double> target_lufs{};
};

/// Measured on a made clip; on the samples that would be encoded, when it is only planned. nullopt = unknown.
struct SoundLevels {
  std::optional<double> integrated_lufs;  ///< EBU R128; nullopt for silence and for less than 0.4 s
  std::optional<double> true_peak_dbtp;   ///< highest value between the samples too; nullopt for digital silence
  std::optional<double> silence_share;    ///< of the 10 ms blocks, those below the adaptive gate of speech; 0..1
  /// Samples in runs of three or more at full scale, of all analysed samples.
  std::optional<std::int64_t> clipped_samples;
};

/// Speech between two pauses. A pause is 0.15 s or more below the gate.
struct SpeechSegment {
  Seconds start_s, end_s;
};

/// Where a prepared clip (or one that is only planned) has speech, on its own timeline. Judged by loudness alone
/// (docs/sound.md): music and other sound that rises above its background counts as speech.
struct Speech {
  Rational share = 0;                   ///< of the clip, what the segments cover; 0..1
  std::vector<SpeechSegment> segments;  ///< in order
  [[nodiscard]] bool found() const noexcept { return !segments.empty(); }
};

/// The offset between sound and picture in the sources, and whether it was kept.
struct TakeOffset {
  bool same_take = false;               ///< both clips were cut at the same instants
  std::optional<Seconds> audio_late_s;  ///< audio start - video start; nullopt: two files that share no timeline
  bool kept = false;                    ///< false: each clip starts with its own first frame or sample
  Seconds silence_added_s = 0;          ///< before the sound, to keep it late
};

}  // namespace react1::REACT1_ABI
