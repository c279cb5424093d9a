// SPDX-License-Identifier: Apache-2.0
// The best stretch of voice.
#include "plan/speech_window.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

namespace react1::planning {
namespace {

/// Silence and voice by turns, in blocks, silence first.
struct AnalyzedLevels {
  std::vector<std::uint8_t> blocks;
  AnalyzedSpeech levels;
  explicit AnalyzedLevels(const std::vector<int>& lengths, const Seconds& start = 0) {
    bool voice = false;
    for (const int length : lengths) {
      blocks.insert(blocks.end(), static_cast<std::size_t>(length), voice ? std::uint8_t{40} : std::uint8_t{160});
      voice = !voice;
    }
    levels = {.levels = blocks, .speech = track_speech(blocks, -45), .start_s = start};
  }
};

TEST_CASE("the window with the most voice wins, a little before its first word and after its last") {
  const AnalyzedLevels heard({200, 100, 1000, 400, 50, 500, 1000, 300, 200});
  const auto best = find_speech(heard.levels, 15);
  REQUIRE(best);
  CHECK(best->start_s == Seconds(1290, 100));
  CHECK(best->end_s == Seconds(2265, 100));
  CHECK(best->voiced_s == Seconds(9));
  CHECK(best->ends_in_pause);
  CHECK_FALSE(best->may_cut_word);
}

TEST_CASE("of equals the earliest wins") {
  const AnalyzedLevels heard({100, 300, 2000, 300, 2000, 300, 100});
  CHECK(find_speech(heard.levels, 15)->start_s == Seconds(90, 100));
}

TEST_CASE("next to a near word, half the pause is left") {
  const AnalyzedLevels heard({100, 300, 16, 300, 16, 300});
  const auto best = find_speech(heard.levels, Seconds(7));
  CHECK(best->start_s == Seconds(90, 100));
  CHECK(best->end_s == Seconds(724, 100));
  CHECK(best->voiced_s == Seconds(6));
}

TEST_CASE("nothing is longer than allowed, whatever the voice is like") {
  for (int seed = 1; seed < 60; ++seed) {
    std::vector<int> lengths;
    unsigned state = static_cast<unsigned>(seed) * 2654435761U;
    for (int i = 0; i < 40; ++i) {
      state = state * 1664525U + 1013904223U;
      lengths.push_back(static_cast<int>(state >> 24U) % (i % 2 == 0 ? 60 : 250) + 1);
    }
    const AnalyzedLevels heard(lengths);
    for (const Seconds& longest : {Seconds(1), Seconds(5), Seconds(14952, 1000)}) {
      const auto best = find_speech(heard.levels, longest);
      REQUIRE(best);
      REQUIRE(best->end_s - best->start_s <= longest);
      REQUIRE(best->start_s >= 0);
      REQUIRE(best->end_s <= Seconds(static_cast<std::int64_t>(heard.blocks.size()), 100));
      REQUIRE(best->voiced_s <= best->end_s - best->start_s);
    }
  }
}

TEST_CASE("unbroken voice is broken at its longest gap, else cut") {
  // 30 s of voice with one gap of 50 ms after 13 s.
  const AnalyzedLevels gap({0, 1300, 5, 1695});
  const auto at_gap = find_speech(gap.levels, 15);
  REQUIRE(at_gap);
  CHECK_FALSE(at_gap->ends_in_pause);  // 15 s of unbroken voice beat the 13 before the gap
  CHECK(at_gap->start_s == Seconds(1305, 100));
  CHECK(at_gap->voiced_s == Seconds(15));
  const AnalyzedLevels unbroken({0, 2000});
  const auto cut = find_speech(unbroken.levels, 15);
  CHECK(cut->start_s == 0);
  CHECK(cut->end_s == Seconds(15));
  CHECK_FALSE(cut->ends_in_pause);
  CHECK(cut->may_cut_word);
}

TEST_CASE("unbroken voice is cut at its quietest instant, and a gap that is no pause counts as a cut in a word") {
  AnalyzedLevels soft({0, 2000});
  std::fill_n(soft.blocks.begin() + 1300, 12, std::uint8_t{60});  // 10 dB softer from 13 s on, still voice
  soft.levels.speech = track_speech(soft.blocks, -45);
  const auto at_soft = find_speech(soft.levels, 15);
  CHECK(at_soft->end_s > Seconds(13));
  CHECK(at_soft->end_s < Seconds(1312, 100));
  CHECK(at_soft->may_cut_word);
  const auto at_gap = find_speech(AnalyzedLevels({0, 1400, 10, 700}).levels, 15);
  CHECK(at_gap->voiced_s == Seconds(14));
  CHECK_FALSE(at_gap->ends_in_pause);
  CHECK(at_gap->may_cut_word);
}

TEST_CASE("times count from the start of the clip, not of the search") {
  const AnalyzedLevels heard({200, 300, 200}, Seconds(100));
  CHECK(find_speech(heard.levels, 15)->start_s == Seconds(10190, 100));
}

TEST_CASE("without voice there is no window") {
  CHECK_FALSE(find_speech(AnalyzedLevels({500}).levels, 15));
  CHECK_FALSE(find_speech(AnalyzedSpeech{}, 15));
}

}  // namespace
}  // namespace react1::planning
