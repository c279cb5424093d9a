// Voice and pauses from block levels, and where a clip is cut.
#include "plan/pauses.hpp"

#include <doctest/doctest.h>

#include <vector>

namespace react1::planning {
namespace {

constexpr std::uint8_t loud = 40;    // -20 dBFS
constexpr std::uint8_t quiet = 160;  // -80 dBFS

/// Blocks of silence and voice by turns, silence first.
std::vector<std::uint8_t> levels(const std::vector<int>& lengths) {
  std::vector<std::uint8_t> blocks;
  bool voice = false;
  for (const int length : lengths) {
    blocks.insert(blocks.end(), static_cast<std::size_t>(length), voice ? loud : quiet);
    voice = !voice;
  }
  return blocks;
}

struct Heard {
  std::vector<std::uint8_t> blocks;
  HeardLevels levels;
  explicit Heard(const std::vector<int>& lengths, const Seconds& start = 0)
      : blocks(planning::levels(lengths)),
        levels{.levels = blocks, .start_s = start, .threshold = voice_threshold(blocks, -45), .gate = 90} {}
};

TEST_CASE("the gate decides for soft voice, 25 dB below loud voice, and 6 dB above the noise in a loud room") {
  CHECK(voice_threshold(levels({50, 50}), -45) == 90);
  CHECK(voice_threshold(std::vector<std::uint8_t>{160, 160, 160, 160, 20, 20, 20, 20}, -45) == 70);
  std::vector<std::uint8_t> noisy(80, 76);  // -38 dBFS of noise, voice at -15
  noisy.insert(noisy.end(), 20, 30);
  CHECK(voice_threshold(noisy, -45) == 64);
  // Steady sound has no pauses: nothing of it may count as one.
  CHECK(voice_threshold(std::vector<std::uint8_t>(100, 40), -45) == 70);
}

TEST_CASE("words are joined across gaps that are no pause, and a click is no word") {
  const Heard heard({10, 20, 14, 20, 15, 20, 30, 2, 30});
  const auto words = voiced_stretches(heard.blocks, heard.levels.threshold, shortest_pause);
  REQUIRE(words.size() == 2);
  CHECK(words[0].begin == 10);
  CHECK(words[0].end == 64);
  CHECK(words[1].begin == 79);
  CHECK(words[1].end == 99);
}

TEST_CASE("the end is the last pause before it, of which 0.15 s or half stay") {
  // Words at 0–5 s, 5.4–9 s and 9.2–20 s.
  const Heard heard({0, 500, 40, 360, 20, 1080});
  const auto cut = last_pause(heard.levels, 10, 3);
  REQUIRE(cut);
  CHECK(cut->voice_end_s == Seconds(9));
  CHECK(cut->end_s == Seconds(91, 10));
  const auto earlier = last_pause(heard.levels, Seconds(89, 10), 5);
  REQUIRE(earlier);
  CHECK(earlier->end_s == Seconds(515, 100));
}

TEST_CASE("a pause farther back than allowed is none") {
  const Heard heard({0, 500, 40, 1460});
  CHECK(last_pause(heard.levels, Seconds(8), 3)->end_s == Seconds(515, 100));
  // Of a pause that reaches into what is looked at, that part counts: but for the last 50 ms before the next word.
  CHECK(last_pause(heard.levels, Seconds(832, 100), 3)->end_s == Seconds(532, 100));
  CHECK_FALSE(last_pause(heard.levels, Seconds(836, 100), 3));
  CHECK_FALSE(last_pause(heard.levels, Seconds(8), 0));
}

TEST_CASE("an end that lies in a pause stays, but for the last 50 ms before the next word") {
  const Heard heard({0, 500, 200, 500});
  CHECK(last_pause(heard.levels, 6, 3)->end_s == Seconds(6));
  CHECK(last_pause(heard.levels, Seconds(699, 100), 3)->end_s == Seconds(695, 100));
  CHECK(last_pause(heard.levels, Seconds(502, 100), 3)->end_s == Seconds(502, 100));
  CHECK(last_pause(heard.levels, 6, 0)->end_s == Seconds(6));
}

TEST_CASE("silence before the first word is no pause to end in") {
  const Heard heard({500, 1000});
  CHECK_FALSE(last_pause(heard.levels, 6, 10));
  CHECK_FALSE(last_pause(heard.levels, 4, 10));
}

TEST_CASE("blocks are counted from where listening began") {
  const Heard heard({0, 500, 40, 1000}, Seconds(60));
  CHECK(last_pause(heard.levels, 67, 3)->end_s == Seconds(6515, 100));
  CHECK(heard.levels.loud_before(Seconds(65)));
  CHECK_FALSE(heard.levels.loud_before(Seconds(6501, 100)));
  CHECK_FALSE(heard.levels.loud_after(Seconds(65)));
  CHECK(heard.levels.loud_after(Seconds(6499, 100)));
  CHECK_FALSE(heard.levels.loud_after(Seconds(59)));
  CHECK_FALSE(heard.levels.loud_before(Seconds(99)));
}

}  // namespace
}  // namespace react1::planning
