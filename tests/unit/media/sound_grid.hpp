// SPDX-License-Identifier: Apache-2.0
// Sound whose frames are on a grid of ticks, and SoundTimelineFit's result for their timestamps.
#pragma once

#include <cmath>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "media/stream/sound_timeline.hpp"

namespace react1::test {

using namespace react1::media;

struct Grid {
  Rational tick;
  int rate;
  std::int64_t frame;  // samples
};

/// Feeds `frames` frames whose true time is `time_of(number)` seconds, rounded to the grid's ticks by `rounding`;
/// `together` of them share a packet of the container.
inline SoundTimelineFit::Result fit(
    const Grid& grid, int frames, const std::function<double(int)>& time_of,
    const std::function<double(double)>& rounding = [](double x) { return std::floor(x + 0.5); },
    SoundClock clock = SoundClock::steady, int together = 1) {
  SoundTimelineFit fit(grid.tick, grid.rate, clock);
  for (int i = 0; i < frames; ++i) {
    fit.add(static_cast<std::int64_t>(rounding(time_of(i) / grid.tick.to_double() + 1e-9)), grid.frame,
            i % together == 0);
  }
  return fit.finish(0);
}

inline double spot(const Grid& grid, double number) {
  return number * static_cast<double>(grid.frame) / grid.rate;
}

inline std::vector<Grid> grids() {
  std::vector<Grid> all;
  for (const int rate : {8000, 11025, 16000, 22050, 24000, 32000, 44100, 48000, 96000}) {
    for (const std::int64_t frame : {120, 160, 480, 576, 960, 1024, 1152, 1536, 2048, 4096, 4608}) {
      for (const Rational tick : {Rational(1, 1000), Rational(1, 90000), Rational(1, rate), Rational(1, 1000000)}) {
        all.push_back({tick, rate, frame});
      }
    }
  }
  return all;
}

inline std::string text(const Grid& grid) {
  return grid.tick.to_decimal(7) + " s ticks, " + std::to_string(grid.rate) + " Hz, " + std::to_string(grid.frame);
}

inline double jump_of(const SoundPiece& piece, int rate) {
  return (piece.start_s - Rational(piece.first_sample, rate)).to_double();
}

}  // namespace react1::test
