// SPDX-License-Identifier: Apache-2.0
#include "sandbox/clips/timeline.hpp"

#include <doctest/doctest.h>

#include <vector>

using namespace react1;
using sandbox::FrameGrid;
using sandbox::lay_on_grid;
using sandbox::lay_out;

namespace {

FrameGrid clip(std::int64_t frames, const Rational& fps) {
  return {.fps = fps, .frames = frames, .source = {}};
}

using Frames = std::vector<std::int64_t>;
using enum LipsyncMode;
constexpr LipsyncMode all_modes[] = {cut_off, loop, bounce, silence, remap};

std::vector<Seconds> evenly(std::int64_t count, const Seconds& interval, const Seconds& from = 0) {
  std::vector<Seconds> starts;
  for (std::int64_t i = 0; i < count; ++i) {
    const Seconds exact = from + interval * i;
    starts.push_back(Rational{(exact * 1'000'000).round(), 1'000'000});
  }
  return starts;
}

}  // namespace

TEST_CASE("24 fps, voice 8.64 s, video 4 s: cut_off gives 96 frames and every other mode 207") {
  for (const auto mode : all_modes) {
    CHECK(lay_out(mode, clip(96, 24), Rational{864, 100}).shows.size() == (mode == cut_off ? 96 : 207));
  }
}

TEST_CASE("24 fps, voice 1.74 s, video 10 s: silence gives 240 frames and every other mode 42") {
  for (const auto mode : all_modes) {
    CHECK(lay_out(mode, clip(240, 24), Rational{174, 100}).shows.size() == (mode == silence ? 240 : 42));
  }
}

TEST_CASE("clips of equal length come out as they are in every mode") {
  for (const auto mode : all_modes) {
    const auto timeline = lay_out(mode, clip(5, 25), Rational{1, 5});
    CHECK(timeline.shows == Frames{0, 1, 2, 3, 4});
    CHECK(timeline.samples == 9600);
    CHECK(timeline.voice_samples == 9600);
  }
}

TEST_CASE("a longer voice: what each mode shows") {
  const auto video = clip(4, 10);
  CHECK(lay_out(cut_off, video, 1).shows == Frames{0, 1, 2, 3});
  CHECK(lay_out(loop, video, 1).shows == Frames{0, 1, 2, 3, 0, 1, 2, 3, 0, 1});
  CHECK(lay_out(bounce, video, 1).shows == Frames{0, 1, 2, 3, 3, 2, 1, 0, 0, 1});
  CHECK(lay_out(silence, video, 1).shows == Frames{0, 1, 2, 3, 3, 3, 3, 3, 3, 3});
  CHECK(lay_out(remap, video, 1).shows == Frames{0, 0, 1, 1, 1, 2, 2, 3, 3, 3});
}

TEST_CASE("a longer video: all but silence trim or speed it up to the voice") {
  const auto video = clip(10, 10);
  const Seconds voice{4, 10};
  CHECK(lay_out(cut_off, video, voice).shows == Frames{0, 1, 2, 3});
  CHECK(lay_out(loop, video, voice).shows == Frames{0, 1, 2, 3});
  CHECK(lay_out(bounce, video, voice).shows == Frames{0, 1, 2, 3});
  CHECK(lay_out(silence, video, voice).shows == Frames{0, 1, 2, 3, 4, 5, 6, 7, 8, 9});
  CHECK(lay_out(remap, video, voice).shows == Frames{1, 3, 6, 8});
}

TEST_CASE("sound spans the picture exactly and is silent after the voice") {
  const auto padded = lay_out(silence, clip(10, 10), Rational{4, 10});
  CHECK(padded.samples == 48'000);
  CHECK(padded.voice_samples == 19'200);
  const auto clipped = lay_out(cut_off, clip(4, 10), 1);
  CHECK(clipped.samples == 19'200);
  CHECK(clipped.voice_samples == 19'200);
  // 100 frames of an NTSC rate are 160160 samples.
  const auto ntsc = lay_out(cut_off, clip(100, Rational{30'000, 1'001}), 15);
  CHECK(ntsc.samples == 160'160);
}

TEST_CASE("there is at least one frame, however short the voice") {
  CHECK(lay_out(bounce, clip(10, 25), Rational{1, 1000}).shows == Frames{0});
}

TEST_CASE("many turns of a short clip stay inside it") {
  const auto timeline = lay_out(bounce, clip(3, 10), 2);
  CHECK(timeline.shows == Frames{0, 1, 2, 2, 1, 0, 0, 1, 2, 2, 1, 0, 0, 1, 2, 2, 1, 0, 0, 1});
}

TEST_CASE("frames at a constant rate keep their numbers and the rate the file claims") {
  const std::vector<Rational> claimed{Rational{24'000, 1'001}};
  const auto grid = lay_on_grid(evenly(300, Rational{1'001, 24'000}, 5), claimed);
  CHECK(grid.fps == Rational{24'000, 1'001});
  CHECK(grid.frames == 300);
  CHECK(grid.decoded_frame(299) == 299);
}

TEST_CASE("a rate is recognised from millisecond time stamps without any claim") {
  std::vector<Seconds> starts;
  for (std::int64_t i = 0; i < 450; ++i) starts.push_back(Rational{(Rational{i * 1000, 30}).round(), 1000});
  CHECK(lay_on_grid(starts, {}).fps == 30);
  starts.clear();
  for (std::int64_t i = 0; i < 450; ++i) starts.push_back(Rational{(Rational{i * 1'001'000, 30'000}).round(), 1000});
  CHECK(lay_on_grid(starts, {}).fps == Rational{30'000, 1'001});
}

TEST_CASE("a wrong claim is not believed") {
  const std::vector<Rational> claimed{Rational{90'000}, Rational{0}, Rational{30}};
  CHECK(lay_on_grid(evenly(100, Rational{1, 25}), claimed).fps == 25);
}

TEST_CASE("an unusual constant rate is kept") {
  const auto grid = lay_on_grid(evenly(100, Rational{2, 35}), {});
  CHECK(grid.fps == Rational{35, 2});
  CHECK(grid.frames == 100);
}

TEST_CASE("frames at a varying rate are laid on the common rate nearest to the usual interval") {
  // 25 fps with a gap of 8 frames after the fourth.
  std::vector<Seconds> starts;
  for (std::int64_t i = 0; i < 4; ++i) starts.push_back(Rational{i, 25});
  for (std::int64_t i = 12; i < 20; ++i) starts.push_back(Rational{i, 25});
  const auto grid = lay_on_grid(starts, {});
  CHECK(grid.fps == 25);
  REQUIRE(grid.frames == 20);
  CHECK(grid.source == Frames{0, 1, 2, 3, 3, 3, 3, 3, 3, 3, 3, 3, 4, 5, 6, 7, 8, 9, 10, 11});
}

TEST_CASE("a single frame takes the claimed rate") {
  const std::vector<Seconds> one{Rational{0}};
  const std::vector<Rational> claimed{Rational{30}};
  CHECK(lay_on_grid(one, claimed).fps == 30);
  CHECK(lay_on_grid(one, {}).frames == 1);
}
