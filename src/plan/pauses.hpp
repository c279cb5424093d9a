// Voice and pauses, told apart by the levels of 10 ms blocks, and where a clip is best cut.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include <react1/rational.hpp>
#include <react1/sound.hpp>

namespace react1::planning {

/// One value per 10 ms block: half decibels below full scale, 255 = silence.
using Levels = std::span<const std::uint8_t>;
inline constexpr std::int64_t blocks_per_second = 100;
inline constexpr std::int64_t shortest_pause = 15;  ///< blocks; the closure of a stop consonant is shorter
inline constexpr std::int64_t kept_pause = 15;      ///< blocks of a pause that a clip keeps after its last word

/// Blocks [begin, end).
struct Stretch {
  std::int64_t begin = 0, end = 0;
  [[nodiscard]] std::int64_t length() const noexcept { return end - begin; }
};

/// The gate in the unit of Levels.
[[nodiscard]] std::uint8_t gate_level(double gate_dbfs);
/// Levels up to this value are voice: the loudest of the gate, 25 dB below the loudest twentieth (what is between loud
/// words is quieter), and 6 dB over what a tenth of the blocks stay below (noise), as long as that leaves the loudest
/// twentieth 15 dB.
[[nodiscard]] std::uint8_t voice_threshold(Levels levels, double gate_dbfs);

/// Where there is voice: three or more loud blocks in a row (fewer are a click), joined across gaps that are shorter
/// than `pause` blocks. In order, never touching.
[[nodiscard]] std::vector<Stretch> voiced_stretches(Levels levels, std::uint8_t threshold, std::int64_t pause);

/// How many blocks of a pause of `length` stay with the word before it.
[[nodiscard]] std::int64_t kept_of(std::int64_t length);

/// The sound around an instant, as far as it was listened to.
struct HeardLevels {
  Levels levels;
  Seconds start_s;             ///< where block 0 lies on the clip
  std::uint8_t threshold = 0;  ///< voice_threshold()
  std::uint8_t gate = 0;       ///< gate_level()
  /// True when the block that ends at (or holds) `time` reaches the gate: a cut there cuts sound.
  [[nodiscard]] bool loud_before(const Seconds& time) const;
  /// The same for the block that begins at or holds `time`.
  [[nodiscard]] bool loud_after(const Seconds& time) const;
};

struct PauseCut {
  Seconds end_s;        ///< of the clip
  Seconds voice_end_s;  ///< of the last word before it
};

/// The last place at or before `end_s` that lies in a pause, no more than `lookback_s` before, soon after the word;
/// nullopt when there is none, or no voice before it. An end that lies in a pause by itself is kept, but for what is
/// less than 50 ms (or a half) away from the next word.
[[nodiscard]] std::optional<PauseCut> last_pause(const HeardLevels& heard, const Seconds& end_s,
                                                 const Seconds& lookback_s);

}  // namespace react1::planning
