// SPDX-License-Identifier: Apache-2.0
// Channels that no mark explains, sound in the effects channel alone, and samples above full scale: what is made of
// them, what is said about it, and that plan and prepare agree.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <react1/pipeline.hpp>

#include "core/atomic_file.hpp"
#include "support/caught.hpp"
#include "support/paths.hpp"
#include "support/sounds.hpp"

using namespace react1;  // NOLINT(google-build-using-namespace): a test of the library's own names
using test::fixture;

namespace {

constexpr int kSoundRate = 48000;

struct Outcome {
  Preparation plan, made;
  [[nodiscard]] const Warning* warning(const std::string& code) const {
    const auto found = std::find_if(made.warnings.begin(), made.warnings.end(),
                                    [&](const Warning& each) { return each.code == code; });
    return found == made.warnings.end() ? nullptr : &*found;
  }
};

Outcome outcome(const test::Sound& sound, test::Width width, std::uint32_t mask = 0) {
  const TemporaryDirectory folder;
  const std::string file = (folder.path() / "voice.wav").string();
  test::write_sound(file, kSoundRate, sound, width, mask);
  const std::string video = fixture("presenter_h264_25fps_6s.mp4");
  Outcome result{plan(video, file, PipelineOptions{}, RunContext{}),
                 prepare(video, file, (folder.path() / "out").string(), PipelineOptions{}, RunContext{})};
  CHECK(result.plan.warnings.size() == result.made.warnings.size());
  CHECK(result.plan.advice.lipsync_mode == result.made.advice.lipsync_mode);
  return result;
}

std::vector<float> spoken(double amplitude) {
  return test::words({{0.2, 0.8}, {0.3, 0.9}, {0.3, 0.8}}, kSoundRate, amplitude);
}

TEST_CASE("a voice on any one of six unmarked channels is heard") {
  for (std::size_t channel = 0; channel < 6; ++channel) {
    CAPTURE(channel);
    test::Sound sound(6, std::vector<float>(spoken(0.2).size(), 0.0F));
    sound[channel] = spoken(0.2);
    const Outcome of = outcome(sound, test::Width::bits16);
    CHECK_FALSE(of.made.advice.hold);
    CHECK(of.made.audio.levels->true_peak_dbtp.value() == doctest::Approx(test::decibels(0.2)).epsilon(0.1));
    CHECK_FALSE(of.warning("only_effects_heard"));
  }
}

TEST_CASE(
    "a voice in the channel that is marked as low-frequency effects is used when there is nothing else, and said") {
  constexpr std::uint32_t five_one = 0x3F;
  test::Sound sound(6, std::vector<float>(spoken(0.2).size(), 0.0F));
  sound[3] = spoken(0.2);
  const Outcome alone = outcome(sound, test::Width::bits16, five_one);
  CHECK_FALSE(alone.made.advice.hold);
  CHECK(alone.warning("only_effects_heard"));

  sound[2] = spoken(0.1);
  const Outcome both = outcome(sound, test::Width::bits16, five_one);
  CHECK_FALSE(both.warning("only_effects_heard"));
  CHECK(both.made.audio.levels->true_peak_dbtp.value() == doctest::Approx(test::decibels(0.1)).epsilon(0.1));
}

TEST_CASE("floats above full scale are limited to -1 dBTP, and the warning says by how much they were above") {
  for (const double amplitude : {1.05, 1.5, 3.98}) {
    CAPTURE(amplitude);
    for (const std::size_t channels : {1U, 2U}) {
      const Outcome of = outcome(test::Sound(channels, spoken(amplitude)), test::Width::float32);
      CHECK(of.made.audio.levels->true_peak_dbtp.value() <= -1);
      CHECK(of.plan.audio.levels->true_peak_dbtp.value() <= -0.99);
      REQUIRE(of.warning("over_full_scale"));
      CHECK_FALSE(of.warning("clipped"));
    }
  }
  const Outcome of = outcome({spoken(3.98)}, test::Width::float32);
  CHECK(of.warning("over_full_scale")->message.find("12.0 dB above") != std::string::npos);
}

TEST_CASE("sound that reaches full scale and no more is left alone") {
  for (const test::Width width : {test::Width::bits16, test::Width::float32}) {
    const Outcome of = outcome({spoken(1.0)}, width);
    CHECK_FALSE(of.warning("over_full_scale"));
    CHECK(of.plan.audio.levels->true_peak_dbtp.value() > -0.2);
  }
}

TEST_CASE("sixty-four channels are mixed and prepared, sixty-five are refused") {
  test::Sound sound(64, std::vector<float>(spoken(0.2).size(), 0.0F));
  sound[63] = spoken(0.2);
  const Outcome of = outcome(sound, test::Width::bits16);
  CHECK(of.made.audio.audio->channels <= 2);
  CHECK_FALSE(of.made.advice.hold);

  sound.emplace_back(sound[0].size(), 0.0F);
  const TemporaryDirectory folder;
  const std::string file = (folder.path() / "voice.wav").string();
  test::write_sound(file, kSoundRate, sound, test::Width::bits16);
  const Error error = test::caught_from(
      [&] { static_cast<void>(plan(fixture("presenter_h264_25fps_6s.mp4"), file, PipelineOptions{}, RunContext{})); });
  CHECK(error.code() == ErrorCode::media);
  CHECK(error.where() == file);
}

}  // namespace
