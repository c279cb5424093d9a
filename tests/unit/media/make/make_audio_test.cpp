// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <functional>
#include <numeric>
#include <stop_token>
#include <string>
#include <vector>

#include "core/atomic_file.hpp"
#include "core/sha256.hpp"
#include "media/make/make_clip.hpp"
#include "support/paths.hpp"
#include "unit/media/mp4_boxes.hpp"
#include "unit/media/pictures.hpp"

#include <react1/error.hpp>

using namespace react1;  // NOLINT(google-build-using-namespace): a test of the library's own names
using react1::test::fixture;

namespace {

constexpr std::int64_t mp3_frame = 1152;

/// A plan to encode `info` from `start`, as much as an MP3 of `limit` may hold.
AudioPlan plan_for(const MediaInfo& info, int rate, Seconds start = 0, Seconds limit = 15) {
  const AudioInfo& audio = info.audio.value();
  AudioPlan plan;
  plan.stream_index = audio.index;
  plan.start_s = start;
  plan.end_s = Seconds(audio.samples, audio.sample_rate);
  plan.sample_rate = rate;
  plan.channels = std::min(audio.channels, 2);
  plan.samples = std::min(((plan.end_s - start) * rate).floor(), ((limit * rate / mp3_frame).floor() - 2) * mp3_frame);
  plan.bitrate_kbps = 128 * plan.channels;
  return plan;
}

/// One clip in a folder of its own.
struct Made {
  TemporaryDirectory folder;
  std::filesystem::path file = folder.path() / "audio.mp3";
  MediaInfo info;
  AudioPlan plan;
  PreparedClip clip;

  explicit Made(const std::string& source, int rate = 48000, const std::function<void(AudioPlan&)>& change = {},
                Seconds limit = 15)
      : info(probe(source)), plan(plan_for(info, rate, 0, limit)) {
    if (change) change(plan);
    clip = media::make_audio({source, info}, plan, file, limit, RunContext{});
  }
};

/// A sine of 440 Hz.
std::vector<float> tone(int rate, Seconds length) {
  std::vector<float> samples(static_cast<std::size_t>((length * rate).round()));
  for (std::size_t i = 0; i < samples.size(); ++i) {
    samples[i] = 0.5F * static_cast<float>(std::sin(6.283185307 * 440 * static_cast<double>(i) / rate));
  }
  return samples;
}

/// Silence with a short pulse around sample `at`. Smooth enough for MP3 to keep its place.
std::vector<float> pulse(std::size_t length, std::size_t at) {
  std::vector<float> samples(length, 0.0F);
  for (std::size_t i = 0; i < length; ++i) {
    const double off = (static_cast<double>(i) - static_cast<double>(at)) / 12;
    samples[i] = static_cast<float>(0.8 * std::exp(-off * off));
  }
  return samples;
}

std::int64_t loudest(const std::vector<float>& samples) {
  return std::max_element(samples.begin(), samples.end(), [](float a, float b) { return std::abs(a) < std::abs(b); }) -
         samples.begin();
}

double rms(const std::vector<float>& samples) {
  const double sum =
      std::accumulate(samples.begin(), samples.end(), 0.0, [](double a, float b) { return a + double{b} * double{b}; });
  return std::sqrt(sum / static_cast<double>(samples.size()));
}

void check_compliant(const Made& made) {
  const MediaInfo written = probe(made.file.string());
  REQUIRE(written.audio);
  CHECK(written.format == "mp3");
  CHECK(written.audio->codec == "mp3");
  CHECK(written.streams.size() == 1);
  CHECK(written.audio->samples == made.plan.samples);
  CHECK(made.clip.audio->samples == made.plan.samples);
  CHECK(made.clip.audio->sample_rate == made.plan.sample_rate);
  CHECK(made.clip.audio->channels == made.plan.channels);
  CHECK(made.clip.duration_s == Rational(made.plan.samples, made.plan.sample_rate));
  for (const DurationMeasure& measure : made.clip.measures) {
    CAPTURE(measure.name);
    CHECK(measure.duration_s <= 15);
    CHECK(measure.duration_s >= made.clip.duration_s - Rational(1, 1'000'000));
  }
  const std::string bytes = read_file(made.file);
  CHECK(static_cast<unsigned char>(bytes.at(0)) == 0xFF);  // a frame at once: no ID3 in front
  CHECK(bytes.substr(0, 200).find("Info") != std::string::npos);
  CHECK(bytes.find("TAG", bytes.size() - 128) == std::string::npos);
  CHECK(bytes.find("Lavc59") == std::string::npos);
  CHECK(made.clip.sha256 == sha256_hex(bytes));
  CHECK(made.clip.bytes == static_cast<std::int64_t>(bytes.size()));
  CHECK(test::listing(made.folder.path()) == std::vector<std::string>{"audio.mp3"});
}

}  // namespace

TEST_CASE("twenty seconds of any sample rate become an MP3 that keeps fifteen seconds by every measure") {
  for (const int rate : {8000, 11025, 16000, 22050, 24000, 32000, 44100, 48000, 96000}) {
    CAPTURE(rate);
    const TemporaryDirectory folder;
    const auto source = folder.path() / "tone.wav";
    test::write_wav(source, rate, 1, tone(rate, 20));
    const int result = rate % 11025 == 0 ? 44100 : 48000;
    const Made made(source.string(), result);
    CHECK(made.plan.samples == (result == 48000 ? 717'696 : 658'944));
    check_compliant(made);
    const auto tag = std::find_if(made.clip.measures.begin(), made.clip.measures.end(),
                                  [](const DurationMeasure& measure) { return measure.name == "mp3_frames_with_tag"; });
    REQUIRE(tag != made.clip.measures.end());
    // The cap wastes nothing: one more frame would not fit.
    CHECK(tag->duration_s + Rational(mp3_frame, result) > 15);
    // LAME itself lowers the level of a constant 128 kbit/s by 5 %.
    CHECK(rms(test::decode_samples(made.file.string())) == doctest::Approx(0.3535 * 0.95).epsilon(0.01));
  }
}

TEST_CASE("one more MP3 frame of sound exceeds the limit and is not used") {
  const TemporaryDirectory folder;
  const auto source = folder.path() / "tone.wav";
  test::write_wav(source, 48000, 1, tone(48000, 16));
  const MediaInfo info = probe(source.string());
  AudioPlan plan = plan_for(info, 48000);
  plan.samples += mp3_frame;
  try {
    (void)media::make_audio({source.string(), info}, plan, folder.path() / "audio.mp3", 15, {});
    FAIL("not thrown");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::media);
    CHECK(error.message().find("mp3_frames_with_tag gives 15.024000 s") != std::string::npos);
  }
  CHECK(test::listing(folder.path()) == std::vector<std::string>{"tone.wav"});
}

TEST_CASE("the window is cut to the sample") {
  const TemporaryDirectory folder;
  const auto source = folder.path() / "pulse.wav";
  test::write_wav(source, 48000, 1, pulse(48000 * 8, 48000 * 3 + 777));
  for (const Seconds start : {Seconds(0), Seconds(1), Seconds(13, 7), Seconds(2)}) {
    CAPTURE(start.to_decimal(6));
    const Made made(source.string(), 48000, [&](AudioPlan& plan) {
      plan.start_s = start;
      plan.samples = 48000 * 2 + 5000;
      if (start == 0) plan.samples *= 2;
      plan.end_s = start + Seconds(plan.samples, 48000);
    });
    check_compliant(made);
    const auto expected = 48000 * 3 + 777 - (start * 48000).round();
    CHECK(std::abs(loudest(test::decode_samples(made.file.string())) - expected) <= 1);
  }
}

TEST_CASE("resampling keeps sounds in their place") {
  for (const int rate : {16000, 22050, 44100, 96000}) {
    CAPTURE(rate);
    const TemporaryDirectory folder;
    const auto source = folder.path() / "pulse.wav";
    const auto at = static_cast<std::size_t>(rate * 2);
    test::write_wav(source, rate, 1, pulse(static_cast<std::size_t>(rate) * 4, at));
    const Made made(source.string(), 48000, [&](AudioPlan& plan) {
      plan.start_s = Seconds(3, 2);
      plan.samples = 48000 * 2;
    });
    check_compliant(made);
    CHECK(std::abs(loudest(test::decode_samples(made.file.string())) - 24000) <= 2);
  }
}

TEST_CASE("a window inside an MP3 is cut to the sample too, with and without a jump") {
  const TemporaryDirectory folder;
  const auto wav = folder.path() / "pulse.wav";
  test::write_wav(wav, 48000, 1, pulse(48000 * 9, 48000 * 7 + 321));
  const Made first(wav.string());
  for (const Seconds start : {Seconds(0), Seconds(1, 4), Seconds(5), Seconds(61, 10)}) {
    CAPTURE(start.to_decimal(6));
    const Made made(first.file.string(), 48000, [&](AudioPlan& plan) {
      plan.start_s = start;
      plan.samples = ((Seconds(8) - start) * 48000).floor();
    });
    check_compliant(made);
    const auto expected = 48000 * 7 + 321 - (start * 48000).round();
    CHECK(std::abs(loudest(test::decode_samples(made.file.string())) - expected) <= 1);
  }
}

TEST_CASE("a window inside AAC begins where decoding from the beginning would put it") {
  const std::string source = fixture("audio_only.m4a");
  const MediaInfo info = probe(source);
  REQUIRE(info.audio->duration_s > 2);
  const int rate = info.audio->sample_rate == 44100 ? 44100 : 48000;
  const Made whole(source, rate);
  const Seconds start(6, 5);
  const Made part(source, rate, [&](AudioPlan& plan) {
    plan.start_s = start;
    plan.samples -= (start * rate).round();
  });
  const auto all = test::decode_samples(whole.file.string());
  const auto some = test::decode_samples(part.file.string());
  // Best agreement of half a second of sound, over small shifts.
  const auto difference = [&](std::int64_t shift) {
    double sum = 0;
    for (std::int64_t i = rate / 10; i < rate / 10 + rate / 2; ++i) {
      const auto from = static_cast<std::size_t>(i + (start * rate).round() + shift);
      sum += std::abs(double{some.at(static_cast<std::size_t>(i))} - double{all.at(from)});
    }
    return sum;
  };
  std::int64_t best = -40;
  for (std::int64_t shift = -40; shift <= 40; ++shift) {
    if (difference(shift) < difference(best)) best = shift;
  }
  CHECK(best == 0);
}

TEST_CASE("two channels stay apart and one stays one") {
  const TemporaryDirectory folder;
  const auto source = folder.path() / "left.wav";
  std::vector<float> interleaved;
  for (const float sample : tone(44100, 3)) {
    interleaved.push_back(sample);
    interleaved.push_back(0);
  }
  test::write_wav(source, 44100, 2, interleaved);
  const Made made(source.string(), 44100);
  check_compliant(made);
  CHECK(made.clip.audio->channels == 2);
  CHECK(rms(test::decode_samples(made.file.string(), 0, 0)) == doctest::Approx(0.3535).epsilon(0.02));
  CHECK(rms(test::decode_samples(made.file.string(), 0, 1)) < 0.01);

  const Made mono(fixture("voice_mono_16k_20s.wav"));
  CHECK(mono.clip.audio->channels == 1);
}

TEST_CASE("the voice is taken from a video file and from a file with cover art") {
  check_compliant(Made(fixture("presenter_h264_bframes_25fps_6s_audio.mp4")));
  const MediaInfo info = probe(fixture("voice_cover_art.mp3"));
  const Made made(fixture("voice_cover_art.mp3"), info.audio->sample_rate);
  check_compliant(made);
}

TEST_CASE("a few samples less than promised are filled with silence, more is an error with the counts") {
  const TemporaryDirectory folder;
  const auto source = folder.path() / "tone.wav";
  test::write_wav(source, 48000, 1, tone(48000, 2));
  const Made made(source.string(), 48000, [](AudioPlan& plan) { plan.samples = 96000 + 1152; });
  check_compliant(made);
  const auto samples = test::decode_samples(made.file.string());
  CHECK(std::abs(samples.at(samples.size() - 100)) < 0.02F);

  const MediaInfo info = probe(source.string());
  AudioPlan plan = plan_for(info, 48000);
  plan.samples = 96000 + 1153;
  try {
    (void)media::make_audio({source.string(), info}, plan, folder.path() / "audio.mp3", 15, {});
    FAIL("not thrown");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::media);
    CHECK(error.message().find("96000 of 97153 samples") != std::string::npos);
  }
}

TEST_CASE("a compliant MP3 is passed through as the same bytes, and encoded when it is too long") {
  const Made first(fixture("voice_mono_48k_5s.wav"));
  const Made made(first.file.string(), 48000, [](AudioPlan& plan) { plan.action = ClipAction::passthrough; });
  CHECK(made.clip.action == ClipAction::passthrough);
  CHECK(made.clip.sha256 == first.clip.sha256);
  CHECK(made.clip.audio->samples == first.clip.audio->samples);

  const Made shorter(
      first.file.string(), 48000, [](AudioPlan& plan) { plan.action = ClipAction::passthrough; }, /*limit=*/4);
  CHECK(shorter.clip.action == ClipAction::transcode);
  REQUIRE(shorter.clip.reasons.size() == 1);
  CHECK(shorter.clip.reasons[0].find("mp3_frames_with_tag") != std::string::npos);
  for (const DurationMeasure& measure : shorter.clip.measures) CHECK(measure.duration_s <= 4);
}

TEST_CASE("remuxed MP3 keeps its sound to the sample and loses cover art and tags") {
  const std::string source = fixture("voice_cover_art.mp3");
  const Made made(source, 44100, [](AudioPlan& plan) { plan.action = ClipAction::remux; });
  const MediaInfo written = probe(made.file.string());
  CHECK(written.streams.size() == 1);
  CHECK(written.audio->samples == made.info.audio->samples);
  CHECK(test::decode_samples(made.file.string()) == test::decode_samples(source, made.info.audio->index));
  CHECK(static_cast<unsigned char>(read_file(made.file).at(0)) == 0xFF);
}

TEST_CASE("MP3 whose edit list hides a whole packet is remuxed with that packet recorded as priming") {
  // The first packet lasts 960 ticks by the index, so that the edit list, which begins at 1105, hides all 1152 samples.
  const std::string usual = test::number(2, 4) + test::number(77, 4) + test::number(1152, 4);
  const std::string shaken =
      test::number(2, 4) + test::number(1, 4) + test::number(960, 4) + test::number(77, 4) + test::number(1152, 4);
  std::string bytes = read_file(fixture("voice_mp3_in_2s.mp4"));
  bytes.replace(bytes.find(usual), shaken.size(), shaken);
  const TemporaryDirectory folder;
  const std::string source = (folder.path() / "shaken.mp4").string();
  std::ofstream(source, std::ios::binary) << bytes;
  const Made made(source, 44100, [](AudioPlan& plan) { plan.action = ClipAction::remux; });
  CHECK(made.info.audio->priming == mp3_frame);
  CHECK(made.info.audio->samples == 77 * mp3_frame);
  CHECK(made.info.audio->start_s == Rational(960 - 1105, 44100));
  CHECK(made.clip.action == ClipAction::remux);
  CHECK(made.clip.audio->samples == 77 * mp3_frame);
  CHECK(test::decode_samples(made.file.string()) == test::decode_samples(source));
}

TEST_CASE("a cut MP3 is the beginning of its source, to the sample") {
  const std::string source = fixture("voice_cover_art.mp3");
  const Made made(source, 44100, [](AudioPlan& plan) {
    plan.action = ClipAction::cut;
    plan.packets = 77;
    plan.samples = 77 * mp3_frame - 1105;
    plan.may_encode = false;
  });
  CHECK(made.clip.action == ClipAction::cut);
  CHECK(made.clip.audio->samples == made.plan.samples);
  std::vector<float> before = test::decode_samples(source, made.info.audio->index);
  before.resize(static_cast<std::size_t>(made.plan.samples));
  CHECK(test::decode_samples(made.file.string()) == before);
  for (const DurationMeasure& measure : made.clip.measures) {
    CAPTURE(measure.name);
    CHECK(measure.duration_s <= Seconds(78 * mp3_frame, 44100));
  }
}

TEST_CASE("a copy that doesn't hold the planned samples is encoded instead, with the reason") {
  const Made made(fixture("voice_cover_art.mp3"), 44100, [](AudioPlan& plan) {
    plan.action = ClipAction::cut;
    plan.packets = 77;
    plan.samples = 50'000;
  });
  CHECK(made.clip.action == ClipAction::transcode);
  CHECK(made.clip.audio->samples == 50'000);
  REQUIRE(made.clip.reasons.size() == 1);
  CHECK(made.clip.reasons[0].find("not 50000") != std::string::npos);
}

TEST_CASE("a stop while sound is encoded leaves no file") {
  class Stopper final : public Observer {
   public:
    explicit Stopper(std::stop_source& source) : source_(source) {}
    void on_progress(const Progress& progress) override {
      if (progress.done > 10'000) source_.request_stop();
    }

   private:
    std::stop_source& source_;
  };
  const std::string source = fixture("voice_mono_48k_5s.wav");
  const TemporaryDirectory folder;
  std::stop_source stop;
  Stopper stopper(stop);
  const RunContext context{.stop = stop.get_token(), .observer = &stopper};
  const MediaInfo info = probe(source);
  try {
    (void)media::make_audio({source, info}, plan_for(info, 48000), folder.path() / "audio.mp3", 15, context);
    FAIL("not thrown");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::interrupted);
  }
  CHECK(test::listing(folder.path()).empty());
}
