// SPDX-License-Identifier: Apache-2.0
// Where a clip is best cut: in a pause of the speech, else at the quietest instant.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include <react1/rational.hpp>
#include <react1/sound.hpp>

#include "plan/speech_track.hpp"

namespace react1::planning {

/// How many blocks of a pause of `length` stay with the word before it.
[[nodiscard]] std::int64_t kept_of(std::int64_t length);

/// The analysed sound around an instant.
struct AnalyzedSpeech {
  Levels levels;
  SpeechTrack speech;
  Seconds start_s;                 ///< position of block 0 on the clip
  std::uint8_t audible_level = 0;  ///< in the unit of Levels: a cut through anything louder clicks
  /// True when the block that ends at (or holds) `time` is audible: a cut there cuts sound.
  [[nodiscard]] bool loud_before(const Seconds& time) const;
  /// The same for the block that begins at or holds `time`.
  [[nodiscard]] bool loud_after(const Seconds& time) const;
  /// Whether a cut at `time` may be in a word: false in a pause, and 20 ms or more away from its edge, where
  /// it is sure; false where nothing was analysed.
  [[nodiscard]] bool may_cut_word(const Seconds& time) const;
};

/// Whether `pause`, the blocks between two words (or a word and an end of the analysed sound), is sure
/// around block `at`: within 0.15 s there is neither a click nor noise that could hide soft speech: on average 20 dB
/// below the voice, 26 dB in a pause of less than 0.3 s.
[[nodiscard]] bool surely_pause(const SpeechTrack& speech, const Stretch& pause, std::int64_t at);

struct Cut {
  Seconds end_s;                         ///< of the clip
  std::optional<Seconds> voice_end_s{};  ///< of the last word before it, when the cut is in a sure pause
};

/// Where to end at or before `end_s`, no more than `lookback_s` before: in the last pause, soon after the word. An end
/// that is already in a pause is kept, except for the part less than 50 ms (or a half) away from the next word. Without
/// a pause, the quietest instant after the first half second of the first word; the latest of equals. nullopt when
/// there is no speech before the end, or nothing quieter than the end itself: it stays where it is.
[[nodiscard]] std::optional<Cut> choose_cut(const AnalyzedSpeech& heard, const Seconds& end_s,
                                            const Seconds& lookback_s);

/// The edge of a block in [earliest, latest] that is least likely speech, 40 ms around it considered; the latest of
/// equals, and `latest` unless another edge is 3 dB quieter. Needs 0 ≤ earliest ≤ latest ≤ blocks.
[[nodiscard]] std::int64_t quietest_edge(const SpeechTrack& speech, std::int64_t earliest, std::int64_t latest);

}  // namespace react1::planning
