// SPDX-License-Identifier: Apache-2.0
#include "sandbox/render/render.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <vector>

#include "core/atomic_file.hpp"
#include "media/ff/handles.hpp"
#include "sandbox/clips/clip_length.hpp"
#include "sandbox/clips/clip_reader.hpp"
#include "support/paths.hpp"

#include <react1/error.hpp>
#include <react1/sandbox.hpp>

using namespace react1;
using enum LipsyncMode;

namespace {

/// Mean luma of every decoded frame in four quarters: enough to tell frames of a moving picture apart.
std::vector<std::vector<double>> signatures(const std::string& path) {
  const RunContext context;
  sandbox::Clip clip{path, sandbox::Kind::video, context};
  const auto frame = media::ff::make_frame();
  std::vector<std::vector<double>> all;
  while (clip.read(*frame)) {
    std::vector<double> means(64, 0.0);
    for (int y = 0; y < frame->height; ++y) {
      for (int x = 0; x < frame->width; ++x) {
        const auto cell = static_cast<std::size_t>(y * 8 / frame->height * 8 + x * 8 / frame->width);
        means[cell] += frame->data[0][static_cast<std::ptrdiff_t>(y) * frame->linesize[0] + x];
      }
    }
    for (auto& mean : means) mean = mean * 64 / (static_cast<double>(frame->width) * frame->height);
    all.push_back(std::move(means));
  }
  return all;
}

double distance(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += std::abs(a[i] - b[i]);
  return sum;
}

/// Peak of the voice in each tenth of a second.
std::vector<double> loudness(const std::string& path) {
  const RunContext context;
  sandbox::Clip clip{path, sandbox::Kind::audio, context};
  const auto frame = media::ff::make_frame();
  std::vector<double> tenths;
  std::int64_t sample = 0;
  while (clip.read(*frame)) {
    for (int i = 0; i < frame->nb_samples; ++i, ++sample) {
      const auto tenth = static_cast<std::size_t>(sample * 10 / frame->sample_rate);
      if (tenth >= tenths.size()) tenths.resize(tenth + 1, 0.0);
      const auto value = reinterpret_cast<const float*>(frame->extended_data[0])[i];
      tenths[tenth] = std::max(tenths[tenth], std::abs(static_cast<double>(value)));
    }
  }
  return tenths;
}

struct Result {
  TemporaryDirectory folder;
  std::string path = (folder.path() / "out.mp4").string();
  PreviewResult preview;
  Result(const std::string& video, const std::string& audio, LipsyncMode mode)
      : preview(react1::preview(video, audio, mode, path, RunContext{})) {}
};

}  // namespace

TEST_CASE("every mode renders as many frames as its timing asks for, with sound that spans them") {
  const auto video = test::fixture("presenter_hevc_25fps_4s.mp4");
  const auto audio = test::fixture("voice_mono_48k_5s.wav");
  const RunContext context;
  const auto voice = sandbox::decode_audio_facts(audio, context);
  const auto picture = sandbox::decode_video_facts(video, context);
  REQUIRE(voice.seconds > picture.seconds);
  for (const auto mode : {cut_off, loop, bounce, silence, remap}) {
    CAPTURE(to_string(mode));
    const Result result{video, audio, mode};
    const Seconds expected = mode == cut_off ? picture.seconds : voice.seconds;
    CHECK(result.preview.frames == (expected * 25).round());
    CHECK(result.preview.fps == 25);
    CHECK(result.preview.duration_s == Rational{result.preview.frames, 25});
    const auto decoded = sandbox::decode_video_facts(result.path, context);
    CHECK(decoded.frames == result.preview.frames);
    CHECK(decoded.grid.fps == 25);
    const auto sound = sandbox::decode_audio_facts(result.path, context);
    CHECK(sound.sample_rate == 48'000);
    CHECK(abs(sound.seconds - result.preview.duration_s) < Rational{1, 25});
    CHECK(sound.peak > 0.05);
  }
}

TEST_CASE("bounce plays the picture backwards, remap stretches it, loop starts over, silence holds the last frame") {
  const auto video = test::fixture("presenter_hevc_25fps_4s.mp4");
  const auto audio = test::fixture("voice_stereo_44k_7s.wav");
  const auto source = signatures(video);
  const auto count = source.size();
  REQUIRE(count == 100);
  for (const auto mode : {loop, bounce, silence, remap}) {
    CAPTURE(to_string(mode));
    const Result result{video, audio, mode};
    const auto shown = signatures(result.path);
    REQUIRE(shown.size() > count + 50);
    for (const std::size_t at : {std::size_t{10}, count - 1, count + 20, count + 45}) {
      CAPTURE(at);
      std::size_t expected = at;
      if (mode == silence) expected = std::min(at, count - 1);
      if (mode == loop) expected = at % count;
      if (mode == bounce && at >= count) expected = 2 * count - 1 - at;
      if (mode == remap) expected = (2 * at + 1) * count / (2 * shown.size());
      // Nearer to the frame it should be than to one half a second away, on either side.
      const double right = distance(shown[at], source[expected]);
      if (expected >= 12) CHECK(right < distance(shown[at], source[expected - 12]));
      if (expected + 12 < count) CHECK(right < distance(shown[at], source[expected + 12]));
    }
  }
}

TEST_CASE("silence after the voice is silent, and the voice before it is not") {
  const Result result{test::fixture("presenter_h264_25fps_6s.mp4"), test::fixture("voice_mono_48k_5s.wav"), silence};
  CHECK(result.preview.frames == 150);
  const auto tenths = loudness(result.path);
  REQUIRE(tenths.size() >= 59);
  for (std::size_t i = 52; i < 59; ++i) CHECK(tenths[i] < 0.001);
  CHECK(*std::max_element(tenths.begin(), tenths.begin() + 50) > 0.05);
}

TEST_CASE("an odd size is rounded up to even and never scaled") {
  const Result result{test::fixture("presenter_odd_size_321x241_2s.mp4"), test::fixture("voice_mono_48k_5s.wav"),
                      cut_off};
  CHECK(result.preview.width == 322);
  CHECK(result.preview.height == 242);
}

TEST_CASE("a rotated clip comes out upright") {
  const auto path = test::fixture("presenter_rotated90_3s.mp4");
  const RunContext context;
  const auto coded = sandbox::measure_packets(path, sandbox::Kind::video, context);
  const Result result{path, test::fixture("voice_mono_48k_5s.wav"), cut_off};
  CHECK(result.preview.width == coded.height);
  CHECK(result.preview.height == coded.width);
}

TEST_CASE("a clip with a varying rate comes out at a constant one with its own length") {
  const auto path = test::fixture("presenter_vfr_8s.mp4");
  const RunContext context;
  const auto facts = sandbox::decode_video_facts(path, context);
  const Result result{path, test::fixture("voice_mono_16k_20s.wav"), cut_off};
  CHECK(result.preview.frames == facts.grid.frames);
  CHECK(abs(result.preview.duration_s - 8) < Rational{1, 5});
}

TEST_CASE("the output says that nothing was lip-synced") {
  const Result result{test::fixture("presenter_hevc_25fps_4s.mp4"), test::fixture("voice_mono_48k_5s.wav"), cut_off};
  const RunContext context;
  media::Demuxer demuxer{result.path, {}, context};
  const AVDictionaryEntry* comment = av_dict_get(demuxer.format().metadata, "comment", nullptr, 0);
  REQUIRE(comment != nullptr);
  CHECK(std::string{comment->value} == "react1 sandbox: timing only, no lip-sync");
}

TEST_CASE("a stopped rendering leaves nothing behind") {
  const TemporaryDirectory folder;
  struct StopSoon : Observer {
    std::stop_source source;
    void on_progress(const Progress& progress) override {
      if (progress.stage == Stage::prepare && progress.done >= 5) source.request_stop();
    }
  } observer;
  const RunContext context{.stop = observer.source.get_token(), .observer = &observer, .job_id = {}};
  const auto output = (folder.path() / "out.mp4").string();
  try {
    preview(test::fixture("presenter_h264_25fps_6s.mp4"), test::fixture("voice_stereo_44k_7s.wav"), bounce, output,
            context);
    FAIL("it was not stopped");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::interrupted);
  }
  CHECK(std::filesystem::is_empty(folder.path()));
}

TEST_CASE("inputs that can't be rendered are media errors and leave nothing behind") {
  const TemporaryDirectory folder;
  const auto output = (folder.path() / "out.mp4").string();
  const auto good_video = test::fixture("presenter_hevc_25fps_4s.mp4");
  const auto good_audio = test::fixture("voice_mono_48k_5s.wav");
  const auto code_of = [&](const std::string& video, const std::string& audio) {
    try {
      preview(video, audio, cut_off, output, RunContext{});
    } catch (const Error& error) {
      return error.code();
    }
    return ErrorCode::internal;
  };
  CHECK(code_of(test::fixture("audio_only.m4a"), good_audio) == ErrorCode::media);
  CHECK(code_of(test::fixture("text_named.mp4"), good_audio) == ErrorCode::media);
  CHECK(code_of(good_video, test::fixture("presenter_h264_25fps_6s.mp4")) == ErrorCode::media);
  CHECK(code_of((folder.path() / "missing.mp4").string(), good_audio) == ErrorCode::io);
  CHECK(std::filesystem::is_empty(folder.path()));
}
