// SPDX-License-Identifier: Apache-2.0
// Every number of samples that leaves another rest in its last MP3 frame, through plan and make, at every rate and both
// numbers of channels; and every length close to the limit. Without REACT1_SWEEP=all only one rate is swept, because
// all of it takes minutes (scripts/sweep).
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "core/atomic_file.hpp"
#include "media/format/mp3_frames.hpp"
#include "media/make/make_clip.hpp"
#include "plan/encode_plan.hpp"

#include <react1/error.hpp>

using namespace react1;  // NOLINT(google-build-using-namespace): a test of the library's own names

namespace {

constexpr std::int64_t mp3_frame = 1152;
const Seconds limit = 15;

struct Length {
  int rate, channels;
  std::int64_t samples;
};

/// A WAV file of 16-bit samples: a tone that glides, in memory.
Source wav(const Length& length) {
  const auto channels = static_cast<std::uint32_t>(length.channels);
  const auto data = static_cast<std::uint32_t>(length.samples) * channels * 2;
  auto bytes = std::make_shared<std::vector<std::byte>>();
  bytes->reserve(44 + data);
  const auto number = [&bytes](std::uint32_t value, int size) {
    for (int i = 0; i < size; ++i) bytes->push_back(static_cast<std::byte>((value >> (8 * i)) & 0xFFU));
  };
  const auto text = [&bytes](std::string_view letters) {
    for (const char letter : letters) bytes->push_back(static_cast<std::byte>(letter));
  };
  text("RIFF"), number(36 + data, 4), text("WAVEfmt "), number(16, 4), number(1, 2), number(channels, 2);
  number(static_cast<std::uint32_t>(length.rate), 4), number(static_cast<std::uint32_t>(length.rate) * channels * 2, 4);
  number(channels * 2, 2), number(16, 2), text("data"), number(data, 4);
  double phase = 0;
  for (std::int64_t i = 0; i < length.samples; ++i) {
    phase += 0.02 + 0.015 * std::sin(1e-4 * static_cast<double>(i));
    const auto sample = static_cast<std::uint16_t>(std::lround(6000 * std::sin(phase)));
    for (std::uint32_t channel = 0; channel < channels; ++channel) number(sample, 2);
  }
  return Source::memory(std::move(bytes), "sweep.wav");
}

/// What is wrong with the clip that is made of a sound of this length; "" when nothing is.
std::string flaw_of(const Length& length, const std::filesystem::path& file) {
  const Source source = wav(length);
  const MediaInfo info = probe(source);
  const AudioPlan plan = planning::plan_audio(info, {}).value;
  const PreparedClip clip = media::make_audio({source, info}, plan, file, limit, RunContext{});
  if (clip.audio->samples != plan.samples) {
    return fmt::format("planned {}, measured {}", plan.samples, clip.audio->samples);
  }
  for (const DurationMeasure& measure : clip.measures) {
    if (measure.duration_s > limit) return measure.name + " is over the limit";
  }
  // By the bytes of the file alone, so that no reader of FFmpeg has a part in it.
  const std::string bytes = read_file(file);
  const auto frames =
      media::count_mp3_frames({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()}).value();
  if (frames.gapless != Seconds(plan.samples, plan.sample_rate)) {
    return fmt::format("planned {}, by its frames and tag {}", plan.samples,
                       (frames.gapless * plan.sample_rate).to_decimal(3));
  }
  if (frames.with_tag > limit) return "too many frames";
  // A length that is cut is cut to what fits; all others are kept to the sample.
  const std::int64_t most = ((limit * plan.sample_rate / mp3_frame).floor() - 2) * mp3_frame;
  const std::int64_t wanted = (Seconds(length.samples, length.rate) * plan.sample_rate).floor();
  if (plan.samples != std::min(wanted, most)) return fmt::format("planned {} of {}", plan.samples, wanted);
  return {};
}

bool sweeps_all() {
  const char* wanted = std::getenv("REACT1_SWEEP");
  return wanted != nullptr && std::string_view(wanted) == "all";
}

/// Over all processors. Fails the test with the first few that are wrong.
void sweep(const std::vector<Length>& lengths) {
  const TemporaryDirectory folder;
  std::atomic<std::size_t> next = 0;
  std::mutex mutex;
  std::vector<std::string> wrong;
  const auto work = [&](unsigned number) {
    const auto file = folder.path() / fmt::format("{}.mp3", number);
    for (std::size_t i = next++; i < lengths.size(); i = next++) {
      const Length& length = lengths[i];
      std::string flaw;
      try {
        flaw = flaw_of(length, file);
      } catch (const std::exception& error) {
        flaw = error.what();
      }
      if (flaw.empty()) continue;
      const std::lock_guard lock(mutex);
      wrong.push_back(
          fmt::format("{} samples, {} Hz, {} channels: {}", length.samples, length.rate, length.channels, flaw));
    }
  };
  std::vector<std::jthread> workers;
  for (unsigned i = 0; i < std::max(std::thread::hardware_concurrency(), 1U); ++i) workers.emplace_back(work, i);
  workers.clear();
  for (std::size_t i = 0; i < std::min<std::size_t>(wrong.size(), 20); ++i) MESSAGE(wrong[i]);
  MESSAGE(lengths.size() << " lengths");
  CHECK(wrong.size() == 0);
}

TEST_CASE("every length mod 1152 becomes an MP3 that holds exactly the planned samples") {
  std::vector<Length> lengths;
  const auto add = [&lengths](int rate, int channels) {
    // Of a resampled sound, as many lengths as give every rest once.
    const int made = rate % 11025 == 0 ? 44100 : 48000;
    const std::int64_t count = std::max<std::int64_t>(mp3_frame, mp3_frame * rate / made);
    for (std::int64_t rest = 0; rest < count; ++rest) lengths.push_back({rate, channels, rate / 40 + rest});
  };
  if (sweeps_all()) {
    for (const int rate : {44100, 48000, 8000, 16000, 22050, 32000, 96000}) {
      for (const int channels : {1, 2}) add(rate, channels);
    }
  } else {
    add(48000, 1);
  }
  sweep(lengths);
}

TEST_CASE("every length within two MP3 frames of the limit keeps it and holds exactly the planned samples") {
  std::vector<Length> lengths;
  const auto add = [&lengths](int rate, int channels, std::int64_t step) {
    const int made = rate % 11025 == 0 ? 44100 : 48000;
    const Seconds most((limit * made / mp3_frame).floor() * mp3_frame, made);
    // Two frames before what all frames together may last, to two behind; of a resampled sound all lengths in between.
    const Seconds reach(2 * mp3_frame, made);
    const std::int64_t last = ((most + reach) * rate).floor();
    for (std::int64_t samples = ((most - reach - reach) * rate).floor(); samples <= last; samples += step) {
      lengths.push_back({rate, channels, samples});
    }
  };
  if (sweeps_all()) {
    for (const int rate : {44100, 48000, 8000, 16000, 22050, 32000, 96000}) {
      // A longer sound than fits is cut to the same count whatever its length, so 96 kHz needs no finer step.
      for (const int channels : {1, 2}) add(rate, channels, rate == 96000 ? 2 : 1);
    }
  } else {
    for (const int channels : {1, 2}) add(44100, channels, 1151);
  }
  sweep(lengths);
}

}  // namespace
