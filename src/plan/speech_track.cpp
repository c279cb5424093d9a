// SPDX-License-Identifier: Apache-2.0
#include "plan/speech_track.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>

namespace react1::planning {
namespace {

// In half decibels, as all levels here. Levels count downwards from full scale: the smaller one is the louder one.
constexpr int digital_silence = 180;
constexpr int rises_by = 20;
constexpr int below_voice = 50;
constexpr int surely_below_voice = 40;
constexpr int steady_spread = 4;  ///< of a background that doesn't change
constexpr int clearly_unsteady = 8;
constexpr int quiet_voice = 40;  ///< below the gate of steady sound
constexpr int lowest_gate = 60;  ///< likewise
constexpr int no_speech = std::numeric_limits<std::int8_t>::min();

constexpr int loud_part = 20;               ///< below the loudest tenth of a stretch
constexpr std::int64_t shortest_vowel = 8;  ///< blocks

using Histogram = std::array<std::int64_t, 256>;

/// The level that `share` thousandths of the blocks of levels [0, end) stay below (are quieter than, or equal to).
int quietest(const Histogram& histogram, int end, std::int64_t share) {
  std::int64_t all = 0;
  for (int level = 0; level < end; ++level) all += histogram[static_cast<std::size_t>(level)];
  std::int64_t quieter = 0;
  for (int level = end - 1; level >= 0; --level) {
    quieter += histogram[static_cast<std::size_t>(level)];
    if (quieter * 1000 > all * share) return level;
  }
  return 0;
}

/// The power of three blocks on average: noise varies less, and no stop consonant is lost.
std::vector<std::uint8_t> smoothed(Levels levels) {
  std::array<double, 256> power{};
  for (std::size_t level = 0; level < power.size(); ++level) power[level] = std::pow(10.0, -double(level) / 20);
  std::vector<std::uint8_t> result(levels.size());
  for (std::size_t at = 0; at < levels.size(); ++at) {
    const std::size_t before = at == 0 ? at : at - 1, after = std::min(at + 1, levels.size() - 1);
    const double mean = (power[levels[before]] + power[levels[at]] + power[levels[after]]) / 3;
    result[at] = static_cast<std::uint8_t>(std::clamp(std::lround(-20 * std::log10(mean)), 0L, 255L));
  }
  return result;
}

struct Gate {
  int level = 0;  ///< this and what is louder is speech
  int voice = 0;
  bool found = false;
};

Gate find_gate(const std::vector<std::uint8_t>& levels, int steady_gate) {
  Histogram histogram{};
  for (const std::uint8_t level : levels) ++histogram[level];
  const int noise = quietest(histogram, digital_silence, 50);
  // The variation of the background distinguishes a steady room from the soft ends of words.
  const int spread = quietest(histogram, digital_silence, 12) - quietest(histogram, digital_silence, 100);
  const int unsteady = spread - steady_spread;
  const int rising = std::max(noise - rises_by + 1, 0);  // these levels rise above the background
  std::int64_t loud = 0;
  for (int level = 0; level < rising; ++level) loud += histogram[static_cast<std::size_t>(level)];
  const bool rises = loud >= shortest_speech;
  Gate gate;
  gate.voice = rises ? quietest(histogram, rising, 900) : quietest(histogram, digital_silence, 950);
  gate.level = std::min(steady_gate + lowest_gate, gate.voice + below_voice);
  const auto silent =
      std::count_if(levels.begin(), levels.end(), [](std::uint8_t each) { return each >= digital_silence; });
  const auto blocks = static_cast<std::int64_t>(levels.size());
  // With digital silence between words and no steady background, the silence is the background.
  if (silent * 20 < blocks || unsteady < clearly_unsteady) {
    const int above_noise = noise - std::clamp(8 + unsteady, 8, 16);
    const int left_to_voice = gate.voice + std::clamp(12 + unsteady * 3 / 2, 12, 30);
    gate.level = std::min(gate.level, std::max(above_noise, left_to_voice));
  }
  gate.level = std::clamp(gate.level, 0, digital_silence);
  gate.found = silent < blocks && (gate.voice <= steady_gate || (rises && gate.voice <= steady_gate + quiet_voice));
  return gate;
}

/// Smoothing widens a stretch by a block at each end; there the block's own level decides.
void trim_edges(Levels levels, int gate, std::vector<std::int8_t>& likeness) {
  const std::size_t count = likeness.size();
  for (std::size_t at = 0; at < count; ++at) {
    if (likeness[at] < 0 || levels[at] <= gate) continue;
    const bool begins = at == 0 || likeness[at - 1] < 0, ends = at + 1 == count || likeness[at + 1] < 0;
    if (!begins && !ends) continue;
    likeness[at] = -1;
    if (begins && !ends) ++at;  // one block and no more
  }
}

/// Whether the loud parts of a stretch last as vowels do. Those of keys, steps and knocks are over in 40 ms.
bool is_sustained(std::span<const std::uint8_t> levels) {
  Histogram histogram{};
  for (const std::uint8_t level : levels) ++histogram[level];
  const int loud = quietest(histogram, 256, 900) + loud_part;
  std::int64_t all = 0, lasting = 0, run = 0;
  const auto end_run = [&] {
    all += run;
    if (run >= shortest_vowel) lasting += run;
    run = 0;
  };
  for (const std::uint8_t level : levels) {
    if (level <= loud) {
      ++run;
    } else {
      end_run();
    }
  }
  end_run();
  return lasting * 20 >= all * 11;
}

/// They stay close to speech, so that a cut in one is not sure.
void drop_knocks(const std::vector<std::uint8_t>& levels, std::vector<std::int8_t>& likeness) {
  for (const Stretch& stretch : speech_stretches(likeness, shortest_pause)) {
    const auto begin = static_cast<std::size_t>(stretch.begin), length = static_cast<std::size_t>(stretch.length());
    if (is_sustained(std::span(levels).subspan(begin, length))) continue;
    for (std::int8_t& each : std::span(likeness).subspan(begin, length)) each = std::min<std::int8_t>(each, -1);
  }
}

}  // namespace

std::uint8_t gate_level(double gate_dbfs) {
  return static_cast<std::uint8_t>(std::clamp(std::lround(-2 * gate_dbfs), 0L, 255L));
}

SpeechTrack track_speech(Levels levels, double gate_dbfs) {
  SpeechTrack track;
  if (levels.empty()) return track;
  const std::vector<std::uint8_t> smooth = smoothed(levels);
  const Gate gate = find_gate(smooth, gate_level(gate_dbfs));
  if (!gate.found) {
    track.likeness.assign(levels.size(), static_cast<std::int8_t>(no_speech));
    return track;
  }
  track.likeness.reserve(levels.size());
  for (const std::uint8_t level : smooth) {
    track.likeness.push_back(static_cast<std::int8_t>(std::clamp(gate.level - int{level}, no_speech, 127)));
  }
  track.surely_none = static_cast<std::int8_t>(std::min(gate.level - gate.voice - surely_below_voice, -2));
  trim_edges(levels, gate.level, track.likeness);
  drop_knocks(smooth, track.likeness);
  return track;
}

std::vector<Stretch> speech_stretches(std::span<const std::int8_t> likeness, std::int64_t pause) {
  std::vector<Stretch> stretches;
  const auto count = static_cast<std::int64_t>(likeness.size());
  for (std::int64_t at = 0; at < count;) {
    if (likeness[static_cast<std::size_t>(at)] < 0) {
      ++at;
      continue;
    }
    Stretch run{at, at};
    while (run.end < count && likeness[static_cast<std::size_t>(run.end)] >= 0) ++run.end;
    at = run.end;
    if (run.length() < shortest_speech) continue;
    if (!stretches.empty() && run.begin - stretches.back().end < pause) {
      stretches.back().end = run.end;
    } else {
      stretches.push_back(run);
    }
  }
  return stretches;
}

Speech describe_speech(const SpeechTrack& track, const Seconds& length_s) {
  Speech speech;
  Seconds sum;
  for (const Stretch& stretch : speech_stretches(track.likeness, shortest_pause)) {
    // The last block may be cut short by the end of the sound.
    const SpeechSegment segment{Seconds(stretch.begin, blocks_per_second),
                                std::min(Seconds(stretch.end, blocks_per_second), length_s)};
    if (segment.end_s <= segment.start_s) continue;
    sum = sum + (segment.end_s - segment.start_s);
    speech.segments.push_back(segment);
  }
  if (length_s > 0) speech.share = sum / length_s;
  return speech;
}

double silence_share(const SpeechTrack& track) {
  if (track.likeness.empty()) return 1;
  const auto silent =
      std::count_if(track.likeness.begin(), track.likeness.end(), [](std::int8_t each) { return each < 0; });
  return static_cast<double>(silent) / static_cast<double>(track.likeness.size());
}

}  // namespace react1::planning
