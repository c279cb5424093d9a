// SPDX-License-Identifier: Apache-2.0
// What make_audio() does to the sound itself: mixing, one channel, fades, silence before, loudness.
#include <doctest/doctest.h>

#include <functional>
#include <string>
#include <vector>

#include "core/atomic_file.hpp"
#include "media/make/make_clip.hpp"
#include "media/sound/audio_analysis.hpp"
#include "support/sounds.hpp"
#include "unit/media/pictures.hpp"

using namespace react1;  // NOLINT(google-build-using-namespace): a test of the library's own names

namespace {

constexpr int rate = 48000;
constexpr double lame = 0.95;  // at 128 kbit/s per channel LAME lowers the level by this

/// A sound, made to a clip as the plan says, and its samples.
struct MadeSound {
  TemporaryDirectory folder;
  std::filesystem::path source = folder.path() / "source.wav", file = folder.path() / "audio.mp3";
  AudioPlan plan;
  PreparedClip clip;

  MadeSound(int source_rate, const test::Sound& sound, std::uint32_t mask,
            const std::function<void(AudioPlan&)>& change) {
    test::write_sound(source, source_rate, sound, test::Width::float32, mask);
    const MediaInfo info = probe(source.string());
    plan.end_s = Seconds(info.audio->samples, source_rate);
    plan.sample_rate = rate;
    plan.channels = std::min(info.audio->channels, 2);
    plan.samples = (plan.end_s * rate).floor();
    change(plan);
    plan.bitrate_kbps = 128 * plan.channels;
    clip = media::make_audio({source.string(), info}, plan, file, 15, RunContext{});
  }
  [[nodiscard]] std::vector<float> samples(int channel = 0) const {
    return test::decode_samples(file.string(), 0, channel);
  }
  [[nodiscard]] media::AudioAnalysis heard() const {
    return media::analyze_clip(file.string(), clip.audio.value(), {}, {});
  }
};

double level(const std::vector<float>& samples) {
  return test::rms(samples, samples.size() / 4, samples.size() * 3 / 4);
}

TEST_CASE("speech in the centre of 5.1 keeps its level in both channels and the effects channel is dropped") {
  const std::vector<float> none = test::silence(2, rate);
  const std::vector<float> speech = test::sine(2, rate, 500, 0.25);
  constexpr std::uint32_t five_one = 0x3F;
  const double expected = 0.25 / std::sqrt(2.0);
  {
    const MadeSound centre(rate, {none, none, speech, none, none, none}, five_one, [](AudioPlan&) {});
    CHECK(centre.clip.audio->channels == 2);
    CHECK(level(centre.samples(0)) == doctest::Approx(expected).epsilon(0.06));
    CHECK(level(centre.samples(1)) == doctest::Approx(expected).epsilon(0.06));
  }
  {
    const MadeSound left(rate, {speech, none, none, none, none, none}, five_one, [](AudioPlan&) {});
    CHECK(level(left.samples(0)) == doctest::Approx(expected / 2).epsilon(0.06));
    CHECK(level(left.samples(1)) < 0.001);
  }
  const MadeSound effects(rate, {none, none, none, test::sine(2, rate, 60, 0.9), none, none}, five_one,
                          [](AudioPlan&) {});
  CHECK(level(effects.samples(0)) < 0.0005);
}

TEST_CASE("one channel of two is taken alone") {
  const std::vector<float> left = test::sine(2, rate, 500, 0.25);
  std::vector<float> right = left;
  for (float& sample : right) sample *= -0.5F;
  for (const int channel : {0, 1}) {
    const MadeSound made(rate, {left, right}, 0, [&](AudioPlan& plan) {
      plan.channels = 1;
      plan.treatment.only_channel = channel;
    });
    CHECK(made.clip.audio->channels == 1);
    CHECK(level(made.samples()) ==
          doctest::Approx(lame * (channel == 0 ? 0.25 : 0.125) / std::sqrt(2.0)).epsilon(0.01));
  }
}

TEST_CASE("a fade is as long as planned, at both ends, and silence before the sound is exact") {
  const MadeSound made(rate, {test::sine(3, rate, 1000, 0.5)}, 0, [](AudioPlan& plan) {
    plan.start_s = 1;
    plan.treatment.silence_before_s = Seconds(1, 2);
    plan.treatment.fade_in_s = Seconds(1, 10);
    plan.treatment.fade_out_s = Seconds(1, 10);
    plan.samples = 2 * rate;
  });
  const std::vector<float> samples = made.samples();
  REQUIRE(samples.size() == 2U * rate);
  const double full = lame * 0.5 / std::sqrt(2.0);
  const std::size_t begin = rate / 2;
  CHECK(test::rms(samples, 0, begin - 1200) < 0.001);
  // A straight ramp's middle tenth is at half.
  CHECK(test::rms(samples, begin + 2160, begin + 2640) == doctest::Approx(full / 2).epsilon(0.03));
  CHECK(test::rms(samples, begin + 4800, begin + 9600) == doctest::Approx(full).epsilon(0.02));
  CHECK(test::rms(samples, samples.size() - 2640, samples.size() - 2160) == doctest::Approx(full / 2).epsilon(0.03));
  CHECK(test::rms(samples, samples.size() - 480, samples.size()) < full / 10);
}

TEST_CASE("silence goes before the sound without any fade as well") {
  const MadeSound made(rate, {test::sine(3, rate, 1000, 0.5)}, 0, [](AudioPlan& plan) {
    plan.treatment.silence_before_s = Seconds(476, 1000);
    plan.samples = 3 * rate;
  });
  const std::vector<float> samples = made.samples();
  const std::size_t begin = rate * 476 / 1000;
  CHECK(test::rms(samples, 0, begin - 1200) < 0.001);
  CHECK(test::rms(samples, begin + 1200, samples.size() - 1200) ==
        doctest::Approx(lame * 0.5 / std::sqrt(2.0)).epsilon(0.01));
}

TEST_CASE("the loudness that is asked for is what the made clip measures, within half a unit") {
  std::vector<float> voice;
  for (int i = 0; i < 8; ++i) {
    test::append(voice, test::silence(0.2, 16000));
    test::append(voice, test::sine(0.6, 16000, 200 + 40 * i, i % 2 == 0 ? 0.05 : 0.1));
  }
  for (const double target : {-16.0, -23.0, -30.0}) {
    CAPTURE(target);
    const MadeSound made(16000, {voice}, 0, [&](AudioPlan& plan) {
      plan.treatment.gain_db = 3;  // a guess; the made clip corrects it
      plan.treatment.ceiling_dbtp = -1;
      plan.treatment.target_lufs = target;
    });
    const SoundLevels levels = made.heard().levels;
    CHECK(std::abs(levels.integrated_lufs.value() - target) <= 0.2);
    CHECK(levels.true_peak_dbtp.value() <= -1);
  }
}

TEST_CASE("peaks that limit the loudness are held below -1 dBTP in the made clip") {
  std::vector<float> sound = test::sine(5, rate, 300, 0.1);
  for (std::size_t at = 12000; at < sound.size(); at += 24000) {
    for (std::size_t i = 0; i < 200; ++i) sound[at + i] *= 9.9F;
  }
  const MadeSound made(rate, {sound, sound}, 0, [](AudioPlan& plan) {
    plan.treatment.gain_db = 8;
    plan.treatment.ceiling_dbtp = -1;
    plan.treatment.target_lufs = -16;
  });
  const SoundLevels levels = made.heard().levels;
  CHECK(levels.true_peak_dbtp.value() <= -1);
  CHECK(std::abs(levels.integrated_lufs.value() + 16) <= 0.5);
}

TEST_CASE("24 bits, floats and 96 kHz keep their level") {
  for (const test::Width width : {test::Width::bits24, test::Width::float32}) {
    const TemporaryDirectory folder;
    const auto source = folder.path() / "source.wav";
    test::write_sound(source, 96000, {test::sine(2, 96000, 1000, 0.25)}, width);
    const MediaInfo info = probe(source.string());
    const media::AudioAnalysis heard = media::analyze_source({source.string(), info}, 0, 2, {}, {});
    CHECK(heard.levels.true_peak_dbtp.value() == doctest::Approx(-12.04).epsilon(0.01));
  }
}

}  // namespace
