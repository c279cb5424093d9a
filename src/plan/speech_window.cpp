#include "plan/speech_window.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace react1::planning {
namespace {

constexpr std::int64_t lead = 10;  ///< blocks before a word: soft consonants stay below the gate

/// A word or more that the window takes or leaves as a whole.
struct Part {
  Stretch voice;
  bool broken = false;  ///< ends inside a word
};

void add_unbreakable(const Stretch& voice, std::int64_t longest, std::vector<Part>& parts) {
  for (std::int64_t at = voice.begin; at < voice.end; at += longest) {
    const std::int64_t end = std::min(at + longest, voice.end);
    parts.push_back({{at, end}, end < voice.end});
  }
}

/// Breaks what is too long at the shorter of `pauses`, one after the other.
void add_parts(const HeardLevels& heard, const Stretch& voice, std::int64_t longest,
               std::span<const std::int64_t> pauses, std::vector<Part>& parts) {
  if (voice.length() <= longest) {
    parts.push_back({voice});
    return;
  }
  if (pauses.empty()) {
    add_unbreakable(voice, longest, parts);
    return;
  }
  const Levels inside =
      heard.levels.subspan(static_cast<std::size_t>(voice.begin), static_cast<std::size_t>(voice.length()));
  for (const Stretch& piece : voiced_stretches(inside, heard.threshold, pauses.front())) {
    add_parts(heard, {voice.begin + piece.begin, voice.begin + piece.end}, longest, pauses.subspan(1), parts);
  }
}

/// Blocks of the pauses beside each part.
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
  bool broken = false;
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
    here.broken = parts[behind - 1].broken;
    if (here.voiced > best.voiced) best = here;
  }
  return best;
}

}  // namespace

std::optional<SpeechWindow> find_speech(const HeardLevels& heard, const Seconds& longest_s) {
  constexpr std::array<std::int64_t, 3> shorter_pauses{8, 4, 1};
  const std::int64_t longest = std::max<std::int64_t>((longest_s * blocks_per_second).floor(), 1);
  std::vector<Part> parts;
  for (const Stretch& voice : voiced_stretches(heard.levels, heard.threshold, shortest_pause)) {
    add_parts(heard, voice, longest, shorter_pauses, parts);
  }
  if (parts.empty()) return std::nullopt;
  const Candidate best = best_of(parts, Pauses(parts, static_cast<std::int64_t>(heard.levels.size())), longest);
  return SpeechWindow{.start_s = heard.start_s + Seconds(best.window.begin, blocks_per_second),
                      .end_s = heard.start_s + Seconds(best.window.end, blocks_per_second),
                      .voiced_s = Seconds(best.voiced, blocks_per_second),
                      .ends_in_word = best.broken};
}

}  // namespace react1::planning
