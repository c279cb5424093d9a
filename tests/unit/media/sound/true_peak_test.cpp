// SPDX-License-Identifier: Apache-2.0
// The true peak against libebur128's, which shares no code with it.
#include "media/sound/true_peak.hpp"

#include <doctest/doctest.h>
#include <ebur128.h>

#include <vector>

#include "support/sounds.hpp"

namespace react1::media {
namespace {

constexpr int kPeakRate = 48000;

double reference(const std::vector<float>& samples) {
  ebur128_state* state = ebur128_init(1, kPeakRate, EBUR128_MODE_TRUE_PEAK);
  REQUIRE(state != nullptr);
  REQUIRE(ebur128_add_frames_float(state, samples.data(), samples.size()) == EBUR128_SUCCESS);
  double peak = 0;
  REQUIRE(ebur128_true_peak(state, 0, &peak) == EBUR128_SUCCESS);
  ebur128_destroy(&state);
  return peak;
}

double measured(const std::vector<float>& samples, std::size_t piece) {
  TruePeakMeter meter;
  for (std::size_t at = 0; at < samples.size(); at += piece) {
    meter.add(std::span(samples).subspan(at, std::min(piece, samples.size() - at)));
  }
  return meter.finish();
}

TEST_CASE("the peak between the samples is found, in whatever pieces they come") {
  // A quarter of the rate, its samples 45 degrees off the crests: they show 3 dB less than there is.
  const std::vector<float> hidden = test::sine(0.2, kPeakRate, 12000, 0.5, 0.125);
  for (const std::size_t piece : {1U, 7U, 23U, 24U, 4096U, 100'000U}) {
    CAPTURE(piece);
    CHECK(measured(hidden, piece) == doctest::Approx(0.5).epsilon(0.03));
  }
}

TEST_CASE("tones and bursts of every loudness measure as libebur128 says, within a tenth of a decibel") {
  std::vector<float> sound;
  for (int i = 0; i < 40; ++i) {
    test::append(sound, test::sine(0.05, kPeakRate, 110.0 * (1 + i * 7 % 40), 0.02 * (1 + i * 11 % 37), 0.1 * i));
  }
  for (const double level : {1.0, 0.1, 0.01}) {
    std::vector<float> scaled = sound;
    for (float& sample : scaled) sample *= static_cast<float>(level);
    CHECK(test::decibels(measured(scaled, 1000) / reference(scaled)) == doctest::Approx(0).epsilon(0.1));
  }
}

TEST_CASE("silence has none, and one sample alone is its own") {
  CHECK(measured(test::silence(1, kPeakRate), 480) == 0);
  CHECK(measured({}, 1) == 0);
  CHECK(measured({0.5F}, 1) == doctest::Approx(0.5));
  std::vector<float> last(100, 0.0F);
  last.back() = -0.7F;
  CHECK(measured(last, 10) == doctest::Approx(0.7));
}

}  // namespace
}  // namespace react1::media
