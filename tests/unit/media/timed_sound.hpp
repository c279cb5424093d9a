// SPDX-License-Identifier: Apache-2.0
// Sound files whose blocks have the times that a test gives them, and what must be heard at each instant.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

namespace react1::test {

/// Mono 16-bit samples that begin at `time`, counted in samples of the file's rate.
struct TimedBlock {
  std::int64_t time = 0;
  std::vector<std::int16_t> samples;
};

/// Noise that is the same at every call and unlike itself at any other place.
[[nodiscard]] std::vector<std::int16_t> noise(std::int64_t from, std::int64_t count);

/// Blocks of `length` samples of noise, one after the other; block i begins at `time_of(i)`.
template <class TimeOf>
std::vector<TimedBlock> timed_blocks(int count, std::int64_t length, TimeOf&& time_of) {
  std::vector<TimedBlock> blocks;
  for (int i = 0; i < count; ++i) blocks.push_back({time_of(i), noise(i * length, length)});
  return blocks;
}

/// Writes Matroska with PCM, byte by byte: a muxer would refuse times that go back. Times are rounded to `tick_ns`;
/// Matroska's usual tick is a million.
void write_timed_sound(const std::filesystem::path& file, int rate, const std::vector<TimedBlock>& blocks,
                       std::int64_t tick_ns);

/// What sounds from time 0 on: gaps are silent, and of two samples at one time the first written is heard.
[[nodiscard]] std::vector<std::int16_t> heard(const std::vector<TimedBlock>& blocks);

}  // namespace react1::test
