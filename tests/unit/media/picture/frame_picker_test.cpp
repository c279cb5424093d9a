// SPDX-License-Identifier: Apache-2.0
#include "media/picture/frame_picker.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <functional>
#include <numeric>
#include <react1/error.hpp>
#include <vector>

using react1::Rational;
using react1::Seconds;
using react1::media::FramePicker;

namespace {

/// How often each of `times` is shown; `last` is the duration of the final one.
std::vector<std::int64_t> counts(const FramePicker::Settings& settings, const std::vector<Seconds>& times,
                                 std::optional<Seconds> last = std::nullopt) {
  FramePicker picker(settings);
  std::vector<std::int64_t> result;
  for (std::size_t i = 0; i < times.size(); ++i) {
    const auto previous = picker.next(times[i]);
    if (i > 0) result.push_back(previous);
  }
  result.push_back(picker.finish(last));
  CHECK(picker.filled() == std::accumulate(result.begin(), result.end(), std::int64_t{0}));
  return result;
}

/// The source frame shown at each tick.
std::vector<std::size_t> shown(const std::vector<std::int64_t>& repeats) {
  std::vector<std::size_t> result;
  for (std::size_t i = 0; i < repeats.size(); ++i) {
    result.insert(result.end(), static_cast<std::size_t>(repeats[i]), i);
  }
  return result;
}

std::vector<Seconds> grid(std::size_t count, const std::function<Seconds(std::int64_t)>& time) {
  std::vector<Seconds> result;
  for (std::size_t i = 0; i < count; ++i) result.push_back(time(static_cast<std::int64_t>(i)));
  return result;
}

Seconds in_ms(const Seconds& exact) {
  return Rational((exact * 1000).round(), 1000);
}

}  // namespace

TEST_CASE("a constant source at the same rate is passed one to one, also with millisecond timestamps") {
  for (const Rational fps : {Rational(24000, 1001), Rational(24), Rational(25), Rational(30000, 1001), Rational(30),
                             Rational(50), Rational(60000, 1001), Rational(60)}) {
    for (const bool constant : {true, false}) {
      CAPTURE(fps.to_double());
      CAPTURE(constant);
      const FramePicker::Settings settings{.fps = fps, .frames = 900, .source_fps = fps, .source_constant = constant};
      const auto repeats = counts(settings, grid(900, [&](auto i) { return in_ms(i / fps); }));
      CHECK(repeats == std::vector<std::int64_t>(900, 1));
    }
  }
}

TEST_CASE("a window that starts between two frames keeps a constant source one to one") {
  const Rational fps(30000, 1001);
  for (const Seconds start : {Seconds(1, 100), Seconds(1001, 60000), Seconds(2, 100), Seconds(333, 10000)}) {
    CAPTURE(start.to_decimal(6));
    const FramePicker::Settings settings{
        .start = start, .fps = fps, .frames = 100, .source_fps = fps, .source_constant = true};
    const auto repeats = counts(settings, grid(110, [&](auto i) { return in_ms(i / fps); }));
    const auto frames = shown(repeats);
    REQUIRE(frames.size() == 100);
    for (std::size_t k = 1; k < frames.size(); ++k) CHECK(frames[k] == frames[k - 1] + 1);
    // The first frame is the one nearest to the start.
    const Seconds off = react1::abs(static_cast<std::int64_t>(frames[0]) / fps - start);
    CHECK(off <= 1 / fps / 2);
  }
}

TEST_CASE("halving the rate shows every second frame exactly once, whatever the rounding") {
  for (const Rational source : {Rational(50), Rational(60), Rational(60000, 1001), Rational(48000, 1001)}) {
    for (const bool constant : {true, false}) {
      CAPTURE(source.to_double());
      CAPTURE(constant);
      const FramePicker::Settings settings{
          .fps = source / 2, .frames = 400, .source_fps = source, .source_constant = constant};
      const auto frames = shown(counts(settings, grid(800, [&](auto i) { return in_ms(i / source); })));
      REQUIRE(frames.size() == 400);
      for (std::size_t k = 0; k < frames.size(); ++k) CHECK(frames[k] == 2 * k);
    }
  }
}

TEST_CASE("doubling the rate shows every frame twice") {
  const FramePicker::Settings settings{.fps = 30, .frames = 20, .source_fps = 15, .source_constant = true};
  CHECK(counts(settings, grid(10, [](auto i) { return Seconds(i, 15); })) == std::vector<std::int64_t>(10, 2));
}

TEST_CASE("24 to 25 repeats one frame in 24 and 30 to 24 drops one in five, with no drift") {
  const FramePicker::Settings up{.fps = 25, .frames = 375, .source_fps = 24, .source_constant = true};
  const auto more = counts(up, grid(360, [](auto i) { return Seconds(i, 24); }));
  CHECK(std::accumulate(more.begin(), more.end(), std::int64_t{0}) == 375);
  for (const auto repeats : more) CHECK((repeats == 1 || repeats == 2));

  const FramePicker::Settings down{.fps = 24, .frames = 240, .source_fps = 30, .source_constant = true};
  const auto frames = shown(counts(down, grid(300, [](auto i) { return Seconds(i, 30); })));
  REQUIRE(frames.size() == 240);
  for (std::size_t k = 0; k < frames.size(); ++k) {
    const auto off =
        react1::abs(Seconds(static_cast<std::int64_t>(frames[k]), 30) - Seconds(static_cast<std::int64_t>(k), 24));
    CHECK(off <= Seconds(1, 60));
  }
}

TEST_CASE("a variable rate shows at each tick the frame that is on screen there") {
  // A phone: 30 fps, a pause of half a second, then 15 fps.
  const std::vector<Seconds> times{0,           {33, 1000},  {67, 1000},  {100, 1000},
                                   {600, 1000}, {667, 1000}, {733, 1000}, {800, 1000}};
  const FramePicker::Settings settings{.fps = 30, .frames = 26, .source_fps = 30};
  const auto repeats = counts(settings, times, Seconds(67, 1000));
  CHECK(repeats == std::vector<std::int64_t>{1, 1, 1, 15, 2, 2, 2, 2});
}

TEST_CASE("a picture held before a gap is not replaced early") {
  const FramePicker::Settings settings{.fps = 25, .frames = 50, .source_fps = 25};
  const auto frames = shown(counts(settings, {0, Seconds(1)}, Seconds(1)));
  REQUIRE(frames.size() == 50);
  CHECK(frames[24] == 0);
  CHECK(frames[25] == 1);
}

TEST_CASE("frames before the window are dropped and the one that covers its start is the first") {
  const FramePicker::Settings settings{
      .start = Seconds(2), .fps = 25, .frames = 10, .source_fps = 25, .source_constant = true};
  const auto frames = shown(counts(settings, grid(100, [](auto i) { return Seconds(i, 25); })));
  REQUIRE(frames.size() == 10);
  CHECK(frames.front() == 50);
  CHECK(frames.back() == 59);
}

TEST_CASE("a first frame that comes late fills the ticks before it and says how late it was") {
  const FramePicker::Settings settings{.fps = 25, .frames = 10, .source_fps = 25, .source_constant = true};
  FramePicker picker(settings);
  CHECK(picker.next(Seconds(4, 25)) == 0);
  CHECK(picker.late_by() == Seconds(4, 25));
  CHECK(picker.next(Seconds(5, 25)) == 5);
}

TEST_CASE("the last frame is held as long as it is shown and not longer") {
  const FramePicker::Settings settings{.fps = 25, .frames = 100, .source_fps = 25};
  CHECK(counts(settings, {0, Seconds(1, 25)}, Seconds(1)) == std::vector<std::int64_t>{1, 25});
  // Without a known duration: one interval.
  CHECK(counts(settings, {0, Seconds(1, 25)}) == std::vector<std::int64_t>{1, 1});
  CHECK(counts(settings, {0, Seconds(1, 25)}, Seconds(0)) == std::vector<std::int64_t>{1, 1});
}

TEST_CASE("no more ticks are filled than asked for") {
  const FramePicker::Settings settings{.fps = 25, .frames = 3, .source_fps = 25, .source_constant = true};
  CHECK(counts(settings, grid(10, [](auto i) { return Seconds(i, 25); })) ==
        std::vector<std::int64_t>{1, 1, 1, 0, 0, 0, 0, 0, 0, 0});
  CHECK(counts(settings, {0}, Seconds(100)) == std::vector<std::int64_t>{3});
}

TEST_CASE("the last tick of a constant source is filled without the frame after it") {
  const FramePicker::Settings settings{.fps = 25, .frames = 2, .source_fps = 50, .source_constant = true};
  FramePicker picker(settings);
  CHECK(picker.next(0) == 0);
  CHECK_FALSE(picker.finish_early().has_value());
  CHECK(picker.next(Seconds(1, 50)) == 1);
  CHECK_FALSE(picker.finish_early().has_value());  // frame 2 is still before tick 1
  CHECK(picker.next(Seconds(2, 50)) == 0);
  CHECK(picker.finish_early() == 1);
  CHECK(picker.done());
  CHECK(picker.filled() == 2);
}

TEST_CASE("a variable source is never finished early") {
  FramePicker picker({.fps = 25, .frames = 1, .source_fps = 25});
  CHECK(picker.next(0) == 0);
  CHECK_FALSE(picker.finish_early().has_value());
}

TEST_CASE("frames that a constant source should have delivered are counted as missing") {
  FramePicker picker({.fps = 25, .frames = 100, .source_fps = 25, .source_constant = true});
  CHECK(picker.next(0) == 0);
  CHECK(picker.next(Seconds(1, 25)) == 1);
  CHECK(picker.missing() == 0);
  CHECK(picker.next(Seconds(5, 25)) == 4);
  CHECK(picker.missing() == 3);
}

TEST_CASE("timestamps that repeat or go back never take a tick away") {
  const FramePicker::Settings settings{.fps = 25, .frames = 4, .source_fps = 25};
  const auto repeats =
      counts(settings, {0, Seconds(1, 25), Seconds(1, 25), Seconds(0), Seconds(2, 25)}, Seconds(2, 25));
  CHECK(repeats == std::vector<std::int64_t>{1, 0, 0, 1, 2});
}

TEST_CASE("four hours of NTSC in microseconds drift by no frame") {
  const Rational fps(30000, 1001);
  FramePicker picker({.start = Seconds(14000), .fps = fps, .frames = 449, .source_fps = fps, .source_constant = true});
  const std::int64_t first = (Seconds(14000) * fps).round();
  CHECK(picker.next(Rational((first / fps * 1'000'000).round(), 1'000'000)) == 0);
  CHECK(picker.late_by() == 0);
  for (std::int64_t i = 1; i < 449; ++i) {
    CHECK(picker.next(Rational(((first + i) / fps * 1'000'000).round(), 1'000'000)) == 1);
  }
  CHECK(picker.finish_early() == 1);
  CHECK(picker.done());
}

TEST_CASE("values that make no sense are refused") {
  CHECK_THROWS_AS(FramePicker({.fps = 0, .frames = 1}), react1::Error);
  CHECK_THROWS_AS(FramePicker({.fps = 25, .frames = 0}), react1::Error);
}
