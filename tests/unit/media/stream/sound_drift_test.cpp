// SPDX-License-Identifier: Apache-2.0
// A clock that is off, distinguished from jitter and from jumps: over every slope, number of frames and packing.
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

TEST_CASE("a drifting clock is one stretched piece") {
  for (const double drift : {-0.02, -0.01, -0.001, -0.0002, 0.0002, 0.001, 0.01, 0.02}) {
    for (const Grid& grid : {Grid{Rational(1, 1000), 48000, 1024}, Grid{Rational(1, 90000), 44100, 1152},
                             Grid{Rational(1, 48000), 48000, 480}, Grid{Rational(1, 1000), 16000, 160}}) {
      const int frames = static_cast<int>(30 / spot(grid, 1));
      const auto result = fit(grid, frames, [&](int i) { return spot(grid, i) * (1 + drift); });
      CAPTURE(drift);
      CAPTURE(text(grid));
      REQUIRE(result.pieces.size() == 1);
      CHECK(std::abs(result.pieces[0].stretch.to_double() - 1 - drift) < 0.00002);
      CHECK(result.plausible);
    }
  }
}

TEST_CASE("a clock that drifts is followed in few long frames, as far as their number distinguishes it from jitter") {
  const Grid grid{Rational(1, 1000), 11025, 1152};  // a frame lasts 104.49 ms
  for (const double drift : {-0.01, 0.01}) {
    for (int frames = 11; frames < 40; ++frames) {
      const auto result = fit(grid, frames, [&](int i) { return spot(grid, i) * (1 + drift); });
      CAPTURE(drift);
      CAPTURE(frames);
      REQUIRE(result.pieces.size() == 1);
      CHECK(std::abs(result.pieces[0].stretch.to_double() - 1 - drift) * spot(grid, frames) < 0.001);
    }
  }
}

TEST_CASE("a clock that drifts is followed in four long frames whose times are exact") {
  const Grid grid{Rational(1, 8000), 8000, 4096};  // ALAC at 8 kHz
  for (const double drift : {-0.02, -0.01, -0.005, 0.005, 0.01, 0.02}) {
    for (int frames = 4; frames < 20; ++frames) {
      const auto result = fit(grid, frames, [&](int i) { return spot(grid, i) * (1 + drift); });
      CAPTURE(drift);
      CAPTURE(frames);
      REQUIRE(result.pieces.size() == 1);
      CHECK(std::abs(result.pieces[0].stretch.to_double() - 1 - drift) * spot(grid, frames) < 0.001);
    }
  }
}

TEST_CASE("a clock that drifts is followed in few packets of a transport stream that hold many frames each") {
  const Grid grid{Rational(1, 90000), 48000, 1152};
  constexpr int together = 10;  // 240 ms
  for (const double drift : {-0.01, 0.01}) {
    for (int packets = 6; packets < 20; ++packets) {
      const auto time_of = [&](int i) {
        const int first = i / together * together;
        return 1.4 + spot(grid, first) * (1 + drift) + spot(grid, i - first);
      };
      const auto result = fit(
          grid, packets * together, time_of, [](double x) { return std::floor(x + 0.5); }, SoundClock::restarts,
          together);
      CAPTURE(drift);
      CAPTURE(packets);
      REQUIRE(result.pieces.size() == 1);
      CHECK(std::abs(result.pieces[0].stretch.to_double() - 1 - drift) < 0.001);
    }
  }
}

TEST_CASE("jitter of few packets is no drift, also where packets hold several frames") {
  for (const unsigned seed : {1U, 2U, 3U, 4U, 5U, 6U, 7U, 8U, 9U, 10U, 11U, 12U}) {
    for (const int together : {1, 2, 5, 8}) {
      for (int packets = 4; packets < 30; ++packets) {
        std::mt19937 random(seed);
        std::uniform_real_distribution<double> off(-0.004, 0.004);
        const Grid grid{Rational(1, 90000), 16000, 2048};
        double shift = 0;
        const auto result = fit(
            grid, packets * together,
            [&](int i) {
              if (i % together == 0) shift = off(random);
              return 1 + spot(grid, i) + shift;
            },
            [](double x) { return std::floor(x + 0.5); }, SoundClock::restarts, together);
        CAPTURE(seed);
        CAPTURE(together);
        CAPTURE(packets);
        CHECK(result.pieces.empty());
      }
    }
  }
}

TEST_CASE("a jump too small to be one is no drift, wherever it is") {
  for (const Grid& grid : {Grid{Rational(1, 44100), 44100, 1024}, Grid{Rational(1, 1000), 44100, 512}}) {
    const int frames = 4 * grid.rate / static_cast<int>(grid.frame);
    const double jump = grid.tick == Rational(1, 1000) ? 0.0018 : 0.0009;
    for (const double sign : {-1.0, 1.0}) {
      for (int at = frames / 6; at <= frames * 5 / 6; at += 5) {
        const auto result = fit(grid, frames, [&](int i) { return spot(grid, i) + (i >= at ? sign * jump : 0); });
        CAPTURE(text(grid));
        CAPTURE(at);
        CHECK(result.pieces.empty());
      }
    }
  }
}

TEST_CASE("drift continues after a gap") {
  const Grid grid{Rational(1, 1000), 48000, 1024};
  const auto result = fit(grid, 1000, [&](int i) { return spot(grid, i) * 1.005 + (i >= 500 ? 3 : 0); });
  REQUIRE(result.pieces.size() == 2);
  const SoundTimeline timeline(result.pieces, grid.rate);
  for (const int i : {0, 100, 499, 500, 700, 999}) {
    CAPTURE(i);
    const double expected = spot(grid, i) * 1.005 + (i >= 500 ? 3 : 0);
    CHECK(std::abs(timeline.time_of(i * grid.frame).to_double() - expected) < 0.001);
  }
}

TEST_CASE("no clock is off by half: then the counts are in doubt") {
  const Grid grid{Rational(1, 1000), 48000, 1024};
  CHECK_FALSE(fit(grid, 400, [&](int i) { return spot(grid, i) * 2; }).plausible);
}
