// SPDX-License-Identifier: Apache-2.0
// The order of frames of a fitted video, number by number.
#include "plan/frame_order.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include <react1/error.hpp>

namespace react1::planning {
namespace {

using Numbers = std::vector<std::int64_t>;

FrameOrder bounce(std::int64_t window, std::int64_t wanted, const std::vector<Pause>& pauses = {},
                  const Seconds& reach = 1) {
  return order_bounce({window, wanted, 25}, pauses, reach);
}

TEST_CASE("a cut leaves the end out and a hold repeats the last frame, from a known instant") {
  CHECK(order_cut({5, 3, 25}).shows == Numbers{0, 1, 2});
  CHECK(order_cut({5, 3, 25}).seams_s.empty());
  CHECK_THROWS_AS((void)order_cut({3, 5, 25}), Error);
  const FrameOrder held = order_hold({3, 6, 25});
  CHECK(held.shows == Numbers{0, 1, 2, 2, 2, 2});
  CHECK(held.seams_s == std::vector<Seconds>{Seconds(3, 25)});
  CHECK(order_hold({6, 3, 25}).shows == Numbers{0, 1, 2});
}

TEST_CASE("a bounce shows the frame at each turn once") {
  const FrameOrder order = bounce(4, 12);
  CHECK(order.shows == Numbers{0, 1, 2, 3, 2, 1, 0, 1, 2, 3, 2, 1});
  CHECK(order.seams_s == std::vector<Seconds>{Seconds(4, 25), Seconds(7, 25), Seconds(10, 25)});
  CHECK(order.in_pauses == 0);
  CHECK(bounce(4, 4).shows == Numbers{0, 1, 2, 3});
  CHECK(bounce(4, 2).shows == Numbers{0, 1});
  CHECK(bounce(2, 5).shows == Numbers{0, 1, 0, 1, 0});
}

TEST_CASE("a window of one frame can only be held") {
  CHECK(bounce(1, 4).shows == Numbers{0, 0, 0, 0});
}

TEST_CASE("frames are spread evenly, both ways, and never run backwards") {
  CHECK(order_remap({4, 8, 25}).shows == Numbers{0, 0, 1, 1, 2, 2, 3, 3});
  CHECK(order_remap({6, 3, 25}).shows == Numbers{1, 3, 5});
  CHECK(order_remap({5, 5, 25}).shows == Numbers{0, 1, 2, 3, 4});
  for (std::int64_t window = 1; window < 40; ++window) {
    for (std::int64_t wanted = 1; wanted < 90; ++wanted) {
      const Numbers shows = order_remap({window, wanted, 25}).shows;
      REQUIRE(shows.size() == static_cast<std::size_t>(wanted));
      CHECK(std::is_sorted(shows.begin(), shows.end()));
      CHECK(shows.back() < window);
      // Nearest: the frame that covers the middle of the output frame's share.
      for (std::int64_t i = 0; i < wanted; ++i) {
        const Rational middle = Rational(2 * i + 1, 2 * wanted) * window;
        CHECK(shows[static_cast<std::size_t>(i)] == middle.floor());
      }
    }
  }
}

TEST_CASE("a turn moves into a pause within reach, to its middle") {
  // 100 frames at 25 per second; the natural turn is at 4 s.
  const FrameOrder order = bounce(100, 150, {{Seconds(34, 10), Seconds(38, 10)}});
  CHECK(order.seams_s == std::vector<Seconds>{Seconds(36, 10)});
  CHECK(order.in_pauses == 1);
  CHECK(*std::max_element(order.shows.begin(), order.shows.end()) == 89);
  CHECK(order.shows.size() == 150);
  // The middle is after the end of the clip: as near to it as the clip allows.
  CHECK(bounce(100, 150, {{Seconds(39, 10), 5}}).seams_s == std::vector<Seconds>{4});
}

TEST_CASE("a pause out of reach, or none, leaves the turn at the end") {
  CHECK(bounce(100, 150, {{2, Seconds(28, 10)}}).seams_s == std::vector<Seconds>{4});
  CHECK(bounce(100, 150, {{2, Seconds(28, 10)}}, Seconds(0)).seams_s == std::vector<Seconds>{4});
  CHECK(bounce(100, 150, {{2, Seconds(28, 10)}}, Seconds(0)).in_pauses == 0);
  CHECK(bounce(100, 110, {{2, Seconds(28, 10)}}, Seconds(2)).seams_s == std::vector<Seconds>{Seconds(24, 10)});
}

TEST_CASE("of several pauses the last within reach is taken") {
  const std::vector<Pause> pauses{{Seconds(31, 10), Seconds(33, 10)}, {Seconds(36, 10), Seconds(37, 10)}};
  CHECK(bounce(100, 150, pauses).seams_s == std::vector<Seconds>{Seconds(364, 100)});
}

TEST_CASE("an early turn never costs another turn, nor more than half of the way") {
  // Forward 100, back 99: exactly one turn. Turning early would need a second one.
  CHECK(bounce(100, 199, {{Seconds(34, 10), Seconds(38, 10)}}).seams_s == std::vector<Seconds>{4});
  // A short clip would otherwise only tremble.
  const FrameOrder order = bounce(20, 25, {{0, 1}}, Seconds(10));
  CHECK(order.seams_s.size() == 1);
  CHECK(order.seams_s.front() >= Seconds(10, 25));
}

TEST_CASE("whatever the pauses, a bounce moves by one frame at a time, is complete and turns where it says") {
  const std::vector<std::vector<Pause>> all{
      {}, {{0, 20}}, {{Seconds(1, 2), Seconds(3, 2)}, {Seconds(5, 2), 3}, {4, 6}}, {{1, Seconds(104, 100)}}};
  for (const auto& pauses : all) {
    for (const std::int64_t window : {2, 3, 10, 37, 100}) {
      for (const std::int64_t wanted : {2, 3, 11, 60, 100, 199, 200, 374}) {
        CAPTURE(window);
        CAPTURE(wanted);
        const FrameOrder order = bounce(window, wanted, pauses, Seconds(3, 4));
        REQUIRE(order.shows.size() == static_cast<std::size_t>(wanted));
        std::vector<Seconds> turns;
        for (std::size_t i = 1; i < order.shows.size(); ++i) {
          CHECK(std::abs(order.shows[i] - order.shows[i - 1]) == 1);
          const bool turned = i > 1 && order.shows[i] == order.shows[i - 2];
          if (turned) turns.push_back(Rational(static_cast<std::int64_t>(i), 25));
        }
        CHECK(turns == order.seams_s);
        CHECK(turns.size() == bounce(window, wanted).seams_s.size());
        CHECK(*std::min_element(order.shows.begin(), order.shows.end()) >= 0);
        CHECK(*std::max_element(order.shows.begin(), order.shows.end()) < window);
        CHECK(order.in_pauses <= turns.size());
      }
    }
  }
}

}  // namespace
}  // namespace react1::planning
