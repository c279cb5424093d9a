// SPDX-License-Identifier: Apache-2.0
// Where a clip is cut, and what is said about it.
#include "plan/pauses.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

namespace react1::planning {
namespace {

constexpr std::uint8_t loud = 40;    // -20 dBFS
constexpr std::uint8_t quiet = 160;  // -80 dBFS

/// Blocks of silence and voice by turns, silence first.
struct Heard {
  std::vector<std::uint8_t> blocks;
  AnalyzedSpeech sound;
  explicit Heard(const std::vector<int>& lengths, const Seconds& start = 0, std::uint8_t background = quiet) {
    bool voice = false;
    for (const int length : lengths) {
      blocks.insert(blocks.end(), static_cast<std::size_t>(length), voice ? loud : background);
      voice = !voice;
    }
    sound = {.levels = blocks, .speech = track_speech(blocks, -45), .start_s = start, .audible_level = 130};
  }
  void soften(std::int64_t begin, std::int64_t length, std::uint8_t level) {
    std::fill_n(blocks.begin() + begin, length, level);
    sound.speech = track_speech(blocks, -45);
  }
};

TEST_CASE("the end is the last pause before it, of which 0.15 s or half stay") {
  // Words at 0–5 s, 5.4–9 s and 9.2–20 s.
  const Heard heard({0, 500, 40, 360, 20, 1080});
  const auto cut = choose_cut(heard.sound, 10, 3);
  REQUIRE(cut);
  CHECK(cut->voice_end_s == Seconds(9));
  CHECK(cut->end_s == Seconds(91, 10));
  const auto earlier = choose_cut(heard.sound, Seconds(89, 10), 5);
  REQUIRE(earlier);
  CHECK(earlier->end_s == Seconds(515, 100));
}

TEST_CASE("a pause farther back than allowed is none") {
  const Heard heard({0, 500, 40, 1460});
  CHECK(choose_cut(heard.sound, Seconds(8), 3)->end_s == Seconds(515, 100));
  // Of a pause that reaches into what is looked at, that part counts: but for the last 50 ms before the next word.
  CHECK(choose_cut(heard.sound, Seconds(832, 100), 3)->end_s == Seconds(532, 100));
  CHECK_FALSE(choose_cut(heard.sound, Seconds(845, 100), 3));
  CHECK_FALSE(choose_cut(heard.sound, Seconds(8), 0));
}

TEST_CASE("an end in a pause stays, except for the last 50 ms before the next word") {
  const Heard heard({0, 500, 200, 500});
  CHECK(choose_cut(heard.sound, 6, 3)->end_s == Seconds(6));
  CHECK(choose_cut(heard.sound, Seconds(699, 100), 3)->end_s == Seconds(695, 100));
  CHECK(choose_cut(heard.sound, Seconds(502, 100), 3)->end_s == Seconds(502, 100));
  CHECK(choose_cut(heard.sound, 6, 0)->end_s == Seconds(6));
}

TEST_CASE("silence before the first word is no pause to end in") {
  const Heard heard({500, 1000});
  CHECK_FALSE(choose_cut(heard.sound, 6, 10));
  CHECK_FALSE(choose_cut(heard.sound, 4, 10));
}

TEST_CASE("without a pause the quietest instant within reach is taken, the latest of equals") {
  Heard heard({0, 2000});
  CHECK_FALSE(choose_cut(heard.sound, 15, 3));
  heard.soften(1270, 9, 52);  // 6 dB softer
  heard.soften(1370, 9, 52);
  const auto cut = choose_cut(heard.sound, 15, 3);
  REQUIRE(cut);
  CHECK_FALSE(cut->voice_end_s);
  CHECK(cut->end_s >= Seconds(1370, 100));
  CHECK(cut->end_s <= Seconds(1379, 100));
  CHECK(choose_cut(heard.sound, Seconds(1350, 100), 3)->end_s < Seconds(1280, 100));
  CHECK_FALSE(choose_cut(heard.sound, Seconds(20), 3));  // both out of reach
}

TEST_CASE("a cut is in a word unless it is in a sure pause") {
  const Heard heard({100, 400, 40, 460}, Seconds(60));
  CHECK(heard.sound.may_cut_word(Seconds(63)));
  CHECK(heard.sound.may_cut_word(Seconds(6498, 100)));
  CHECK_FALSE(heard.sound.may_cut_word(Seconds(65)));
  CHECK_FALSE(heard.sound.may_cut_word(Seconds(6520, 100)));
  CHECK_FALSE(heard.sound.may_cut_word(Seconds(6050, 100)));
  CHECK(heard.sound.may_cut_word(Seconds(6545, 100)));
  CHECK_FALSE(heard.sound.may_cut_word(Seconds(59)));  // not listened to
  CHECK_FALSE(heard.sound.may_cut_word(Seconds(99)));
}

TEST_CASE("a click in a pause, and noise that may hide soft speech, make it doubtful") {
  Heard click({0, 500, 60, 500});
  CHECK(choose_cut(click.sound, 8, 3)->voice_end_s == Seconds(5));
  click.soften(512, 3, 44);
  const auto doubtful = choose_cut(click.sound, 8, 3);
  REQUIRE(doubtful);
  CHECK_FALSE(doubtful->voice_end_s);
  CHECK(click.sound.may_cut_word(Seconds(515, 100)));
  CHECK_FALSE(click.sound.may_cut_word(Seconds(545, 100)));  // far from it
  for (const auto& behind : {std::pair<std::uint8_t, bool>{100, true}, {84, true}, {70, false}, {60, false}}) {
    const std::uint8_t background = behind.first;  // clang 14 captures no structured bindings
    const bool sure = behind.second;
    CAPTURE(int{background});
    const Heard noisy({0, 500, 60, 500}, 0, background);  // 30, 22, 15, 10 dB below the voice
    const auto cut = choose_cut(noisy.sound, 8, 3);
    REQUIRE(cut);
    CHECK(cut->voice_end_s.has_value() == sure);
    CHECK(cut->end_s > Seconds(5));
    CHECK(cut->end_s < Seconds(56, 10));  // the quietest instant is in the pause nevertheless
    CHECK(noisy.sound.may_cut_word(Seconds(53, 10)) != sure);
  }
}

TEST_CASE("blocks are counted from where listening began") {
  const Heard heard({0, 500, 40, 1000}, Seconds(60));
  CHECK(choose_cut(heard.sound, 67, 3)->end_s == Seconds(6515, 100));
  CHECK(heard.sound.loud_before(Seconds(65)));
  CHECK_FALSE(heard.sound.loud_before(Seconds(6501, 100)));
  CHECK_FALSE(heard.sound.loud_after(Seconds(65)));
  CHECK(heard.sound.loud_after(Seconds(6499, 100)));
  CHECK_FALSE(heard.sound.loud_after(Seconds(59)));
  CHECK_FALSE(heard.sound.loud_before(Seconds(99)));
}

}  // namespace
}  // namespace react1::planning
