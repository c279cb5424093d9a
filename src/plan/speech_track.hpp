// SPDX-License-Identifier: Apache-2.0
// Speech detection, block by block, in one place: pauses, windows, cuts, the voice's end and
// share all use a SpeechTrack. A detector that distinguishes speech from other sound belongs here, as another way to
// make one.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <react1/rational.hpp>
#include <react1/sound.hpp>

namespace react1::planning {

/// One value per block of 10 ms: half decibels below full scale, 255 = silence.
using Levels = std::span<const std::uint8_t>;
inline constexpr std::int64_t blocks_per_second = 100;
inline constexpr std::int64_t shortest_pause = 15;  ///< blocks; the closure of a stop consonant is shorter
inline constexpr std::int64_t kept_pause = 15;      ///< blocks of a pause that a clip keeps after its last word
inline constexpr std::int64_t shortest_speech = 7;  ///< blocks in a row; less is a click

/// Blocks [begin, end).
struct Stretch {
  std::int64_t begin = 0, end = 0;
  [[nodiscard]] std::int64_t length() const noexcept { return end - begin; }
  friend bool operator==(const Stretch&, const Stretch&) = default;
};

/// How likely each block is speech. From levels: half decibels above the gate.
struct SpeechTrack {
  std::vector<std::int8_t> likeness;  ///< per block; 0 and above is speech
  /// At or below it a block is certainly no speech: 20 dB below the voice. Between this and 0 the noise may hide
  /// soft speech.
  std::int8_t surely_none = -1;

  [[nodiscard]] std::int64_t blocks() const noexcept { return static_cast<std::int64_t>(likeness.size()); }
};

/// The gate in the unit of Levels.
[[nodiscard]] std::uint8_t gate_level(double gate_dbfs);

/// The adaptive gate. The background is the level that a twentieth of the blocks stay below, digital silence left out;
/// the voice is the level of the loudest tenth of what rises 10 dB or more above that. The gate is 25 dB below the
/// voice, or above the background where that is louder: 4 dB over a steady background as long as 6 dB are left to the
/// voice, up to 8 dB over one that changes as long as 15 dB are left. Digital silence between words is no louder
/// background.
///
/// A stretch between two pauses whose loud parts (10 dB below its loudest tenth and above) do not last 80 ms or more,
/// 55 % of them at least, is no speech: keys, steps, knocks.
///
/// There is no speech where the voice stays below `gate_dbfs`, unless it rises above its background and reaches
/// `gate_dbfs` − 20 dB. So steady sound counts from `gate_dbfs` on, a voice 20 dB below it. The gate itself is never
/// lower than `gate_dbfs` − 30 dB.
[[nodiscard]] SpeechTrack track_speech(Levels levels, double gate_dbfs);

/// Where there is speech: shortest_speech blocks or more in a row, joined across gaps that are shorter than `pause`
/// blocks. In order, never touching.
[[nodiscard]] std::vector<Stretch> speech_stretches(std::span<const std::int8_t> likeness, std::int64_t pause);

/// All of a sound that lasts `length_s`, as documents show it: what pauses separate is a segment.
[[nodiscard]] Speech describe_speech(const SpeechTrack& track, const Seconds& length_s);
/// The share of the blocks that are no speech, 0..1; 1 for no sound at all.
[[nodiscard]] double silence_share(const SpeechTrack& track);

}  // namespace react1::planning
