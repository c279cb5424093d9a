#include "plan/pauses.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace react1::planning {
namespace {

constexpr std::int64_t fewest_loud_blocks = 3;
constexpr std::int64_t guard = 5;  ///< blocks that a cut keeps away from a word
constexpr int above_noise = 12;    ///< half decibels
constexpr int below_voice = 30;
constexpr int far_below_voice = 50;

/// The level that `share` per cent of the blocks are as loud as, or louder.
int level_of_share(const std::array<std::int64_t, 256>& histogram, std::int64_t blocks, int share) {
  std::int64_t louder = 0;
  for (std::size_t level = 0; level < histogram.size(); ++level) {
    louder += histogram[level];
    if (louder * 100 >= blocks * share) return static_cast<int>(level);
  }
  return 255;
}

Seconds seconds(std::int64_t blocks) {
  return {blocks, blocks_per_second};
}

}  // namespace

std::uint8_t gate_level(double gate_dbfs) {
  return static_cast<std::uint8_t>(std::clamp(std::lround(-2 * gate_dbfs), 0L, 255L));
}

std::uint8_t voice_threshold(Levels levels, double gate_dbfs) {
  std::array<std::int64_t, 256> histogram{};
  for (const std::uint8_t level : levels) ++histogram[level];
  const auto blocks = static_cast<std::int64_t>(levels.size());
  const int noise = level_of_share(histogram, blocks, /*share=*/90) - above_noise;
  const int voice = level_of_share(histogram, blocks, /*share=*/5);
  // These count downwards from full scale: the smaller one is the louder one.
  const int above_all = std::min(voice + far_below_voice, std::max(noise, voice + below_voice));
  return static_cast<std::uint8_t>(std::clamp(above_all, 0, int{gate_level(gate_dbfs)}));
}

std::vector<Stretch> voiced_stretches(Levels levels, std::uint8_t threshold, std::int64_t pause) {
  std::vector<Stretch> stretches;
  const auto count = static_cast<std::int64_t>(levels.size());
  for (std::int64_t at = 0; at < count;) {
    if (levels[static_cast<std::size_t>(at)] > threshold) {
      ++at;
      continue;
    }
    Stretch run{at, at};
    while (run.end < count && levels[static_cast<std::size_t>(run.end)] <= threshold) ++run.end;
    at = run.end;
    if (run.length() < fewest_loud_blocks) continue;
    if (!stretches.empty() && run.begin - stretches.back().end < pause) {
      stretches.back().end = run.end;
    } else {
      stretches.push_back(run);
    }
  }
  return stretches;
}

std::int64_t kept_of(std::int64_t length) {
  return std::min(kept_pause, length / 2);
}

bool HeardLevels::loud_before(const Seconds& time) const {
  const std::int64_t block = ((time - start_s) * blocks_per_second).ceil() - 1;
  return block >= 0 && block < static_cast<std::int64_t>(levels.size()) &&
         levels[static_cast<std::size_t>(block)] <= gate;
}

bool HeardLevels::loud_after(const Seconds& time) const {
  const std::int64_t block = ((time - start_s) * blocks_per_second).floor();
  return block >= 0 && block < static_cast<std::int64_t>(levels.size()) &&
         levels[static_cast<std::size_t>(block)] <= gate;
}

std::optional<PauseCut> last_pause(const HeardLevels& heard, const Seconds& end_s, const Seconds& lookback_s) {
  const std::vector<Stretch> words = voiced_stretches(heard.levels, heard.threshold, shortest_pause);
  const Seconds end = (end_s - heard.start_s) * blocks_per_second;  // in blocks, as all below
  const Seconds earliest = end - lookback_s * blocks_per_second;
  for (std::size_t i = words.size(); i-- > 0;) {
    const std::int64_t begin = words[i].end;
    if (Seconds(begin) > end) continue;
    const bool last = i + 1 == words.size();
    const std::int64_t behind = last ? static_cast<std::int64_t>(heard.levels.size()) : words[i + 1].begin;
    const Seconds voice_end = heard.start_s + seconds(begin);
    const std::int64_t near = std::min(guard, (behind - begin) / 2);
    if (end <= behind && end >= begin + near) {
      const Seconds cut = last ? end : std::min(end, Seconds(behind - near));
      return PauseCut{heard.start_s + cut / blocks_per_second, voice_end};
    }
    const Seconds cut = std::min(end, std::max(Seconds(begin + kept_of(behind - begin)), earliest));
    if (cut > Seconds(behind - near)) return std::nullopt;
    return PauseCut{heard.start_s + cut / blocks_per_second, voice_end};
  }
  return std::nullopt;
}

}  // namespace react1::planning
