#include "media/voice_activity.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <vector>

namespace react1::media {
namespace {

constexpr int rate = 16000;

std::vector<float> silence(double seconds, int sample_rate = rate) {
  return std::vector<float>(static_cast<std::size_t>(std::lround(seconds * sample_rate)), 0.0F);
}

std::vector<float> tone(double seconds, float amplitude, int sample_rate = rate) {
  std::vector<float> samples = silence(seconds, sample_rate);
  for (std::size_t i = 0; i < samples.size(); ++i) samples[i] = i % 2 == 0 ? amplitude : -amplitude;
  return samples;
}

void hear(VoiceDetector& detector, const std::vector<float>& samples) {
  const float* channel = samples.data();
  detector.add({&channel, 1}, samples.size());
}

TEST_CASE("voice is found from its first to its last loud block") {
  VoiceDetector detector{rate, -45};
  hear(detector, silence(0.5));
  hear(detector, tone(1.0, 0.1F));
  hear(detector, silence(0.25));
  hear(detector, tone(0.25, 0.1F));
  hear(detector, silence(2.0));
  const VoiceActivity voice = detector.finish();
  CHECK(voice.found);
  CHECK(voice.first_start_s == Rational{1, 2});
  CHECK(voice.last_end_s == Rational{2});
  CHECK(voice.silent_share == doctest::Approx(2.75 / 4.0));
}

TEST_CASE("pauses are the stretches without voice, those at both ends included, but not the gaps inside a word") {
  VoiceDetector detector{rate, -45};
  detector.add(silence(0.5));
  detector.add(tone(1.0, 0.1F));
  detector.add(silence(0.15));
  detector.add(tone(0.5, 0.1F));
  detector.add(silence(0.25));
  detector.add(tone(0.02, 0.1F));  // a click does not end a pause
  detector.add(silence(0.23));
  detector.add(tone(0.25, 0.1F));
  detector.add(silence(0.3));
  const VoiceActivity voice = detector.finish();
  REQUIRE(voice.pauses.size() == 3);
  CHECK(voice.pauses[0].start_s == 0);
  CHECK(voice.pauses[0].end_s == Rational{1, 2});
  CHECK(voice.pauses[1].start_s == Rational{215, 100});
  CHECK(voice.pauses[1].end_s == Rational{265, 100});
  CHECK(voice.pauses[2].start_s == Rational{290, 100});
  CHECK(voice.pauses[2].end_s == Rational{320, 100});
}

TEST_CASE("a click is no voice, however loud") {
  VoiceDetector detector{rate, -45};
  hear(detector, silence(0.5));
  hear(detector, tone(0.02, 1.0F));
  hear(detector, silence(0.5));
  const VoiceActivity voice = detector.finish();
  CHECK_FALSE(voice.found);
}

TEST_CASE("the gate is a level: just below it nothing is heard") {
  const auto amplitude = [](double db) { return static_cast<float>(std::pow(10.0, db / 20)); };
  VoiceDetector below{rate, -45};
  hear(below, tone(1, amplitude(-45.5)));
  CHECK_FALSE(below.finish().found);
  VoiceDetector above{rate, -45};
  hear(above, tone(1, amplitude(-44.5)));
  CHECK(above.finish().found);
}

TEST_CASE("voice up to the very end ends where the sound ends") {
  VoiceDetector detector{rate, -45};
  hear(detector, tone(1.0, 0.2F));
  hear(detector, tone(0.005, 0.2F));
  CHECK(detector.finish().last_end_s == Rational{1005, 1000});
}

TEST_CASE("blocks keep to the clock at rates that 10 ms do not divide") {
  VoiceDetector detector{11025, -45};
  hear(detector, silence(10.0, 11025));
  hear(detector, tone(1.0, 0.2F, 11025));
  hear(detector, silence(1.0, 11025));
  const VoiceActivity voice = detector.finish();
  CHECK(voice.first_start_s == Rational{10});
  CHECK(voice.last_end_s == Rational{11});
}

TEST_CASE("no sound at all is silence") {
  VoiceDetector detector{rate, -45};
  const VoiceActivity voice = detector.finish();
  CHECK_FALSE(voice.found);
  CHECK(voice.silent_share == 1);
}

TEST_CASE("a channel and its mirror image are as loud as either") {
  const std::vector<float> left = tone(1, 0.1F);
  std::vector<float> right = left;
  for (float& sample : right) sample = -sample;
  VoiceDetector detector{rate, -45, /*keep_levels=*/true};
  const std::array<const float*, 2> channels{left.data(), right.data()};
  detector.add(channels, left.size());
  CHECK(detector.finish().found);
  const std::vector<std::uint8_t> levels = detector.take_levels();
  REQUIRE(levels.size() == 100);
  CHECK(levels[50] == 40);  // -20 dBFS
}

TEST_CASE("a constant voltage is no sound") {
  VoiceDetector detector{rate, -45};
  hear(detector, std::vector<float>(rate, 0.5F));
  CHECK_FALSE(detector.finish().found);
}

TEST_CASE("noise below the gate is no voice") {
  VoiceDetector detector{rate, -45};
  hear(detector, tone(5, 0.001F));  // -60 dBFS
  const VoiceActivity voice = detector.finish();
  CHECK_FALSE(voice.found);
  CHECK(voice.silent_share == 1);
}

}  // namespace
}  // namespace react1::media
