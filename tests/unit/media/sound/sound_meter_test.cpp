// SPDX-License-Identifier: Apache-2.0
// Levels, correlation and clipping of sounds whose values are known.
#include "media/sound/sound_meter.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "media/sound/audio_analysis.hpp"
#include "support/sounds.hpp"

#include "core/atomic_file.hpp"

extern "C" {
#include <libavutil/channel_layout.h>
}

namespace react1::media {
namespace {

constexpr int kMeterRate = 48000;

AudioAnalysis measured(const test::Sound& sound, const AnalysisOptions& wanted = {}) {
  SoundMeter meter(kMeterRate, static_cast<int>(sound.size()), wanted);
  constexpr std::size_t piece = 1000;
  for (std::size_t at = 0; at < sound[0].size(); at += piece) {
    const ff::Frame frame = ff::make_frame();
    frame->format = AV_SAMPLE_FMT_FLTP;
    frame->sample_rate = kMeterRate;
    frame->nb_samples = static_cast<int>(std::min(piece, sound[0].size() - at));
    av_channel_layout_default(&frame->ch_layout, static_cast<int>(sound.size()));
    REQUIRE(av_frame_get_buffer(frame.get(), 0) >= 0);
    for (std::size_t i = 0; i < sound.size(); ++i) {
      std::memcpy(frame->extended_data[i], sound[i].data() + at,
                  static_cast<std::size_t>(frame->nb_samples) * sizeof(float));
    }
    meter.add(*frame);
  }
  return meter.finish();
}

std::vector<float> inverted(std::vector<float> samples) {
  for (float& sample : samples) sample = -sample;
  return samples;
}

TEST_CASE("a 997 Hz sine at full scale in one channel has -3.01 LUFS, as BS.1770 says") {
  const AudioAnalysis heard = measured({test::sine(5, kMeterRate, 997, 1), test::silence(5, kMeterRate)});
  CHECK(heard.levels.integrated_lufs.value() == doctest::Approx(-3.01).epsilon(0.01));
  CHECK(heard.levels.true_peak_dbtp.value() == doctest::Approx(0).epsilon(0.05));
  CHECK_FALSE(heard.correlation);
  CHECK(heard.left_is_louder);
}

TEST_CASE("silence and what is too short have no loudness, and silence has no peak either") {
  const AudioAnalysis silent = measured({test::silence(3, kMeterRate)});
  CHECK_FALSE(silent.levels.integrated_lufs);
  CHECK_FALSE(silent.levels.true_peak_dbtp);
  CHECK(silent.blocks == std::vector<std::uint8_t>(300, 255));
  const AudioAnalysis brief = measured({test::sine(0.3, kMeterRate, 500, 0.5)});
  CHECK_FALSE(brief.levels.integrated_lufs);
  CHECK(brief.levels.true_peak_dbtp.value() == doctest::Approx(-6.02).epsilon(0.02));
}

TEST_CASE("the true peak is between the samples") {
  CHECK(measured({test::sine(1, kMeterRate, 12000, 0.5, 0.125)}).levels.true_peak_dbtp.value() ==
        doctest::Approx(-6.02).epsilon(0.03));
}

TEST_CASE("the correlation tells equal, unlike and inverted channels apart") {
  const std::vector<float> tone = test::sine(1, kMeterRate, 400, 0.3);
  CHECK(measured({tone, tone}).correlation.value() == doctest::Approx(1));
  CHECK(measured({tone, inverted(tone)}).correlation.value() == doctest::Approx(-1));
  CHECK(std::abs(measured({tone, test::sine(1, kMeterRate, 400, 0.3, 0.25)}).correlation.value()) < 0.01);
  const AudioAnalysis right = measured({test::sine(1, kMeterRate, 400, 0.1), inverted(tone)});
  CHECK(right.correlation.value() == doctest::Approx(-1));
  CHECK_FALSE(right.left_is_louder);
  CHECK_FALSE(measured({tone}).correlation);
}

TEST_CASE("three samples in a row at full scale are clipped, two are a peak") {
  std::vector<float> sound(1000, 0.1F);
  for (const std::size_t at : {100U, 101U, 200U, 201U, 202U, 203U}) sound[at] = 1;
  CHECK(measured({sound}, {.levels = false}).levels.clipped_samples.value() == 4);
  CHECK(measured({test::sine(1, kMeterRate, 100, 0.999)}, {.levels = false}).levels.clipped_samples.value() == 0);
}

TEST_CASE("hours of sound are listened to with a byte per block and no more") {
  const TemporaryDirectory folder;
  const auto file = folder.path() / "long.wav";
  constexpr int low = 1000;  // as many blocks as at any rate, and a small file
  std::vector<float> sound = test::silence(3600, low);
  for (std::size_t i = 1800 * low; i < 1801 * low; ++i) sound[i] = i % 2 == 0 ? 0.3F : -0.3F;
  test::write_sound(file, low, {sound}, test::Width::bits16);
  const MediaInfo info = probe(file.string());
  const AudioAnalysis heard = analyze_source({file.string(), info}, 0, 3600, {.levels = false}, {});
  REQUIRE(heard.blocks.size() == 360'000);
  const auto loud = [](std::uint8_t level) { return level < 30; };
  CHECK(std::find_if(heard.blocks.begin(), heard.blocks.end(), loud) - heard.blocks.begin() == 180'000);
  CHECK(std::count_if(heard.blocks.begin(), heard.blocks.end(), loud) == 100);
}

TEST_CASE("a part of a source is heard from its start to its end, in any format") {
  const TemporaryDirectory folder;
  for (const test::Width width : {test::Width::bits16, test::Width::bits24, test::Width::float32}) {
    for (const int source_rate : {16000, 44100, 96000}) {
      CAPTURE(source_rate);
      const auto file = folder.path() / "sound.wav";
      test::write_sound(file, source_rate, {test::words({{2, 3}, {1, 4}}, source_rate)}, width);
      const MediaInfo info = probe(file.string());
      const AudioAnalysis heard = analyze_source({file.string(), info}, Seconds(3, 2), 9, {}, {});
      REQUIRE(heard.blocks.size() == 750);
      const auto loud = [](std::uint8_t level) { return level < 60; };
      CHECK(std::find_if(heard.blocks.begin(), heard.blocks.end(), loud) - heard.blocks.begin() == 50);
      CHECK(std::abs(std::count_if(heard.blocks.begin(), heard.blocks.end(), loud) - 600) < 3);
    }
  }
}

}  // namespace
}  // namespace react1::media
