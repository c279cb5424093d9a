// SPDX-License-Identifier: Apache-2.0
// A fitted pair: as many frames as planned, and as many back from the sandbox, whichever lipsync_mode is asked for.
#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <optional>
#include <react1/pipeline.hpp>
#include <react1/sandbox.hpp>
#include <string>

#include "core/atomic_file.hpp"
#include "core/json_text.hpp"
#include "media/picture/frame_window.hpp"
#include "support/paths.hpp"
#include "support/sounds.hpp"

using namespace react1;
using react1::test::fixture;

namespace {

constexpr std::array all_modes{LipsyncMode::cut_off, LipsyncMode::loop, LipsyncMode::bounce, LipsyncMode::silence,
                               LipsyncMode::remap};

PipelineOptions fitting(Conform conform) {
  PipelineOptions options;
  options.prepare.conform = conform;
  options.prepare.video_preset = "ultrafast";
  return options;
}

std::int64_t decoded_frames(const std::string& path) {
  std::int64_t frames = 0;
  const std::int64_t damaged =
      media::for_each_frame(path, probe(path).video->index, 0, std::nullopt, SourceOptions{}, RunContext{},
                            [&](const AVFrame&, const Seconds&) { return ++frames > 0; });
  CHECK(damaged == 0);
  return frames;
}

struct Pair {
  std::string video, audio;
};

TEST_CASE("a turn finds its pause in room tone of -38 dBFS") {
  constexpr int rate = 16000;
  std::vector<float> sound = test::syllables({{0.2, 5}, {0.5, 4.8}}, rate, -20);  // the pause is at 5.2 to 5.7 s
  test::add_noise(sound, -38);
  const TemporaryDirectory folder;
  const std::string voice = (folder.path() / "voice.wav").string();
  test::write_sound(voice, rate, {sound});
  const Preparation planned =
      plan(fixture("presenter_h264_25fps_6s.mp4"), voice, fitting(Conform::bounce), RunContext{});
  REQUIRE(planned.conform);
  REQUIRE(planned.conform->seams_s.size() == 1);
  CHECK(planned.conform->seams_s[0] > Seconds(52, 10));
  CHECK(planned.conform->seams_s[0] < Seconds(57, 10));
}

/// N planned = N prepared = N predicted = N decoded from the sandbox's rendering.
void check_pair(const Pair& pair, Conform conform) {
  CAPTURE(pair.video);
  CAPTURE(pair.audio);
  CAPTURE(std::string(to_string(conform)));
  const TemporaryDirectory folder;
  const PipelineOptions options = fitting(conform);
  const Preparation planned = plan(fixture(pair.video), fixture(pair.audio), options, RunContext{});
  const Preparation made =
      prepare(fixture(pair.video), fixture(pair.audio), folder.path().string(), options, RunContext{});
  REQUIRE(made.conform);
  REQUIRE(planned.conform);
  const std::int64_t frames = made.video.video->frames;
  CHECK(frames == (made.audio.duration_s * made.video.video->fps).round());
  CHECK(made.conform->frames == frames);
  CHECK(planned.video.video->frames == frames);
  CHECK(planned.conform->done == made.conform->done);
  CHECK(planned.conform->seams_s == made.conform->seams_s);
  CHECK(planned.video.action == made.video.action);
  CHECK(made.advice.rule == "1");
  CHECK_FALSE(made.advice.hold);
  for (const DurationMeasure& measure : made.video.measures) CHECK(measure.duration_s <= 15);
  for (const LipsyncMode mode : all_modes) {
    CAPTURE(std::string(to_string(mode)));
    for (const Prediction& each : made.advice.alternatives) CHECK(each.frames == frames);
    const std::string output = (folder.path() / (std::string(to_string(mode)) + ".mp4")).string();
    CHECK(preview(made.video.path, made.audio.path, mode, output, RunContext{}).frames == frames);
    CHECK(decoded_frames(output) == frames);
  }
}

}  // namespace

TEST_CASE("fitted to a longer voice, every mode gives exactly the predicted frames") {
  using enum Conform;
  for (const Conform conform : {hold, bounce, remap, automatic}) {
    check_pair({"presenter_h264_25fps_6s.mp4", "voice_stereo_44k_7s.wav"}, conform);
  }
}

TEST_CASE("fitted to a shorter voice, every mode gives exactly the predicted frames") {
  using enum Conform;
  for (const Conform conform : {cut, hold, bounce, remap, automatic}) {
    check_pair({"presenter_h264_bframes_25fps_6s_audio.mp4", "voice_mono_48k_5s.wav"}, conform);
  }
}

TEST_CASE("NTSC rates, varying rates and sound of more than 15 s are fitted to the frame as well") {
  check_pair({"presenter_h264_23976_20s.mp4", "voice_mono_16k_20s.wav"}, Conform::automatic);
  check_pair({"presenter_vfr_8s.mp4", "voice_mono_16k_20s.wav"}, Conform::bounce);
  check_pair({"presenter_50fps_4s.mp4", "voice_mono_48k_5s.wav"}, Conform::bounce);
}

TEST_CASE("a cut to the voice copies packets where they end exactly there") {
  const Preparation planned = plan(fixture("presenter_h264_25fps_6s.mp4"), fixture("voice_mono_48k_5s.wav"),
                                   fitting(Conform::cut), RunContext{});
  CHECK(planned.video.action == ClipAction::cut);
}

TEST_CASE("a video that can't be cut to the voice is an error before anything is made") {
  try {
    (void)plan(fixture("presenter_h264_25fps_6s.mp4"), fixture("voice_stereo_44k_7s.wav"), fitting(Conform::cut),
               RunContext{});
    FAIL("nothing was thrown");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::media);
    CHECK(error.hint().find("--conform") != std::string::npos);
  }
}

TEST_CASE("the record tells what was asked for, what was done, why, and where the seams are") {
  const TemporaryDirectory folder;
  (void)prepare(fixture("presenter_h264_25fps_6s.mp4"), fixture("voice_stereo_44k_7s.wav"), folder.path().string(),
                fitting(Conform::bounce), RunContext{});
  const Json document =
      parse_json(read_file(folder.path() / "prepare.json"), "prepare.json", ErrorCode::internal).at("conform");
  CHECK(document.at("asked") == "bounce");
  CHECK(document.at("done") == "bounce");
  CHECK(document.at("frames_before") == 150);
  CHECK(document.at("frames") == 175);
  REQUIRE(document.at("seams_s").size() == 1);
  CHECK(document.at("seams_s").at(0) <= 6);
  CHECK(document.at("seams_s").at(0) >= 5);
  CHECK(document.at("reasons").size() == 2);
  const Preparation untouched =
      plan(fixture("presenter_h264_25fps_6s.mp4"), fixture("voice_stereo_44k_7s.wav"), PipelineOptions{}, RunContext{});
  CHECK_FALSE(untouched.conform);
}
