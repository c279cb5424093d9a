// SPDX-License-Identifier: Apache-2.0
// What counts as speech, for every level of the voice and of its background.
#include "plan/speech_track.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <vector>

#include "plan/pauses.hpp"
#include "plan/speech_window.hpp"

namespace react1::planning {
namespace {

/// A level of `dbfs` in the unit of Levels.
std::uint8_t level(double dbfs) {
  return static_cast<std::uint8_t>(std::clamp(std::lround(-2 * dbfs), 0L, 255L));
}

/// Blocks, quietest first, that vary by a decibel as noise does.
std::vector<std::uint8_t> noise(int blocks, double dbfs) {
  std::vector<std::uint8_t> result;
  unsigned state = 12345;
  for (int i = 0; i < blocks; ++i) {
    state = state * 1664525U + 1013904223U;
    result.push_back(level(dbfs + static_cast<double>(state >> 24U) / 256 - 0.5));
  }
  return result;
}

/// Syllables of 0.25 s whose loudest blocks have `dbfs` and whose softest are 18 dB below, over the noise that is
/// there.
void speak(std::vector<std::uint8_t>& blocks, int begin, int end, double dbfs) {
  for (int i = begin; i < end; ++i) {
    const double syllable = std::abs(std::sin(std::numbers::pi * (i - begin + 0.5) / 25));
    const double soft = std::max(20 * std::log10(std::max(syllable, 1e-3)), -18.0);
    auto& block = blocks[static_cast<std::size_t>(i)];
    const double power = std::pow(10, (dbfs + soft) / 10) + std::pow(10, -double(block) / 20);
    block = level(10 * std::log10(power));
  }
}

/// Speech from 1 to 4 s, 4.6 to 8.85 s and 9.3 to 10.05 s of 13 s.
std::vector<std::uint8_t> spoken(double voice, double background) {
  std::vector<std::uint8_t> blocks = noise(1300, background);
  speak(blocks, 100, 400, voice);
  speak(blocks, 460, 885, voice);
  speak(blocks, 930, 1005, voice);
  return blocks;
}

void check_all_found(const std::vector<std::uint8_t>& blocks) {
  const Speech speech = describe_speech(track_speech(blocks, -45), 13);
  REQUIRE(speech.segments.size() == 3);
  const auto near = [](const Seconds& a, const Seconds& b) { return abs(a - b) <= Seconds(6, 100); };
  CHECK(near(speech.segments[0].start_s, 1));
  CHECK(near(speech.segments[0].end_s, 4));
  CHECK(near(speech.segments[1].start_s, Seconds(46, 10)));
  CHECK(near(speech.segments[1].end_s, Seconds(885, 100)));
  CHECK(near(speech.segments[2].start_s, Seconds(93, 10)));
  CHECK(near(speech.segments[2].end_s, Seconds(1005, 100)));
  CHECK(abs(speech.share * 13 - 8) <= Seconds(3, 10));
}

TEST_CASE("a voice is found at every level from -20 to -58 dBFS, with its pauses and its end") {
  for (int dbfs = -20; dbfs >= -58; --dbfs) {
    CAPTURE(dbfs);
    check_all_found(spoken(dbfs, -127));
    check_all_found(spoken(dbfs, dbfs - 40));
    check_all_found(spoken(dbfs, dbfs - 25));
  }
}

TEST_CASE("a voice is found over a background of every level up to 18 dB below it") {
  for (int background = -90; background <= -38; ++background) {
    CAPTURE(background);
    check_all_found(spoken(-20, background));
  }
}

TEST_CASE("silence and steady sound below the gate are no speech, at any level") {
  for (int dbfs = -127; dbfs <= -46; ++dbfs) {
    CAPTURE(dbfs);
    CHECK_FALSE(describe_speech(track_speech(noise(1300, dbfs), -45), 13).found());
    CHECK(silence_share(track_speech(noise(1300, dbfs), -45)) == 1);
    // As a file begins and ends in which the noise was recorded: with nothing at all.
    std::vector<std::uint8_t> padded = noise(1300, dbfs);
    std::fill_n(padded.begin(), 100, std::uint8_t{255});
    std::fill_n(padded.begin() + 1200, 100, std::uint8_t{255});
    CHECK_FALSE(describe_speech(track_speech(padded, -45), 13).found());
  }
  CHECK_FALSE(describe_speech(track_speech({}, -45), 0).found());
  CHECK(silence_share(track_speech({}, -45)) == 1);
}

TEST_CASE("steady sound from the gate on counts, as nothing tells it from a voice yet") {
  CHECK_FALSE(describe_speech(track_speech(std::vector<std::uint8_t>(100, level(-45.5)), -45), 1).found());
  const Speech steady = describe_speech(track_speech(std::vector<std::uint8_t>(100, level(-44.5)), -45), 1);
  CHECK(steady.found());
  CHECK(steady.share == 1);
}

TEST_CASE("the gate of the options moves what is heard") {
  CHECK(describe_speech(track_speech(spoken(-50, -90), -45), 13).found());
  CHECK_FALSE(describe_speech(track_speech(spoken(-50, -90), -25), 13).found());
  CHECK(describe_speech(track_speech(spoken(-70, -100), -60), 13).found());
}

TEST_CASE("one word in a long silence is found, and so is its level") {
  std::vector<std::uint8_t> blocks = noise(6000, -60);
  speak(blocks, 3000, 3040, -30);
  const Speech speech = describe_speech(track_speech(blocks, -45), 60);
  REQUIRE(speech.segments.size() == 1);
  CHECK(abs(speech.segments[0].start_s - 30) <= Seconds(3, 100));
  CHECK(abs(speech.segments[0].end_s - Seconds(304, 10)) <= Seconds(3, 100));
}

TEST_CASE("a click is no speech, however loud") {
  std::vector<std::uint8_t> blocks = noise(500, -70);
  std::fill_n(blocks.begin() + 200, 3, std::uint8_t{0});
  CHECK(describe_speech(track_speech(blocks, -45), 5).segments.empty());
  CHECK(silence_share(track_speech(blocks, -45)) > 0.98);
}

TEST_CASE("keys and knocks are no speech, at any level and behind a voice, and a short word is") {
  for (const double dbfs : {-20.0, -40.0, -55.0}) {
    CAPTURE(dbfs);
    std::vector<std::uint8_t> blocks = noise(1300, dbfs - 40);
    const auto type = [&](std::size_t begin) {
      for (std::size_t at = begin; at + 30 < blocks.size(); at += 11 + at % 7) {
        for (std::size_t i = 0; i < 6; ++i) blocks[at + i] = level(dbfs - 6.0 * static_cast<double>(i));
      }
    };
    std::vector<std::uint8_t> silent = blocks;
    type(100);
    CHECK_FALSE(describe_speech(track_speech(blocks, -45), 13).found());
    blocks = silent;
    speak(blocks, 100, 500, dbfs);
    type(530);
    const Speech speech = describe_speech(track_speech(blocks, -45), 13);
    REQUIRE(speech.found());
    CHECK(abs(speech.segments.back().end_s - 5) <= Seconds(6, 100));
    speak(silent, 300, 315, dbfs);
    CHECK(describe_speech(track_speech(silent, -45), 13).found());
  }
}

TEST_CASE("words are joined across gaps that are no pause, and the last block may be cut short") {
  std::vector<std::uint8_t> blocks;
  bool voice = false;
  for (const int length : {10, 20, 14, 20, 15, 20}) {
    blocks.insert(blocks.end(), static_cast<std::size_t>(length), voice ? level(-20) : level(-80));
    voice = !voice;
  }
  const SpeechTrack track = track_speech(blocks, -45);
  const std::vector<Stretch> words = speech_stretches(track.likeness, shortest_pause);
  CHECK(words == std::vector<Stretch>{{10, 64}, {79, 99}});
  const Speech speech = describe_speech(track, Seconds(985, 1000));
  CHECK(speech.segments.back().end_s == Seconds(985, 1000));
}

TEST_CASE("segments, the end, cuts and windows go by the same gate") {
  for (const double voice : {-20.0, -40.0, -50.0, -57.0}) {
    for (const double background : {-127.0, voice - 30, voice - 23}) {
      CAPTURE(voice);
      CAPTURE(background);
      const std::vector<std::uint8_t> blocks = spoken(voice, background);
      const AnalyzedSpeech heard{.levels = blocks, .speech = track_speech(blocks, -45), .start_s = 0};
      const Speech speech = describe_speech(heard.speech, 13);
      REQUIRE(speech.segments.size() == 3);
      const auto cut = choose_cut(heard, Seconds(8), 4);
      REQUIRE(cut);
      CHECK(cut->voice_end_s == speech.segments[0].end_s);
      const auto window = find_speech(heard, Seconds(6));
      REQUIRE(window);
      CHECK(window->start_s == speech.segments[1].start_s - Seconds(1, 10));
      CHECK(window->end_s == speech.segments[2].end_s + Seconds(15, 100));
      CHECK_FALSE(window->may_cut_word);
      CHECK_FALSE(heard.may_cut_word(speech.segments[2].end_s));
      CHECK(heard.may_cut_word(speech.segments[2].end_s - Seconds(1, 10)));
    }
  }
}

}  // namespace
}  // namespace react1::planning
