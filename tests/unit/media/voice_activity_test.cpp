#include "media/voice_activity.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <vector>

#include "support/paths.hpp"

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

TEST_CASE("voice is found from its first to its last loud block") {
  VoiceDetector detector{rate, -45};
  detector.add(silence(0.5));
  detector.add(tone(1.0, 0.1F));
  detector.add(silence(0.25));
  detector.add(tone(0.25, 0.1F));
  detector.add(silence(2.0));
  const VoiceActivity voice = detector.finish();
  CHECK(voice.found);
  CHECK(voice.first_start_s == Rational{1, 2});
  CHECK(voice.last_end_s == Rational{2});
  CHECK(voice.silent_share == doctest::Approx(2.75 / 4.0));
  CHECK(voice.peak_dbfs == doctest::Approx(-20));
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
  detector.add(silence(0.5));
  detector.add(tone(0.02, 1.0F));
  detector.add(silence(0.5));
  const VoiceActivity voice = detector.finish();
  CHECK_FALSE(voice.found);
  CHECK(voice.peak_dbfs == doctest::Approx(0));
}

TEST_CASE("the gate is a level: just below it nothing is heard") {
  const auto amplitude = [](double db) { return static_cast<float>(std::pow(10.0, db / 20)); };
  VoiceDetector below{rate, -45};
  below.add(tone(1, amplitude(-45.5)));
  CHECK_FALSE(below.finish().found);
  VoiceDetector above{rate, -45};
  above.add(tone(1, amplitude(-44.5)));
  CHECK(above.finish().found);
}

TEST_CASE("voice up to the very end ends where the sound ends") {
  VoiceDetector detector{rate, -45};
  detector.add(tone(1.0, 0.2F));
  detector.add(tone(0.005, 0.2F));
  CHECK(detector.finish().last_end_s == Rational{1005, 1000});
}

TEST_CASE("blocks keep to the clock at rates that 10 ms do not divide") {
  VoiceDetector detector{11025, -45};
  detector.add(silence(10.0, 11025));
  detector.add(tone(1.0, 0.2F, 11025));
  detector.add(silence(1.0, 11025));
  const VoiceActivity voice = detector.finish();
  CHECK(voice.first_start_s == Rational{10});
  CHECK(voice.last_end_s == Rational{11});
}

TEST_CASE("no sound at all is silence") {
  VoiceDetector detector{rate, -45};
  const VoiceActivity voice = detector.finish();
  CHECK_FALSE(voice.found);
  CHECK(voice.silent_share == 1);
  CHECK(voice.peak_dbfs == -200);
}

TEST_CASE("a spoken clip has voice and a silent one has none") {
  const VoiceActivity spoken =
      analyze_voice(test::fixture("voice_mono_48k_5s.wav"), 0, 0, 15, -45, SourceOptions{}, RunContext{});
  CHECK(spoken.found);
  CHECK(spoken.last_end_s > 4);
  CHECK(spoken.last_end_s <= 5);
  CHECK(spoken.silent_share < 0.6);
  const VoiceActivity silent =
      analyze_voice(test::fixture("silent_5s.wav"), 0, 0, 15, -45, SourceOptions{}, RunContext{});
  CHECK_FALSE(silent.found);
  CHECK(silent.silent_share == 1);
}

TEST_CASE("times are relative to the window") {
  const std::string clip = test::fixture("voice_mono_16k_20s.wav");
  const VoiceActivity whole = analyze_voice(clip, 0, 0, 20, -45, SourceOptions{}, RunContext{});
  const VoiceActivity late = analyze_voice(clip, 0, 12, 20, -45, SourceOptions{}, RunContext{});
  REQUIRE(whole.found);
  REQUIRE(late.found);
  CHECK(late.last_end_s + 12 == whole.last_end_s);
  const VoiceActivity early = analyze_voice(clip, 0, 0, 3, -45, SourceOptions{}, RunContext{});
  CHECK(early.last_end_s <= 3);
}

TEST_CASE("stereo is heard as its mono mix") {
  const VoiceActivity voice =
      analyze_voice(test::fixture("voice_stereo_44k_7s.wav"), 0, 0, 15, -45, SourceOptions{}, RunContext{});
  CHECK(voice.found);
  CHECK(voice.peak_dbfs < 0);
  CHECK(voice.peak_dbfs > -20);
}

}  // namespace
}  // namespace react1::media
