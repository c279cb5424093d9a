// SPDX-License-Identifier: Apache-2.0
// Sounds made by formula, and WAV files of any width, for tests that measure the results.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <numbers>
#include <string>
#include <vector>

namespace react1::test {

/// One vector of samples per channel, all as long.
using Sound = std::vector<std::vector<float>>;

inline std::vector<float> silence(double seconds, int rate) {
  return std::vector<float>(static_cast<std::size_t>(std::lround(seconds * rate)), 0.0F);
}

/// A sine of `amplitude`; `phase` in turns.
inline std::vector<float> sine(double seconds, int rate, double frequency, double amplitude, double phase = 0) {
  std::vector<float> samples = silence(seconds, rate);
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const double turns = frequency * static_cast<double>(i) / rate + phase;
    samples[i] = static_cast<float>(amplitude * std::sin(2 * std::numbers::pi * turns));
  }
  return samples;
}

inline void append(std::vector<float>& all, const std::vector<float>& more) {
  all.insert(all.end(), more.begin(), more.end());
}

/// Words of a 300 Hz tone: pairs of silence before and length of the word, seconds.
struct Word {
  double pause, length;
};
inline std::vector<float> words(const std::vector<Word>& spoken, int rate, double amplitude = 0.2) {
  std::vector<float> all;
  for (const Word& word : spoken) {
    append(all, silence(word.pause, rate));
    append(all, sine(word.length, rate, 300, amplitude));
  }
  return all;
}

/// Words as `words`, but of syllables of 0.25 s whose softest parts are 18 dB below the loudest, which have `dbfs`.
inline std::vector<float> syllables(const std::vector<Word>& spoken, int rate, double dbfs) {
  std::vector<float> all;
  for (const Word& word : spoken) {
    append(all, silence(word.pause, rate));
    std::vector<float> sound = sine(word.length, rate, 300, std::sqrt(2.0) * std::pow(10, dbfs / 20));
    for (std::size_t i = 0; i < sound.size(); ++i) {
      const double shape = std::abs(std::sin(std::numbers::pi * static_cast<double>(i) / (rate * 0.25)));
      sound[i] *= static_cast<float>(std::max(shape, 0.125));
    }
    append(all, sound);
  }
  return all;
}

/// Adds white noise of that level; the same one each time.
inline void add_noise(std::vector<float>& samples, double dbfs) {
  const double amplitude = std::sqrt(3.0) * std::pow(10, dbfs / 20);  // of evenly spread values
  std::uint32_t state = 1;
  for (float& sample : samples) {
    state = state * 1664525U + 1013904223U;
    sample += static_cast<float>(amplitude * (static_cast<double>(state >> 8U) / (1U << 23U) - 1));
  }
}

/// Root mean square of samples [begin, end).
inline double rms(const std::vector<float>& samples, std::size_t begin, std::size_t end) {
  double sum = 0;
  for (std::size_t i = begin; i < end; ++i) sum += double{samples[i]} * double{samples[i]};
  return std::sqrt(sum / static_cast<double>(end - begin));
}

inline double decibels(double linear) {
  return 20 * std::log10(linear);
}

enum class Width { bits16, bits24, float32 };

/// A WAV file; `mask` names the channels (WAVEFORMATEXTENSIBLE's bits), 0 = by their number.
inline void write_sound(const std::filesystem::path& path, int rate, const Sound& sound, Width width = Width::float32,
                        std::uint32_t mask = 0) {
  std::string bytes;
  const auto number = [&bytes](std::uint32_t value, int size) {
    for (int i = 0; i < size; ++i) bytes.push_back(static_cast<char>((value >> (8 * i)) & 0xFFU));
  };
  const std::uint32_t size = width == Width::bits16 ? 2 : (width == Width::bits24 ? 3 : 4);
  const auto channels = static_cast<std::uint32_t>(sound.size());
  const auto data = static_cast<std::uint32_t>(sound[0].size()) * channels * size;
  const std::uint32_t format = width == Width::float32 ? 3 : 1;
  bytes += "RIFF";
  number(36 + (mask != 0 ? 24 : 0) + data, 4);
  bytes += "WAVEfmt ";
  number(mask != 0 ? 40 : 16, 4);
  number(mask != 0 ? 0xFFFE : format, 2);
  number(channels, 2);
  number(static_cast<std::uint32_t>(rate), 4);
  number(static_cast<std::uint32_t>(rate) * channels * size, 4);
  number(channels * size, 2);
  number(size * 8, 2);
  if (mask != 0) {
    number(22, 2);
    number(size * 8, 2);
    number(mask, 4);
    number(format, 2);
    bytes += std::string("\x00\x00\x00\x00\x10\x00\x80\x00\x00\xAA\x00\x38\x9B\x71", 14);
  }
  bytes += "data";
  number(data, 4);
  const double scale = width == Width::bits16 ? 32767.0 : 8388607.0;
  for (std::size_t i = 0; i < sound[0].size(); ++i) {
    for (const std::vector<float>& channel : sound) {
      if (width == Width::float32) {
        number(std::bit_cast<std::uint32_t>(channel[i]), 4);
      } else {
        const double clamped = std::clamp(double{channel[i]}, -1.0, 1.0);
        number(static_cast<std::uint32_t>(static_cast<std::int32_t>(std::lround(clamped * scale))),
               static_cast<int>(size));
      }
    }
  }
  std::ofstream(path, std::ios::binary) << bytes;
}

}  // namespace react1::test
