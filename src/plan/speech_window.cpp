// SPDX-License-Identifier: Apache-2.0
#include "plan/speech_window.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace react1::planning {
namespace {

constexpr std::int64_t lookback = 300;  ///< blocks in which unbroken voice is cut
constexpr std::int64_t lead = 10;       ///< blocks before a word: soft consonants stay below the gate

/// A word or more that the window takes or leaves as a whole.
struct Part {
  Stretch voice;
  bool goes_on = false;  ///< ends without a pause
  bool went_on = false;  ///< begins without one
};

/// Voice without any gap: at the quietest instant before it gets too long.
void add_unbreakable(const AnalyzedSpeech& heard, const Stretch& voice, std::int64_t longest,
                     std::vector<Part>& parts) {
  for (std::int64_t at = voice.begin; at < voice.end;) {
    std::int64_t end = voice.end;
    if (voice.end - at > longest) {
      end = quietest_edge(heard.speech, std::max(at + longest - lookback, at + (longest + 1) / 2), at + longest);
    }
    parts.push_back({.voice = {at, end}, .goes_on = end<voice.end, .went_on = at> voice.begin});
    at = end;
  }
}

/// Splits parts that are too long at the shorter of `pauses`, one after the other.
void add_parts(const AnalyzedSpeech& heard, const Stretch& voice, std::int64_t longest,
               std::span<const std::int64_t> pauses, std::vector<Part>& parts) {
  if (voice.length() <= longest) {
    parts.push_back({voice});
    return;
  }
  if (pauses.empty()) {
    add_unbreakable(heard, voice, longest, parts);
    return;
  }
  const std::span<const std::int8_t> inside =
      std::span(heard.speech.likeness)
          .subspan(static_cast<std::size_t>(voice.begin), static_cast<std::size_t>(voice.length()));
  const std::size_t before = parts.size();
  for (const Stretch& piece : speech_stretches(inside, pauses.front())) {
    if (parts.size() > before) parts.back().goes_on = true;
    const std::size_t here = parts.size();
    add_parts(heard, {voice.begin + piece.begin, voice.begin + piece.end}, longest, pauses.subspan(1), parts);
    if (here > before) parts[here].went_on = true;
  }
}

/// Blocks of the pauses next to each part.
class Pauses {
 public:
  Pauses(const std::vector<Part>& parts, std::int64_t blocks) : parts_(parts), blocks_(blocks) {}
  [[nodiscard]] std::int64_t before(std::size_t i) const {
    return parts_[i].voice.begin - (i == 0 ? 0 : parts_[i - 1].voice.end);
  }
  [[nodiscard]] std::int64_t after(std::size_t i) const {
    return (i + 1 == parts_.size() ? blocks_ : parts_[i + 1].voice.begin) - parts_[i].voice.end;
  }
  [[nodiscard]] std::int64_t start(std::size_t i) const {
    const std::int64_t free = i == 0 ? before(i) : before(i) / 2;
    return parts_[i].voice.begin - std::min(lead, free);
  }
  [[nodiscard]] std::int64_t end(std::size_t i) const {
    const std::int64_t kept = i + 1 == parts_.size() ? std::min(kept_pause, after(i)) : kept_of(after(i));
    return parts_[i].voice.end + kept;
  }

 private:
  const std::vector<Part>& parts_;
  std::int64_t blocks_;
};

struct Candidate {
  Stretch window;
  std::int64_t voiced = -1;
  std::size_t first = 0, last = 0;  ///< parts
};

Candidate best_of(const std::vector<Part>& parts, const Pauses& pauses, std::int64_t longest) {
  Candidate best;
  std::int64_t voiced = 0;
  std::size_t behind = 0;  // the first part that is not taken
  for (std::size_t first = 0; first < parts.size(); ++first) {
    const std::int64_t start = pauses.start(first);
    while (behind < parts.size() && pauses.end(behind) - start <= longest) voiced += parts[behind++].voice.length();
    Candidate here{.window = {start, 0}, .voiced = voiced};
    if (behind == first) {  // too long with its pauses, not without
      const Stretch& alone = parts[first].voice;
      here = {.window = alone, .voiced = alone.length()};
      ++behind;
    } else {
      here.window.end = pauses.end(behind - 1);
      voiced -= parts[first].voice.length();
    }
    here.first = first;
    here.last = behind - 1;
    if (here.voiced > best.voiced) best = here;
  }
  return best;
}

/// Whether the pause next to a part, which contains an edge of the window, is sure.
bool surely_beside(const SpeechTrack& speech, const Stretch& pause, std::int64_t edge) {
  return edge == 0 || edge == speech.blocks() || surely_pause(speech, pause, edge);
}

}  // namespace

std::optional<SpeechWindow> find_speech(const AnalyzedSpeech& heard, const Seconds& longest_s) {
  constexpr std::array<std::int64_t, 3> shorter_pauses{8, 4, 1};
  const SpeechTrack& speech = heard.speech;
  const std::int64_t longest = std::max<std::int64_t>((longest_s * blocks_per_second).floor(), 1);
  std::vector<Part> parts;
  for (const Stretch& voice : speech_stretches(speech.likeness, shortest_pause)) {
    add_parts(heard, voice, longest, shorter_pauses, parts);
  }
  if (parts.empty()) return std::nullopt;
  const Pauses pauses(parts, speech.blocks());
  const Candidate best = best_of(parts, pauses, longest);
  const Part &first = parts[best.first], &last = parts[best.last];
  const Stretch before{first.voice.begin - pauses.before(best.first), first.voice.begin};
  const Stretch after{last.voice.end, last.voice.end + pauses.after(best.last)};
  SpeechWindow window{.start_s = heard.start_s + Seconds(best.window.begin, blocks_per_second),
                      .end_s = heard.start_s + Seconds(best.window.end, blocks_per_second),
                      .voiced_s = Seconds(best.voiced, blocks_per_second)};
  window.ends_in_pause = !last.goes_on && surely_beside(speech, after, best.window.end);
  window.may_cut_word = !window.ends_in_pause || first.went_on || !surely_beside(speech, before, best.window.begin);
  return window;
}

}  // namespace react1::planning
