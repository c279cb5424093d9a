// SPDX-License-Identifier: Apache-2.0
// The limiter against libebur128's true peak, which shares no code with it.
#include "media/sound/peak_limiter.hpp"

#include <doctest/doctest.h>
#include <ebur128.h>

#include <array>
#include <vector>

#include "support/sounds.hpp"

namespace react1::media {
namespace {

constexpr int kLimiterRate = 48000;

double true_peak_db(const std::vector<float>& samples) {
  ebur128_state* state = ebur128_init(1, kLimiterRate, EBUR128_MODE_TRUE_PEAK);
  REQUIRE(state != nullptr);
  REQUIRE(ebur128_add_frames_float(state, samples.data(), samples.size()) == EBUR128_SUCCESS);
  double peak = 0;
  REQUIRE(ebur128_true_peak(state, 0, &peak) == EBUR128_SUCCESS);
  ebur128_destroy(&state);
  return test::decibels(peak);
}

std::vector<float> limited(const std::vector<float>& samples, double gain_db, double ceiling_db, std::size_t piece) {
  PeakLimiter limiter(kLimiterRate, 1, std::pow(10, gain_db / 20), std::pow(10, ceiling_db / 20));
  PeakLimiter::Channels output(1);
  for (std::size_t at = 0; at < samples.size(); at += piece) {
    const float* plane = samples.data() + at;
    limiter.push({&plane, 1}, std::min(piece, samples.size() - at), output);
  }
  limiter.finish(output);
  return output[0];
}

TEST_CASE("what stays below the ceiling comes out bit by bit") {
  const std::vector<float> quiet = test::sine(0.5, kLimiterRate, 997, 0.5);
  CHECK(limited(quiet, 0, -1, 1000) == quiet);
  CHECK(limited(std::vector<float>(100, 0.3F), 0, -1, 7).size() == 100);
  CHECK(limited({}, 0, -1, 1).empty());
}

TEST_CASE("a peak between the samples is held too") {
  // A quarter of the rate, its samples 45 degrees off the crests: they show 3 dB less than there is.
  const std::vector<float> hidden = test::sine(0.5, kLimiterRate, 12000, 1.2, 0.125);
  CHECK(true_peak_db(hidden) > 1.4);
  const std::vector<float> held = limited(hidden, 0, -1, 4096);
  CHECK(held.size() == hidden.size());
  CHECK(true_peak_db(held) < -0.9);
  CHECK(true_peak_db(held) > -1.5);
}

TEST_CASE("gain is applied, and what it raises above the ceiling is held") {
  const std::vector<float> tone = test::sine(1, kLimiterRate, 440, 0.25);
  CHECK(true_peak_db(limited(tone, 6, -1, 512)) == doctest::Approx(-6.04).epsilon(0.01));
  CHECK(true_peak_db(limited(tone, 20, -1, 512)) == doctest::Approx(-1).epsilon(0.1));
}

TEST_CASE("after a peak the gain comes back within half a second, and before it nothing is touched") {
  std::vector<float> sound = test::sine(1.5, kLimiterRate, 200, 0.2);
  for (std::size_t i = 24000; i < 24480; ++i) sound[i] *= 10;
  const std::vector<float> held = limited(sound, 0, -1, 480);
  CHECK(true_peak_db(held) < -0.9);
  CHECK(std::equal(held.begin(), held.begin() + 23500, sound.begin()));
  CHECK(test::rms(held, 50000, 60000) == doctest::Approx(test::rms(sound, 50000, 60000)).epsilon(0.005));
}

TEST_CASE("both channels get the same gain") {
  const std::vector<float> left = test::sine(0.5, kLimiterRate, 500, 2),
                           right = test::sine(0.5, kLimiterRate, 500, 0.2);
  PeakLimiter limiter(kLimiterRate, 2, 1, 0.8);
  PeakLimiter::Channels output(2);
  const std::array<const float*, 2> planes{left.data(), right.data()};
  limiter.push(planes, left.size(), output);
  limiter.finish(output);
  CHECK(test::rms(output[0], 5000, 20000) / test::rms(output[1], 5000, 20000) == doctest::Approx(10).epsilon(0.001));
}

}  // namespace
}  // namespace react1::media
