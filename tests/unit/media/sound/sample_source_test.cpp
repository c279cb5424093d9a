// SPDX-License-Identifier: Apache-2.0
// The position in time of a window's samples: gaps, overlaps, jitter and drift, from every entry.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "core/atomic_file.hpp"
#include "media/sound/sample_source.hpp"
#include "support/paths.hpp"
#include "unit/media/timed_sound.hpp"

using namespace react1;
using namespace react1::media;
using namespace react1::test;

namespace {

constexpr int kSourceRate = 48000;
constexpr std::int64_t microsecond = 1000, millisecond = 1'000'000;
constexpr std::array ticks{microsecond, millisecond};

AudioPlan window(const MediaInfo& info, const Seconds& start, const Seconds& end) {
  AudioPlan plan;
  plan.stream_index = info.audio->index;
  plan.start_s = start;
  plan.end_s = end;
  plan.sample_rate = kSourceRate;
  plan.channels = 1;
  plan.samples = ((end - start) * kSourceRate).floor();
  return plan;
}

std::vector<float> samples_of(const std::string& path, const MediaInfo& info, const AudioPlan& plan) {
  SampleSource source({path, info}, plan, RunContext{});
  std::vector<float> all;
  while (const ff::Frame frame = source.next(1024)) {
    const auto* data = reinterpret_cast<const float*>(frame->extended_data[0]);
    all.insert(all.end(), data, data + frame->nb_samples);
  }
  return all;
}

/// How many samples of `made` are not those of `expected` from `begin` on.
std::int64_t differences(const std::vector<float>& made, const std::vector<std::int16_t>& expected,
                         std::int64_t begin) {
  std::int64_t wrong = 0;
  for (std::size_t i = 0; i < made.size(); ++i) {
    const std::size_t at = static_cast<std::size_t>(begin) + i;
    const float wanted = at < expected.size() ? static_cast<float>(expected[at]) / 32768.0F : 0;
    if (std::abs(made[i] - wanted) > 1e-4F) ++wrong;
  }
  return wrong;
}

/// Prepares windows from many starts and compares every sample with what sounds there.
void check_windows(const std::string& path, const std::vector<TimedBlock>& blocks) {
  const MediaInfo info = probe(path);
  REQUIRE(info.audio);
  const std::vector<std::int16_t> expected = heard(blocks);
  CHECK(info.audio->duration_s == Rational(static_cast<std::int64_t>(expected.size()), kSourceRate));
  std::int64_t stored = 0;
  for (const TimedBlock& block : blocks) stored += static_cast<std::int64_t>(block.samples.size());
  CHECK(info.audio->samples == stored);
  for (std::int64_t start = 0; start < static_cast<std::int64_t>(expected.size()) - kSourceRate / 2; start += 14407) {
    const Seconds from(start, kSourceRate);
    const Seconds to = std::min(from + 3, info.audio->duration_s);
    CAPTURE(start);
    CHECK(differences(samples_of(path, info, window(info, from, to)), expected, start) == 0);
  }
}

}  // namespace

TEST_CASE("a gap is silent and what follows it sounds at its time, from every entry") {
  const TemporaryDirectory folder;
  for (const std::int64_t tick : ticks) {
    for (const int at : {1, 7, 150, 299}) {
      const std::string path = (folder.path() / "gap.mkv").string();
      const auto blocks = timed_blocks(300, 960, [&](int i) { return i * 960 + (i >= at ? 2 * kSourceRate : 0); });
      write_timed_sound(path, kSourceRate, blocks, tick);
      CAPTURE(tick);
      CAPTURE(at);
      check_windows(path, blocks);
    }
  }
}

TEST_CASE("samples that overlap are left out, and nothing moves") {
  const TemporaryDirectory folder;
  const std::string path = (folder.path() / "overlap.mkv").string();
  const auto blocks = timed_blocks(300, 960, [&](int i) { return i * 960 - (i >= 100 ? 9600 : 0); });
  write_timed_sound(path, kSourceRate, blocks, microsecond);
  check_windows(path, blocks);
}

TEST_CASE("several gaps and a late start keep every sample at its time") {
  const TemporaryDirectory folder;
  for (const std::int64_t tick : ticks) {
    const std::string path = (folder.path() / "gaps.mkv").string();
    const auto blocks = timed_blocks(400, 960, [&](int i) { return i * 960 + i / 40 * 4800; });
    auto late = blocks;
    for (TimedBlock& block : late) block.time += 10 * 3600 * std::int64_t{kSourceRate};
    write_timed_sound(path, kSourceRate, late, tick);
    CAPTURE(tick);
    check_windows(path, blocks);
    CHECK(probe(path).audio->start_s == 36000);
  }
}

TEST_CASE("jitter moves no sample") {
  const TemporaryDirectory folder;
  for (const std::int64_t tick : ticks) {
    const std::string path = (folder.path() / "jitter.mkv").string();
    const auto even = timed_blocks(300, 960, [&](int i) { return i * 960; });
    auto shaken = even;
    for (std::size_t i = 1; i < shaken.size(); ++i) {
      shaken[i].time += static_cast<std::int64_t>(i * 7919 % 97) - 48;
    }
    write_timed_sound(path, kSourceRate, shaken, tick);
    const MediaInfo info = probe(path);
    CHECK(info.audio->pieces.empty());
    CHECK(info.audio->duration_s == Rational(300 * 960, kSourceRate));
    const auto all = samples_of(path, info, window(info, 0, info.audio->duration_s));
    CHECK(differences(all, heard(even), 0) == 0);
  }
}

TEST_CASE("a drifting clock is followed to a tenth of a millisecond") {
  const TemporaryDirectory folder;
  for (const double drift : {-0.01, 0.01, 0.0005}) {
    const std::string path = (folder.path() / "drift.mkv").string();
    // A click each second of the recorder's clock.
    auto blocks = timed_blocks(1000, 960, [&](int i) { return std::llround(i * 960 * (1 + drift)); });
    for (std::size_t i = 0; i < blocks.size(); ++i) {
      for (std::int16_t& sample : blocks[i].samples) sample = 0;
      if (i % 50 == 25) blocks[i].samples[0] = 30000;
    }
    write_timed_sound(path, kSourceRate, blocks, microsecond);
    const MediaInfo info = probe(path);
    CAPTURE(drift);
    REQUIRE(info.audio->pieces.size() == 1);
    CHECK(std::abs(info.audio->pieces[0].stretch.to_double() - 1 - drift) < 1e-6);
    for (const Seconds start : {Seconds(0), Seconds(5), Seconds(31, 10)}) {
      const auto all = samples_of(path, info, window(info, start, start + 14));
      std::int64_t checked = 0;
      for (std::size_t i = 25; i < blocks.size(); i += 50) {
        const std::int64_t at = blocks[i].time - (start * kSourceRate).round();
        if (at < 100 || at > static_cast<std::int64_t>(all.size()) - 100) continue;
        std::int64_t peak = at - 100;
        for (std::int64_t j = at - 100; j < at + 100; ++j) {
          if (std::abs(all[static_cast<std::size_t>(j)]) > std::abs(all[static_cast<std::size_t>(peak)])) peak = j;
        }
        CHECK(std::abs(peak - at) <= 5);
        ++checked;
      }
      CHECK(checked >= 12);
    }
  }
}

namespace {

/// By how many samples, at most 60, `part` is shifted against `whole` from `begin` on. Decoders fill in noise of their
/// own, so the samples need not be equal.
std::int64_t shift_of(const std::vector<float>& part, const std::vector<float>& whole, std::int64_t begin) {
  constexpr std::int64_t most = 60;
  std::int64_t best = most + 1;
  double least = 1e9;
  for (std::int64_t shift = -most; shift <= most; ++shift) {
    double sum = 0;
    for (std::size_t i = 0; i < std::min<std::size_t>(part.size(), 16384); ++i) {
      const std::int64_t at = begin + shift + static_cast<std::int64_t>(i);
      const bool inside = at >= 0 && at < static_cast<std::int64_t>(whole.size());
      const double difference = double{part[i]} - (inside ? double{whole[static_cast<std::size_t>(at)]} : 0);
      sum += difference * difference;
    }
    const bool better = sum < least || (sum == least && shift == 0);  // in silence all places are alike
    if (!better) continue;
    least = sum;
    best = shift;
  }
  return best;
}

/// A window is what decoding from the beginning and trimming gives.
void check_like_trimmed(const std::string& name, std::int64_t exact_to = 0) {
  const std::string path = fixture(name);
  const MediaInfo info = probe(path);
  REQUIRE(info.audio);
  const int own_rate = info.audio->sample_rate;
  const auto at_own_rate = [&](const Seconds& start, const Seconds& end) {
    AudioPlan plan = window(info, start, end);
    plan.sample_rate = own_rate;
    plan.samples = ((end - start) * own_rate).floor();
    return samples_of(path, info, plan);
  };
  const std::vector<float> whole = at_own_rate(0, info.audio->duration_s);
  CAPTURE(name);
  for (std::int64_t start = 3000; start < static_cast<std::int64_t>(whole.size()) - own_rate / 2; start += 15013) {
    CAPTURE(start);
    const std::vector<float> part = at_own_rate(Seconds(start, own_rate), info.audio->duration_s);
    CHECK(std::abs(shift_of(part, whole, start)) <= exact_to);
  }
}

}  // namespace

TEST_CASE("a window of compressed WAV begins with the right sample") {
  for (const char* name : {"ima_adpcm_4s.wav", "yamaha_adpcm_4s.wav"}) check_like_trimmed(name);
}

TEST_CASE("a window of samples that are stored as differences is the same sound") {
  for (const char* name : {"ima_adpcm_4s.wav", "yamaha_adpcm_4s.wav"}) {
    const std::string path = fixture(name);
    const MediaInfo info = probe(path);
    const auto from = [&](const Seconds& start) {
      AudioPlan plan = window(info, start, info.audio->duration_s);
      plan.sample_rate = info.audio->sample_rate;
      plan.samples = ((info.audio->duration_s - start) * plan.sample_rate).floor();
      return samples_of(path, info, plan);
    };
    const std::vector<float> whole = from(0);
    for (const int start : {1, 2, 3}) {
      CAPTURE(name);
      CAPTURE(start);
      const std::vector<float> part = from(start);
      const auto begin = whole.begin() + std::ptrdiff_t{start} * info.audio->sample_rate;
      CHECK(std::equal(part.begin(), part.end(), begin, whole.end()));
    }
  }
}

TEST_CASE("a window of any container begins with the right sample") {
  for (const char* name : {"gap_aac_4s.mp4", "gap_alac_4s.m4a", "joined_opus_4s.ogg", "voice_raw_adts_4s.aac",
                           "audio_only.m4a", "voice_leading_silence_6s.flac", "voice_cover_art.mp3",
                           "gap_ima_qt_4s.mov", "opus_12k_clock_4s.mp4", "rounded_ac3_4s.ac3"}) {
    check_like_trimmed(name);
  }
  // Where timestamps are rounded or jitter, the mean of those before the window is known to a tenth of a millisecond.
  for (const char* name :
       {"gap_opus_4s.mka", "jitter_aac_4s.mp4", "coarse_aac_4s.flv", "coarse_flac_2s.mkv", "coarse_pcm_1s.mkv"}) {
    check_like_trimmed(name, /*exact_to=*/5);
  }
}

TEST_CASE("a recording whose clock begins again is heard to its end, from every window") {
  const TemporaryDirectory folder;
  const std::string path = (folder.path() / "again.mkv").string();
  const auto even = timed_blocks(400, 960, [&](int i) { return i * 960; });
  auto again = even;
  for (std::size_t i = 200; i < again.size(); ++i) again[i].time -= 200 * 960;
  write_timed_sound(path, kSourceRate, again, microsecond);
  const MediaInfo info = probe(path);
  CHECK(info.audio->clock_restarts);
  check_windows(path, even);
}
