// SPDX-License-Identifier: Apache-2.0
#include "media/stream/measured_rate.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <vector>

namespace react1::media {
namespace {

/// The rate of frames at `times`, given in this order.
FrameRate rate_of(const std::vector<std::int64_t>& times, const Rational& tick, const Rational& hint = 0) {
  IntervalCounter counter(tick);
  for (const std::int64_t time : times) counter.add(time);
  counter.finish();
  return frame_rate(counter.timing(), tick, hint);
}

/// Times of `count` frames at `fps`, rounded to `tick` as a muxer does.
std::vector<std::int64_t> rounded_times(int count, const Rational& fps, const Rational& tick) {
  std::vector<std::int64_t> times;
  for (int i = 0; i < count; ++i) times.push_back((Rational{i} / fps / tick).round());
  return times;
}

TEST_CASE("milliseconds do not blur the standard rates") {
  for (const Rational& fps : {Rational{24000, 1001}, Rational{24}, Rational{25}, Rational{30000, 1001}, Rational{30},
                              Rational{50}, Rational{60000, 1001}, Rational{60}}) {
    CAPTURE(fps.to_decimal());
    const FrameRate rate = rate_of(rounded_times(250, fps, {1, 1000}), {1, 1000});
    CHECK(rate.fps == fps);
    CHECK_FALSE(rate.vfr);
  }
}

TEST_CASE("fine time bases give the exact rate, standard or not") {
  CHECK(rate_of(rounded_times(100, {30000, 1001}, {1, 90000}), {1, 90000}).fps == Rational{30000, 1001});
  CHECK(rate_of(rounded_times(100, {24000, 1001}, {1, 90000}), {1, 90000}).fps == Rational{24000, 1001});
  CHECK(rate_of(rounded_times(100, 17, {1, 17000}), {1, 17000}).fps == Rational{17});
  CHECK(rate_of({0, 512}, {1, 12800}).fps == Rational{25});
}

TEST_CASE("an unusual rate in milliseconds is the simplest one that fits") {
  const FrameRate rate = rate_of(rounded_times(500, 22, {1, 1000}), {1, 1000});
  CHECK(rate.fps == Rational{22});
  CHECK_FALSE(rate.vfr);
}

TEST_CASE("milliseconds carried over into a finer time base still count as rounding") {
  std::vector<std::int64_t> times = rounded_times(200, 30, {1, 1000});
  for (std::int64_t& time : times) time *= 90;
  const FrameRate rate = rate_of(times, {1, 90000});
  CHECK(rate.fps == Rational{30});
  CHECK_FALSE(rate.vfr);
}

TEST_CASE("a dropped frame makes the rate variable and does not move it") {
  std::vector<std::int64_t> times = rounded_times(100, 25, {1, 12800});
  times.erase(times.begin() + 40);
  const FrameRate rate = rate_of(times, {1, 12800});
  CHECK(rate.vfr);
  CHECK(rate.fps == Rational{25});
  CHECK(rate.median_ticks == 512);
}

TEST_CASE("two frames at one time make the rate variable") {
  CHECK(rate_of({0, 512, 512, 1024, 1536}, {1, 12800}).vfr);
}

TEST_CASE("decode order does not matter") {
  const std::vector<std::int64_t> ordered = rounded_times(64, 25, {1, 12800});
  std::vector<std::int64_t> shuffled = ordered;
  for (std::size_t i = 0; i + 3 < shuffled.size(); i += 4) std::swap(shuffled[i + 1], shuffled[i + 3]);
  CHECK(rate_of(shuffled, {1, 12800}).fps == rate_of(ordered, {1, 12800}).fps);
  CHECK_FALSE(rate_of(shuffled, {1, 12800}).vfr);
}

TEST_CASE("where the times can't tell, the header's average rate decides between standards") {
  // Three frames in milliseconds fit 30 as well as 30000/1001.
  const std::vector<std::int64_t> times{0, 33, 67};
  CHECK(rate_of(times, {1, 1000}, {30000, 1001}).fps == Rational{30000, 1001});
  CHECK(rate_of(times, {1, 1000}, 30).fps == Rational{30});
  // A header that is plainly wrong has no say.
  CHECK(rate_of(times, {1, 1000}, 90000).fps != Rational{90000});
}

enum class Rounding { down, nearest, up };

std::int64_t rounded(const Rational& ticks, Rounding rounding) {
  if (rounding == Rounding::down) return ticks.floor();
  return rounding == Rounding::up ? ticks.ceil() : ticks.round();
}

const std::vector<Rational>& nominal_rates() {
  static const std::vector<Rational> rates{10, 12, {25, 2},       15, 20, {24000, 1001}, 24, 25, {30000, 1001}, 30,
                                           48, 50, {60000, 1001}, 60, 120};
  return rates;
}

TEST_CASE("every nominal rate is found again in every time base, rounded down, up or to the nearest tick") {
  const std::vector<Rational> ticks{{1, 1000},  {1, 600},  {1, 90000}, {1, 100},      {1, 90},         {1, 48},
                                    {1, 15},    {1, 12},   {1, 24},    {1, 25},       {1, 30},         {1, 50},
                                    {1, 60},    {1, 29},   {1, 10000}, {1001, 30000}, {1001, 24000},   {1, 12800},
                                    {1, 44100}, {1, 2997}, {1, 120},   {1, 1000000},  {1, 1000000000}, {1, 19}};
  constexpr int count = 2600;  // enough for NTSC twins to part by more than two of the coarsest ticks
  for (const Rational& fps : nominal_rates()) {
    for (const Rational& tick : ticks) {
      for (const Rounding rounding : {Rounding::down, Rounding::nearest, Rounding::up}) {
        for (const Rational& offset : {Rational{0}, Rational{1, 3}, Rational{9, 10}, Rational{36000}}) {
          std::vector<std::int64_t> times;
          for (int i = 0; i < count; ++i) times.push_back(rounded((Rational{i} / fps + offset) / tick, rounding));
          const FrameRate rate = rate_of(times, tick);
          CAPTURE(fps.to_decimal());
          CAPTURE(tick.den());
          CAPTURE(static_cast<int>(rounding));
          CAPTURE(offset.to_decimal());
          CHECK(rate.fps == fps);
          CHECK_FALSE(rate.vfr);
        }
      }
    }
  }
}

TEST_CASE("ticks as long as frames: a rate that halves is variable, and its frames last a tick") {
  std::vector<std::int64_t> times{0};
  for (int i = 0; i < 200; ++i) times.push_back(times.back() + 1);
  for (int i = 0; i < 119; ++i) times.push_back(times.back() + 2);
  for (const int fps : {24, 25, 30, 50, 60}) {
    const FrameRate rate = rate_of(times, {1, fps}, Rational{320 * fps, 440});
    CHECK(rate.vfr);
    CHECK(rate.fps == Rational{fps});
  }
}

TEST_CASE("ticks as long as frames: frames left out here and there do not make an odd constant rate") {
  for (const int left_out : {1, 3, 7, 10, 12, 31}) {
    std::vector<std::int64_t> times;
    for (int i = 0; i < 75; ++i) {
      if (i % left_out != left_out - 1 || left_out == 1) times.push_back(i);
    }
    const FrameRate rate = rate_of(times, {1, 25});
    CAPTURE(left_out);
    CHECK(rate.fps == Rational{25});
    CHECK(rate.vfr == (left_out != 1));
  }
}

TEST_CASE("where the header says that ticks count frames, a place without one is a dropped frame") {
  for (const int fps : {10, 15, 24, 25, 30, 60}) {
    for (int at = 1; at < 39; ++at) {
      std::vector<std::int64_t> times;
      for (int i = 0; i < 40; ++i) {
        if (i != at) times.push_back(i);
      }
      CAPTURE(fps);
      CAPTURE(at);
      const FrameRate rate = rate_of(times, {1, fps}, fps);
      CHECK(rate.vfr);
      CHECK(rate.fps == Rational{fps});
    }
  }
}

TEST_CASE("a clock half a thousandth off makes no variable rate, two thousandths do") {
  for (const int most : {45, 180}) {
    std::vector<std::int64_t> times;
    for (int i = 0; i < 300; ++i) times.push_back(i * 3600 + (i * 7919 % (2 * most + 1)) - most);
    const FrameRate rate = rate_of(times, {1, 90000});
    CHECK(abs(rate.fps - 25) <= (most > 45 ? Rational{1, 2} : Rational{0}));
    CHECK(rate.vfr == (most > 45));
  }
}

TEST_CASE("rates whose frames a coarse tick can confuse are known") {
  CHECK_FALSE(ticks_hide_places(30, {1, 30}));
  CHECK_FALSE(ticks_hide_places(15, {1, 30}));
  CHECK_FALSE(ticks_hide_places(60, {1, 1000}));
  CHECK(ticks_hide_places(24, {1, 30}));
  CHECK(ticks_hide_places(30, {1, 15}));
  CHECK(ticks_hide_places({30000, 1001}, {1, 30}));
}

TEST_CASE("a single frame has no rate") {
  CHECK(rate_of({7}, {1, 1000}).fps == Rational{0});
  CHECK(rate_of({}, {1, 1000}).fps == Rational{0});
}

}  // namespace
}  // namespace react1::media
