#include "media/frame_rate.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <vector>

namespace react1::media {
namespace {

/// The rate of frames at `times`, given in this order.
FrameRate rate_of(const std::vector<std::int64_t>& times, const Rational& tick, const Rational& hint = 0) {
  IntervalCounter counter;
  for (const std::int64_t time : times) counter.add(time);
  counter.finish();
  return frame_rate(counter.intervals(), tick, hint);
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

TEST_CASE("a single frame has no rate") {
  CHECK(rate_of({7}, {1, 1000}).fps == Rational{0});
  CHECK(rate_of({}, {1, 1000}).fps == Rational{0});
}

}  // namespace
}  // namespace react1::media
