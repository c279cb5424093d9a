// SPDX-License-Identifier: Apache-2.0
// The best stretch of voice in a long sound.
#pragma once

#include <optional>

#include "plan/pauses.hpp"

namespace react1::planning {

struct SpeechWindow {
  Seconds start_s, end_s;  ///< on the clip
  Seconds voiced_s;        ///< voice within
  /// An edge may be in a word: the voice has no pause for too long, or the pause is not sure.
  bool may_cut_word = false;
  bool ends_in_pause = true;  ///< the end is in a pause
};

/// The window of at most `longest_s` with the most voice, the earliest of equals; nullopt without voice. It starts up
/// to 0.1 s before a word and ends up to 0.15 s after one, never nearer to the neighbouring word than half their pause.
/// A longer stretch of voice is split at successively shorter gaps, finally at the quietest instant of its last 3 s.
[[nodiscard]] std::optional<SpeechWindow> find_speech(const AnalyzedSpeech& heard, const Seconds& longest_s);

}  // namespace react1::planning
