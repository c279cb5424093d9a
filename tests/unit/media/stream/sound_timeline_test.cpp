// SPDX-License-Identifier: Apache-2.0
// From timestamps to the pieces of a sound: every rounding, every place of a gap, jitter and wild times.
#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "media/stream/sound_timeline.hpp"
#include "unit/media/sound_grid.hpp"

using namespace react1;
using namespace react1::media;
using namespace react1::test;

TEST_CASE("timestamps that are only rounded make no pieces, whatever the rate, the frame, the tick and the rounding") {
  const std::vector<std::function<double(double)>> roundings{[](double x) { return std::floor(x); },
                                                             [](double x) { return std::floor(x + 0.5); },
                                                             [](double x) { return std::ceil(x); }};
  for (const Grid& grid : grids()) {
    for (const auto& rounding : roundings) {
      const auto result = fit(
          grid, 400, [&](int i) { return spot(grid, i); }, rounding);
      CAPTURE(text(grid));
      CHECK(result.pieces.empty());
      CHECK(result.plausible);
    }
  }
}

TEST_CASE("a gap is found at every frame, and its length is right to a millisecond") {
  const Grid grid{Rational(1, 1000), 48000, 1024};
  for (const double gap : {0.005, 0.0214, 0.1, 2.0}) {
    for (int at = 1; at < 60; ++at) {
      const auto result = fit(grid, 60, [&](int i) { return spot(grid, i) + (i >= at ? gap : 0); });
      CAPTURE(at);
      CAPTURE(gap);
      REQUIRE(result.pieces.size() == 2);
      CHECK(result.pieces[1].first_sample == at * grid.frame);
      CHECK(std::abs(jump_of(result.pieces[1], grid.rate) - gap) < 0.001);
    }
  }
}

TEST_CASE("gaps and overlaps of every grid are exact where the ticks are") {
  for (const Grid& grid : grids()) {
    if (grid.tick != Rational(1, grid.rate)) continue;
    const double frame = spot(grid, 1);
    for (const double jump : {3 * frame, frame, -frame / 2}) {
      if (std::abs(jump) < 0.0025) continue;
      const std::int64_t samples = std::llround(jump * grid.rate);
      const auto result = fit(
          grid, 100, [&](int i) { return spot(grid, i) + (i >= 40 ? static_cast<double>(samples) / grid.rate : 0); });
      CAPTURE(text(grid));
      CAPTURE(jump);
      REQUIRE(result.pieces.size() == 2);
      CHECK(result.pieces[1].first_sample == 40 * grid.frame);
      CHECK(result.pieces[1].start_s == Rational(40 * grid.frame + samples, grid.rate));
    }
  }
}

TEST_CASE("jitter drops and invents no sample") {
  for (const unsigned seed : {1U, 2U, 3U, 4U, 5U, 6U, 7U, 8U}) {
    for (const double jitter : {0.001, 0.004, 0.010}) {
      for (const Rational tick : {Rational(1, 48000), Rational(1, 1000)}) {
        std::mt19937 random(seed);
        std::uniform_real_distribution<double> off(-jitter, jitter);
        const Grid grid{tick, 48000, 1024};
        const auto result = fit(grid, 600, [&](int i) { return 1 + spot(grid, i) + off(random); });
        CAPTURE(seed);
        CAPTURE(jitter);
        CHECK(result.pieces.empty());
      }
    }
  }
}

TEST_CASE("a gap is found in jitter") {
  for (const unsigned seed : {1U, 2U, 3U, 4U}) {
    std::mt19937 random(seed);
    std::uniform_real_distribution<double> off(-0.003, 0.003);
    const Grid grid{Rational(1, 1000), 48000, 1024};
    const auto result = fit(grid, 400, [&](int i) { return spot(grid, i) + off(random) + (i >= 200 ? 0.5 : 0); });
    REQUIRE(result.pieces.size() == 2);
    CHECK(std::abs(jump_of(result.pieces[1], grid.rate) - 0.5) < 0.001);
  }
}

TEST_CASE("two gaps in a row are two, however near they are") {
  const Grid grid{Rational(1, 1000), 48000, 1024};
  for (int between = 4; between < 40; ++between) {
    for (const double second : {0.0214, 0.5}) {
      const auto result = fit(
          grid, 200, [&](int i) { return spot(grid, i) + (i >= 80 ? 0.0214 : 0) + (i >= 80 + between ? second : 0); });
      CAPTURE(between);
      CAPTURE(second);
      REQUIRE(result.pieces.size() == 3);
      CHECK(result.pieces[1].first_sample == 80 * grid.frame);
      CHECK(result.pieces[2].first_sample == (80 + between) * grid.frame);
      CHECK(std::abs(jump_of(result.pieces[2], grid.rate) - 0.0214 - second) < 0.001);
    }
  }
}

TEST_CASE("a gap before the first sample that is heard is a late start") {
  constexpr std::int64_t frame = 4096, gap = 36864;
  for (const std::int64_t skipped : {std::int64_t{0}, frame - 1, frame, frame + 432}) {
    SoundTimelineFit fit(Rational(1, 48000), 48000, SoundClock::steady);
    for (int i = 0; i < 30; ++i) fit.add(i * frame + (i > 0 ? gap : 0), frame);
    const auto result = fit.finish(skipped);
    CAPTURE(skipped);
    if (skipped < frame) {
      REQUIRE(result.pieces.size() == 2);
      CHECK(result.pieces[1].first_sample == frame - skipped);
      CHECK(result.pieces[1].start_s == Rational(frame - skipped + gap, 48000));
      CHECK_FALSE(result.first_is_off);
    } else {
      CHECK(result.pieces.empty());
      CHECK(result.first_is_off);
      CHECK(result.first_is_early == Rational(gap, 48000));
    }
  }
}

TEST_CASE("lone wild timestamps are not followed, wherever they are") {
  const Grid grid{Rational(1, 1000), 48000, 1024};
  for (const double wild : {-30.0, -0.2, 0.2, 30.0}) {
    for (int at = 1; at < 97; ++at) {
      const auto result = fit(grid, 100, [&](int i) { return 100 + spot(grid, i) + (i == at ? wild : 0); });
      CAPTURE(at);
      CAPTURE(wild);
      CHECK(result.pieces.empty());
    }
  }
}

TEST_CASE("a clock that begins again is no gap, and is reported") {
  const Grid grid{Rational(1, 48000), 48000, 960};
  const auto again = fit(grid, 200, [&](int i) { return spot(grid, i < 120 ? i : i - 120); });
  CHECK(again.pieces.empty());
  CHECK(again.restarts);
  for (int at = 1; at < 120; ++at) {  // also when that is less than any overlap
    CAPTURE(at);
    CHECK(fit(grid, 240, [&](int i) { return spot(grid, i < at ? i : i - at); }).restarts);
  }
  const Grid transport{Rational(1, 90000), 48000, 1024};
  const auto far = [&](int i) { return spot(transport, i) + (i >= 100 ? 3600 : 0); };
  CHECK(fit(
            transport, 200, far, [](double x) { return std::floor(x); }, SoundClock::restarts)
            .pieces.empty());
  CHECK(fit(
            transport, 200, far, [](double x) { return std::floor(x); }, SoundClock::steady)
            .pieces.size() == 2);
}

TEST_CASE("frames without a time follow the one before") {
  SoundTimelineFit fit(Rational(1, 1000), 48000, SoundClock::steady);
  for (int i = 0; i < 300; ++i) {
    const auto ticks = static_cast<std::int64_t>(std::floor(i * 1024.0 / 48 + (i >= 150 ? 500 : 0)));
    fit.add(i % 3 == 0 ? std::optional(ticks) : std::nullopt, 1024);
  }
  const auto result = fit.finish(0);
  REQUIRE(result.pieces.size() == 2);
  CHECK(result.pieces[1].first_sample == 150 * 1024);
}

TEST_CASE("in a transport stream several frames share a packet's jitter, and it moves none of them") {
  const Grid grid{Rational(1, 90000), 48000, 1152};
  for (const unsigned seed : {1U, 2U, 3U, 4U, 5U, 6U, 7U, 8U}) {
    for (const int together : {2, 4, 5, 9}) {
      std::mt19937 random(seed);
      std::uniform_real_distribution<double> off(-0.004, 0.004);
      std::vector<double> moved(200);
      for (double& one : moved) one = off(random);
      const auto jittered = [&](int i) { return 1 + spot(grid, i) + moved[static_cast<std::size_t>(i / together)]; };
      CAPTURE(seed);
      CAPTURE(together);
      const auto floor = [](double x) { return std::floor(x); };
      CHECK(fit(grid, 130, jittered, floor, SoundClock::restarts, together).pieces.empty());
    }
  }
}

TEST_CASE("in a transport stream a gap is found at every packet, also before the clock begins again") {
  const auto floor = [](double x) { return std::floor(x); };
  for (const Grid& grid : {Grid{Rational(1, 90000), 44100, 1152}, Grid{Rational(1, 90000), 48000, 1024}}) {
    for (int at = 5; at < 50; ++at) {
      const auto gap = [&](int i) { return spot(grid, i) + (i >= at ? 0.575 : 0); };
      CAPTURE(at);
      CAPTURE(text(grid));
      const auto once = fit(grid, 58, gap, floor, SoundClock::restarts);
      REQUIRE(once.pieces.size() == 2);
      CHECK(once.pieces[1].first_sample == at * grid.frame);
      CHECK(std::abs(jump_of(once.pieces[1], grid.rate) - 0.575) < 0.001);
      const auto twice = fit(
          grid, 116, [&](int i) { return gap(i % 58); }, floor, SoundClock::restarts);
      CHECK(twice.restarts);
      REQUIRE(twice.pieces.size() == 3);
      CHECK(twice.pieces[2].first_sample == (58 + at) * grid.frame);
    }
  }
}

TEST_CASE("jumps in a row are followed one by one: the ends of two recordings that were joined") {
  const Grid grid{Rational(1, 24000), 24000, 576};
  // Two frames of which a tick each is meant to be heard, and one of 118.
  const auto time = [](int i) {
    return (i < 48 ? i * 576 : i == 48 ? 27073 : i == 49 ? 27074 : 27192 + (i - 50) * 576) / 24000.0;
  };
  const SoundTimeline timeline(fit(grid, 96, time).pieces, grid.rate);
  for (const int i : {10, 47, 48, 49, 50, 51, 95}) {
    CAPTURE(i);
    CHECK(std::abs(timeline.time_of(i * grid.frame).to_double() - time(i)) < 0.001);
  }
}

TEST_CASE("the last frame alone is no short overlap") {
  const Grid grid{Rational(1, 1000), 44100, 256};
  const auto early = [&](int i) { return spot(grid, i) - (i == 200 ? 0.003 : 0); };
  CHECK(fit(grid, 201, early).pieces.empty());
  const auto far = [&](int i) { return spot(grid, i) - (i == 200 ? 0.2 : 0); };
  CHECK(fit(grid, 201, far).pieces.size() == 2);
}

TEST_CASE("times that a format does not store are not followed, and rough ones only far") {
  const Grid grid{Rational(1, 1000), 44100, 10240};
  const auto moved = [&](double by) { return [&grid, by](int i) { return spot(grid, i) + (i >= 40 ? by : 0); }; };
  const auto nearest = [](double x) { return std::floor(x + 0.5); };
  CHECK(fit(grid, 80, moved(2), nearest, clock_of("avi")).pieces.empty());
  CHECK(fit(grid, 80, moved(-0.012), nearest, clock_of("asf")).pieces.empty());
  CHECK(fit(grid, 80, moved(2), nearest, clock_of("asf")).pieces.size() == 2);
  CHECK(fit(grid, 80, moved(0.012), nearest, clock_of("matroska,webm")).pieces.size() == 2);
  for (const char* raw : {"mp3", "aac", "ac3", "eac3", "dts", "wav", "w64", "flac", "aiff", "caf", "amr"}) {
    CHECK(clock_of(raw) == SoundClock::none);
  }
}

TEST_CASE("samples and times lead to each other") {
  const SoundTimeline timeline({{0, 0, 1}, {48000, Rational(3), Rational(101, 100)}, {96000, Rational(7, 2), 1}},
                               48000);
  CHECK(timeline.time_of(24000) == Rational(1, 2));
  CHECK(timeline.time_of(48000) == 3);
  CHECK(timeline.end_time_of(48000) == 1);
  CHECK(timeline.time_of(72000) == Rational(3505, 1000));
  CHECK(timeline.sample_at(Rational(1, 2)) == 24000);
  CHECK(timeline.sample_at(2) == 48000);  // in the gap
  CHECK(timeline.sample_at(Rational(3101, 1000)) == 52800);
  CHECK(timeline.overlaps());
  CHECK(timeline.sample_at(-1) == -48000);
  CHECK(timeline.end_time_of(144000) == Rational(9, 2));
}
