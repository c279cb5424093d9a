// SPDX-License-Identifier: Apache-2.0
// The mix matrix, and how clean the resampling is: pass band, images and aliases of pure tones.
#include "media/sound/resampler.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "support/sounds.hpp"

extern "C" {
#include <libavutil/channel_layout.h>
}

namespace react1::media {
namespace {

struct Layout {
  explicit Layout(const char* name) { REQUIRE(av_channel_layout_from_string(&value, name) >= 0); }
  Layout(const Layout&) = delete;
  Layout& operator=(const Layout&) = delete;
  ~Layout() { av_channel_layout_uninit(&value); }
  AVChannelLayout value{};
};

using Matrix = std::vector<double>;

std::vector<float> resampled(const std::vector<float>& samples, int from, int to, bool built_in) {
  const ff::Frame frame = ff::make_frame();
  frame->format = AV_SAMPLE_FMT_FLTP;
  frame->sample_rate = from;
  frame->nb_samples = static_cast<int>(samples.size());
  av_channel_layout_default(&frame->ch_layout, 1);
  REQUIRE(av_frame_get_buffer(frame.get(), 0) >= 0);
  std::memcpy(frame->extended_data[0], samples.data(), samples.size() * sizeof(float));
  Resampler resampler(*frame, {.channels = 1, .sample_rate = to, .built_in_filter = built_in}, "test");
  std::vector<float> result;
  const auto take = [&](const std::uint8_t** data, int count) {
    std::vector<float> out(static_cast<std::size_t>(resampler.room(count)));
    auto* plane = reinterpret_cast<std::uint8_t*>(out.data());
    out.resize(static_cast<std::size_t>(resampler.convert(&plane, static_cast<int>(out.size()), data, count)));
    test::append(result, out);
  };
  take(const_cast<const std::uint8_t**>(frame->extended_data), frame->nb_samples);  // NOLINT(*-const-cast): FFmpeg 5.1
  take(nullptr, 0);
  return result;
}

/// Level of a resampled tone against the original, dB, away from the ends.
double gain(double frequency, int from, int to, bool built_in) {
  const std::vector<float> out = resampled(test::sine(2, from, frequency, 0.5), from, to, built_in);
  const auto rate = static_cast<std::size_t>(to);
  return test::decibels(test::rms(out, rate / 2, rate * 3 / 2) / (0.5 / std::sqrt(2.0)));
}

/// What is left of a resampled tone once the tone itself is taken away, dB against it.
double residue(double frequency, int from, int to, bool built_in) {
  std::vector<float> out = resampled(test::sine(2, from, frequency, 0.5), from, to, built_in);
  const std::vector<float> tone = test::sine(2, to, frequency, 0.5);
  for (std::size_t i = 0; i < std::min(out.size(), tone.size()); ++i) out[i] -= tone[i];
  const auto rate = static_cast<std::size_t>(to);
  return test::decibels(test::rms(out, rate / 2, rate * 3 / 2) / (0.5 / std::sqrt(2.0)));
}

TEST_CASE("mono goes into every channel and stereo stays what it is") {
  CHECK(mix_matrix(Layout("mono").value, 1, -1) == Matrix{1});
  CHECK(mix_matrix(Layout("mono").value, 2, -1) == Matrix{1, 1});
  CHECK(mix_matrix(Layout("stereo").value, 2, -1) == Matrix{1, 0, 0, 1});
  CHECK(mix_matrix(Layout("stereo").value, 1, 0) == Matrix{1, 0});
  CHECK(mix_matrix(Layout("stereo").value, 1, 1) == Matrix{0, 1});
}

TEST_CASE("with a centre the sides are reduced, those behind even more, and low-frequency effects are dropped") {
  // FL FR FC LFE BL BR
  CHECK(mix_matrix(Layout("5.1").value, 2, -1) == Matrix{0.5, 0, 1, 0, 0.25, 0, 0, 0.5, 1, 0, 0, 0.25});
  // FL FR FC LFE BL BR SL SR
  CHECK(mix_matrix(Layout("7.1").value, 2, -1) ==
        Matrix{0.5, 0, 1, 0, 0.25, 0, 0.25, 0, 0, 0.5, 1, 0, 0, 0.25, 0, 0.25});
  CHECK(mix_matrix(Layout("quad").value, 2, -1) == Matrix{1, 0, 0.5, 0, 0, 1, 0, 0.5});
  CHECK(mix_matrix(Layout("2.1").value, 2, -1) == Matrix{1, 0, 0, 0, 1, 0});
  CHECK(mix_matrix(Layout("5.1").value, 1, 0) == Matrix{0.5, 0, 1, 0, 0.25, 0});
}

TEST_CASE("the pass band is flat to a hundredth of a decibel and images and aliases are below -90 dB") {
  for (const bool built_in : {false, true}) {
    CAPTURE(built_in);
    for (const double frequency : {100.0, 1000.0, 5000.0, 7000.0}) {
      CAPTURE(frequency);
      CHECK(std::abs(gain(frequency, 16000, 48000, built_in)) < 0.01);
      CHECK(residue(frequency, 16000, 48000, built_in) < -90);
    }
    for (const double frequency : {1000.0, 10000.0, 18000.0}) {
      CAPTURE(frequency);
      CHECK(std::abs(gain(frequency, 96000, 48000, built_in)) < 0.01);
      CHECK(residue(frequency, 96000, 48000, built_in) < -90);
    }
    // What the new rate can't hold is gone, instead of folded back.
    for (const double frequency : {26000.0, 30000.0, 40000.0}) {
      CAPTURE(frequency);
      CHECK(gain(frequency, 96000, 48000, built_in) < -90);
    }
  }
}

TEST_CASE("the length is that of the source") {
  for (const bool built_in : {false, true}) {
    CHECK(std::abs(static_cast<long>(resampled(test::silence(2, 16000), 16000, 48000, built_in).size()) - 96000) <= 2);
    CHECK(std::abs(static_cast<long>(resampled(test::silence(2, 96000), 96000, 48000, built_in).size()) - 96000) <= 2);
  }
}

}  // namespace
}  // namespace react1::media
