// SPDX-License-Identifier: Apache-2.0
#include "plan/pauses.hpp"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace react1::planning {
namespace {

constexpr std::int64_t guard = 5;          ///< blocks that a cut keeps away from a word
constexpr std::int64_t soft_edge = 2;      ///< blocks at the edges of a pause in which words fade
constexpr std::int64_t judged = 15;        ///< blocks on either side of a cut that must be a pause
constexpr std::int64_t around = 4;         ///< blocks on either side of an instant that determine its level
constexpr std::int64_t spoken_first = 50;  ///< blocks of speech that a clip keeps at least
constexpr std::int64_t kQuieter = 6;       ///< half decibels, as all likeness
constexpr int soft_consonant = 12;
constexpr std::int64_t long_pause = 30;  ///< blocks
constexpr int deepest = 16;              ///< below the limit for certainly no speech
constexpr int close_to_speech = -1;

Seconds seconds(std::int64_t blocks) {
  return {blocks, blocks_per_second};
}

std::int64_t sum(const SpeechTrack& speech, std::int64_t begin, std::int64_t end) {
  std::int64_t all = 0;
  for (std::int64_t at = begin; at < end; ++at) {
    // The depth of a silence is capped: otherwise a short gap would outweigh a long pause in noise.
    all += std::max(int{speech.likeness[static_cast<std::size_t>(at)]}, speech.surely_none - deepest);
  }
  return all;
}

/// The pause after word `i`.
Stretch pause_behind(const std::vector<Stretch>& words, std::size_t i, std::int64_t blocks) {
  return {words[i].end, i + 1 == words.size() ? blocks : words[i + 1].begin};
}

/// Where in the pause after a word to cut, in blocks. nullopt when it is too far back.
std::optional<Seconds> cut_in(const Stretch& pause, bool last, const Seconds& end, const Seconds& earliest) {
  const std::int64_t near = std::min(guard, pause.length() / 2);
  if (end <= pause.end && end >= pause.begin + near) return last ? end : std::min(end, Seconds(pause.end - near));
  const Seconds cut = std::min(end, std::max(Seconds(pause.begin + kept_of(pause.length())), earliest));
  if (cut > Seconds(pause.end - near)) return std::nullopt;
  return cut;
}

}  // namespace

std::int64_t kept_of(std::int64_t length) {
  return std::min(kept_pause, length / 2);
}

bool AnalyzedSpeech::loud_before(const Seconds& time) const {
  const std::int64_t block = ((time - start_s) * blocks_per_second).ceil() - 1;
  return block >= 0 && block < static_cast<std::int64_t>(levels.size()) &&
         levels[static_cast<std::size_t>(block)] <= audible_level;
}

bool AnalyzedSpeech::loud_after(const Seconds& time) const {
  const std::int64_t block = ((time - start_s) * blocks_per_second).floor();
  return block >= 0 && block < static_cast<std::int64_t>(levels.size()) &&
         levels[static_cast<std::size_t>(block)] <= audible_level;
}

bool AnalyzedSpeech::may_cut_word(const Seconds& time) const {
  const Seconds at = (time - start_s) * blocks_per_second;
  if (at <= 0 || at > Seconds(speech.blocks())) return false;
  const std::vector<Stretch> words = speech_stretches(speech.likeness, shortest_pause);
  Stretch pause{0, words.empty() ? speech.blocks() : words.front().begin};
  for (std::size_t i = 0; i < words.size() && Seconds(words[i].begin) < at; ++i) {
    pause = pause_behind(words, i, speech.blocks());
  }
  return at < Seconds(pause.begin) || at > Seconds(pause.end) || !surely_pause(speech, pause, at.floor());
}

bool surely_pause(const SpeechTrack& speech, const Stretch& pause, std::int64_t at) {
  const std::int64_t soft_begin = pause.begin == 0 ? 0 : soft_edge;
  const std::int64_t soft_end = pause.end == speech.blocks() ? 0 : soft_edge;
  const std::int64_t begin = std::max(pause.begin + soft_begin, at - judged);
  const std::int64_t end = std::min(pause.end - soft_end, at + judged);
  if (end <= begin) return pause.length() > 0;
  const auto first = speech.likeness.begin();
  const bool unbroken =
      std::none_of(first + begin, first + end, [](std::int8_t likeness) { return likeness >= close_to_speech; });
  // Soft consonants seldom last longer, so a long pause may be louder.
  const std::int64_t most = speech.surely_none - (pause.length() < long_pause ? soft_consonant : 0);
  return unbroken && sum(speech, begin, end) <= most * (end - begin);
}

std::int64_t quietest_edge(const SpeechTrack& speech, std::int64_t earliest, std::int64_t latest) {
  const auto loudness = [&](std::int64_t edge) {
    const std::int64_t begin = std::max<std::int64_t>(edge - around, 0), end = std::min(edge + around, speech.blocks());
    return end > begin ? sum(speech, begin, end) * 2 * around / (end - begin) : 0;
  };
  std::int64_t best = latest, lowest = loudness(latest) - kQuieter * 2 * around;
  for (std::int64_t edge = latest - 1; edge >= earliest; --edge) {
    const std::int64_t here = loudness(edge);
    if (here >= lowest) continue;
    lowest = here;
    best = edge;
  }
  return best;
}

std::optional<Cut> choose_cut(const AnalyzedSpeech& heard, const Seconds& end_s, const Seconds& lookback_s) {
  const SpeechTrack& speech = heard.speech;
  const std::vector<Stretch> words = speech_stretches(speech.likeness, shortest_pause);
  const Seconds end = (end_s - heard.start_s) * blocks_per_second;  // in blocks, as all below
  const Seconds earliest = end - lookback_s * blocks_per_second;
  if (words.empty() || Seconds(words.front().begin) >= end) return std::nullopt;
  for (std::size_t i = words.size(); i-- > 0;) {
    if (Seconds(words[i].end) > end) continue;
    const Stretch pause = pause_behind(words, i, speech.blocks());
    const auto cut = cut_in(pause, i + 1 == words.size(), end, earliest);
    if (!cut) break;
    if (!surely_pause(speech, pause, cut->floor())) continue;
    return Cut{heard.start_s + *cut / blocks_per_second, heard.start_s + seconds(pause.begin)};
  }
  const std::int64_t latest = std::min(end.floor(), speech.blocks());
  const std::int64_t first = std::max(earliest.ceil(), words.front().begin + spoken_first);
  if (first >= latest) return std::nullopt;
  const std::int64_t edge = quietest_edge(speech, first, latest);
  if (edge == latest) return std::nullopt;
  return Cut{heard.start_s + seconds(edge)};
}

}  // namespace react1::planning
