// SPDX-License-Identifier: Apache-2.0
// The best stretch of voice in a long sound.
#pragma once

#include <optional>

#include "plan/pauses.hpp"

namespace react1::planning {

struct SpeechWindow {
  Seconds start_s, end_s;  ///< on the clip
  Seconds voiced_s;        ///< voice within
  /// An edge may lie in a word: the voice goes on too long without a pause, or its pause is not sure.
  bool may_cut_word = false;
  bool ends_in_pause = true;  ///< the end lies in a pause
};

/// The window of at most `longest_s` with the most voice, the earliest of equals; nullopt without voice. It starts up
/// to 0.1 s before a word and ends up to 0.15 s after one, never nearer to the neighbouring word than half their pause.
/// A stretch of voice that is longer is broken at ever shorter gaps, at last at the quietest instant of its last 3 s.
[[nodiscard]] std::optional<SpeechWindow> find_speech(const AnalyzedSpeech& heard, const Seconds& longest_s);

}  // namespace react1::planning
