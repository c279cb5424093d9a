// SPDX-License-Identifier: Apache-2.0
#include "media/sound/block_levels.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numbers>
#include <vector>

namespace react1::media {
namespace {

constexpr int kBlockRate = 16000;

std::vector<float> silence(double seconds, int sample_rate = kBlockRate) {
  return std::vector<float>(static_cast<std::size_t>(std::lround(seconds * sample_rate)), 0.0F);
}

/// As high as the rate allows.
std::vector<float> tone(double seconds, float amplitude, int sample_rate = kBlockRate) {
  std::vector<float> samples = silence(seconds, sample_rate);
  for (std::size_t i = 0; i < samples.size(); ++i) samples[i] = i % 2 == 0 ? amplitude : -amplitude;
  return samples;
}

std::vector<float> sine(double seconds, double frequency, float amplitude) {
  std::vector<float> samples = silence(seconds);
  for (std::size_t i = 0; i < samples.size(); ++i) {
    samples[i] = amplitude *
                 static_cast<float>(std::sin(2 * std::numbers::pi * frequency * static_cast<double>(i) / kBlockRate));
  }
  return samples;
}

std::vector<std::uint8_t> levels_of(const std::vector<std::vector<float>>& parts, int sample_rate = kBlockRate) {
  BlockLevels meter(sample_rate);
  for (const std::vector<float>& part : parts) {
    const float* channel = part.data();
    meter.add({&channel, 1}, part.size());
  }
  return meter.finish();
}

TEST_CASE("each block of 10 ms has its level in half decibels below full scale") {
  const auto levels = levels_of({silence(0.5), tone(1, 0.1F), silence(0.25), tone(0.25, 1)});
  REQUIRE(levels.size() == 200);
  CHECK(levels[49] == 255);
  CHECK(levels[60] == 40);  // -20 dBFS
  CHECK(levels[149] == 40);
  CHECK(levels[170] == 255);
  CHECK(levels[190] == 0);
}

TEST_CASE("the last block may be shorter, and counts like the others") {
  CHECK(levels_of({tone(0.105, 0.1F)}).back() == 40);
  CHECK(levels_of({}).empty());
}

TEST_CASE("blocks keep to the clock at rates that 10 ms do not divide") {
  const auto levels = levels_of({silence(10, 11025), tone(1, 0.2F, 11025), silence(1, 11025)}, 11025);
  REQUIRE(levels.size() == 1200);
  CHECK(levels[999] == 255);
  CHECK(levels[1000] < 40);
  CHECK(levels[1099] < 40);
  CHECK(levels[1110] == 255);
}

TEST_CASE("a channel and its mirror image are as loud as either") {
  const std::vector<float> left = tone(1, 0.1F);
  std::vector<float> right = left;
  for (float& sample : right) sample = -sample;
  BlockLevels meter(kBlockRate);
  const std::array<const float*, 2> channels{left.data(), right.data()};
  meter.add(channels, left.size());
  const std::vector<std::uint8_t> levels = meter.finish();
  REQUIRE(levels.size() == 100);
  CHECK(levels[50] == 40);
}

TEST_CASE("a constant voltage is no sound, mains hum is a little of one, and a voice is all there") {
  const auto constant = levels_of({std::vector<float>(kBlockRate, 0.5F)});
  CHECK(*std::min_element(constant.begin(), constant.end()) == 255);
  const auto level = [](double frequency) { return levels_of({sine(1, frequency, 0.1F)})[50]; };
  CHECK(level(50) >= 46 + 23);  // 12 dB less
  CHECK(level(100) == 46 + 6);  // 3 dB less
  CHECK(level(300) == 46);      // -23 dBFS
}

TEST_CASE("a sample that is no number does not silence what follows") {
  std::vector<float> sound = sine(1, 300, 0.1F);
  sound[100] = std::numeric_limits<float>::quiet_NaN();
  sound[200] = std::numeric_limits<float>::infinity();
  CHECK(levels_of({sound})[50] == 46);
}

}  // namespace
}  // namespace react1::media
