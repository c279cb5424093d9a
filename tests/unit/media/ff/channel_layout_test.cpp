// SPDX-License-Identifier: Apache-2.0
// Every channel of every layout is heard, alone, unless it is marked as low-frequency effects.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include "media/sound/resampler.hpp"
#include "support/sounds.hpp"

extern "C" {
#include <libavutil/channel_layout.h>
}

namespace react1::media {
namespace {

constexpr int rate = 48000;

/// What becomes of a second of sound that is in one channel alone: root mean square of left and right.
struct Sides {
  double left, right;
};
Sides mixed(const AVChannelLayout& layout, int channel, bool with_effects = false) {
  const ff::Frame frame = ff::make_frame();
  frame->format = AV_SAMPLE_FMT_FLTP;
  frame->sample_rate = rate;
  frame->nb_samples = rate / 10;
  REQUIRE(av_channel_layout_copy(&frame->ch_layout, &layout) >= 0);
  REQUIRE(av_frame_get_buffer(frame.get(), 0) >= 0);
  const std::vector<float> tone = test::sine(0.1, rate, 440, 0.5);
  for (int i = 0; i < layout.nb_channels; ++i) {
    std::memset(frame->extended_data[i], 0, tone.size() * sizeof(float));
    if (i == channel) std::memcpy(frame->extended_data[i], tone.data(), tone.size() * sizeof(float));
  }
  Resampler resampler(*frame, {.channels = 2, .sample_rate = rate, .with_effects = with_effects}, "test");
  std::vector<float> left(static_cast<std::size_t>(resampler.room(frame->nb_samples))), right(left.size());
  std::uint8_t* planes[] = {reinterpret_cast<std::uint8_t*>(left.data()),
                            reinterpret_cast<std::uint8_t*>(right.data())};
  const int got = resampler.convert(planes, static_cast<int>(left.size()),
                                    const_cast<const std::uint8_t**>(frame->extended_data),  // NOLINT(*-const-cast)
                                    frame->nb_samples);
  const auto all = static_cast<std::size_t>(got);
  REQUIRE(all > 0);
  return {test::rms(left, 0, all), test::rms(right, 0, all)};
}

bool is_effects(AVChannel channel) {
  return channel == AV_CHAN_LOW_FREQUENCY || channel == AV_CHAN_LOW_FREQUENCY_2;
}

const double full = 0.5 / std::sqrt(2.0);

TEST_CASE("every channel of every layout that FFmpeg knows is heard, unless it is marked as low-frequency effects") {
  void* position = nullptr;
  int layouts = 0;
  while (const AVChannelLayout* layout = av_channel_layout_standard(&position)) {
    ++layouts;
    char name[64];
    av_channel_layout_describe(layout, name, sizeof name);
    CAPTURE(std::string(name));
    for (int i = 0; i < layout->nb_channels; ++i) {
      CAPTURE(i);
      const Sides sides = mixed(*layout, i);
      const double louder = std::max(sides.left, sides.right);
      if (is_effects(av_channel_layout_channel_from_index(layout, static_cast<unsigned>(i)))) {
        CHECK(louder == 0);
        CHECK(mixed(*layout, i, /*with_effects=*/true).left == doctest::Approx(full).epsilon(0.01));
      } else {
        CHECK(louder >= full / 4.1);
      }
    }
  }
  CHECK(layouts >= 25);
}

TEST_CASE("every one of 3 to 64 channels without a mark is heard on both sides at its level") {
  for (int channels = 3; channels <= 64; ++channels) {
    CAPTURE(channels);
    AVChannelLayout layout{};
    layout.order = AV_CHANNEL_ORDER_UNSPEC;
    layout.nb_channels = channels;
    for (int i = 0; i < channels; ++i) {
      CAPTURE(i);
      const Sides sides = mixed(layout, i);
      CHECK(sides.left == doctest::Approx(full).epsilon(0.01));
      CHECK(sides.right == doctest::Approx(full).epsilon(0.01));
    }
  }
}

TEST_CASE("one and two channels without a mark are mono and stereo") {
  AVChannelLayout layout{};
  layout.order = AV_CHANNEL_ORDER_UNSPEC;
  layout.nb_channels = 2;
  CHECK(mixed(layout, 0).left == doctest::Approx(full).epsilon(0.01));
  CHECK(mixed(layout, 0).right == 0);
  CHECK(mixed(layout, 1).left == 0);
  layout.nb_channels = 1;
  CHECK(mixed(layout, 0).right == doctest::Approx(full).epsilon(0.01));
}

TEST_CASE("channels in an order of the file's own are mixed by their names") {
  AVChannelLayout layout{};
  layout.order = AV_CHANNEL_ORDER_CUSTOM;
  layout.nb_channels = 3;
  AVChannelCustom map[3]{};
  map[0].id = AV_CHAN_FRONT_RIGHT;
  map[1].id = AV_CHAN_LOW_FREQUENCY;
  map[2].id = AV_CHAN_FRONT_LEFT;
  layout.u.map = map;
  CHECK(mixed(layout, 0).left == 0);
  CHECK(mixed(layout, 0).right == doctest::Approx(full).epsilon(0.01));
  CHECK(mixed(layout, 1).left == 0);
  CHECK(mixed(layout, 2).left == doctest::Approx(full).epsilon(0.01));
}

TEST_CASE("an ambisonic sound is heard on both sides from every direction, and each of its components alone") {
  for (const int order : {1, 2, 3}) {
    CAPTURE(order);
    AVChannelLayout layout{};
    layout.order = AV_CHANNEL_ORDER_AMBISONIC;
    layout.nb_channels = (order + 1) * (order + 1);
    for (int i = 0; i < layout.nb_channels; ++i) {
      CAPTURE(i);
      const Sides sides = mixed(layout, i);
      CHECK(std::max(sides.left, sides.right) >= full / 15);
    }
    // First order, SN3D: front, back, left, right, above, below, and a corner.
    const std::vector<double> matrix = mix_matrix(layout, 2, -1);
    const auto count = static_cast<std::size_t>(layout.nb_channels);
    const double d = 1 / std::sqrt(3.0);
    for (const auto& [x, y, z] : std::vector<std::array<double, 3>>{
             {1, 0, 0}, {-1, 0, 0}, {0, 1, 0}, {0, -1, 0}, {0, 0, 1}, {0, 0, -1}, {-d, d, -d}, {-d, -d, -d}}) {
      const std::array<double, 4> components{1, y, z, x};
      for (const std::size_t row : {std::size_t{0}, count}) {
        double sum = 0;
        for (std::size_t i = 0; i < components.size(); ++i) sum += matrix[row + i] * components[i];
        CHECK(sum >= 0.5);
      }
    }
  }
}

}  // namespace
}  // namespace react1::media
