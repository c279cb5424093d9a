// SPDX-License-Identifier: Apache-2.0
// MP3 files as sources: what probe() says of them, and that their sound comes out whole and in its place.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <string>
#include <vector>

#include "core/atomic_file.hpp"
#include "media/sound/audio_encoder.hpp"
#include "media/stream/demuxer.hpp"
#include "media/stream/muxer.hpp"
#include "support/sounds.hpp"
#include "unit/media/pictures.hpp"

#include <react1/media.hpp>

namespace react1::media {
namespace {

namespace fs = std::filesystem;

/// An MP3 of a glide, as LAME makes it at this rate.
std::string encoded(const fs::path& folder, int rate, int channels, std::int64_t samples,
                    Container container = Container::mp3) {
  AudioPlan plan;
  plan.sample_rate = rate;
  plan.channels = channels;
  plan.bitrate_kbps = 32 * channels;
  AudioEncoder encoder(plan, "test");
  const fs::path file = folder / "encoded.mp3";
  Muxer muxer(file, container);
  muxer.add_stream(*encoder.parameters(), encoder.context().time_base);
  muxer.start(/*reordered=*/false);
  const AudioEncoder::Sink write = [&](AVPacket& packet) { muxer.write(packet); };
  double phase = 0;
  for (std::int64_t done = 0; done < samples;) {
    const ff::Frame frame = ff::make_frame();
    frame->format = AudioEncoder::sample_format;
    frame->sample_rate = rate;
    frame->nb_samples = static_cast<int>(std::min<std::int64_t>(encoder.frame_size(), samples - done));
    av_channel_layout_default(&frame->ch_layout, channels);
    REQUIRE(av_frame_get_buffer(frame.get(), 0) >= 0);
    for (int i = 0; i < frame->nb_samples; ++i) {
      phase += 0.05 + 2e-6 * static_cast<double>(done + i);
      for (int channel = 0; channel < channels; ++channel) {
        reinterpret_cast<float*>(frame->extended_data[channel])[i] = 0.3F * static_cast<float>(std::sin(phase));
      }
    }
    done += frame->nb_samples;
    encoder.encode(*frame, write);
  }
  encoder.finish(write);
  muxer.finish();
  return read_file(file);
}

std::string in_file(const fs::path& folder, const std::string& bytes, const char* name = "voice.mp3") {
  const fs::path file = folder / name;
  std::ofstream(file, std::ios::binary) << bytes;
  return file.string();
}

TEST_CASE("every low rate of LAME is taken whole") {
  const TemporaryDirectory folder;
  for (const int rate : {8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000}) {
    CAPTURE(rate);
    for (const int channels : {1, 2}) {
      for (std::int64_t samples = 2 * rate; samples < 2 * rate + 1152; samples += 97) {
        CAPTURE(samples);
        const MediaInfo info = probe(in_file(folder.path(), encoded(folder.path(), rate, channels, samples)));
        REQUIRE(info.audio);
        CHECK(info.audio->samples == samples);
        CHECK(info.audio->channels == channels);
        CHECK_FALSE(info.audio->truncated);
        CHECK(info.warnings.empty());
        REQUIRE(info.audio->mp3);
        CHECK(info.audio->mp3->flaws.empty());
      }
    }
  }
}

TEST_CASE("sound keeps its place behind bytes that are no MP3, with the tag and without") {
  const TemporaryDirectory folder;
  for (const Container container : {Container::mp3, Container::mp3_without_tag}) {
    const std::string clean = encoded(folder.path(), 48000, 1, 96000, container);
    const std::vector<float> wanted = test::decode_samples(in_file(folder.path(), clean));
    for (const std::size_t size : {1U, 10U, 417U, 4000U, 70'000U}) {
      CAPTURE(size);
      std::string junk(size, '\0');
      for (std::size_t i = 0; i < size; ++i) junk[i] = static_cast<char>((i * 7919 + i / 3) % 251);
      const std::string file = in_file(folder.path(), junk + clean + junk);
      const MediaInfo info = probe(file);
      CHECK(info.format == "mp3");
      CHECK(info.audio->samples == static_cast<std::int64_t>(wanted.size()));
      CHECK_FALSE(info.audio->truncated);
      CHECK(info.audio->mp3->flaws.size() == 2);
      CHECK(info.size_bytes == static_cast<std::int64_t>(clean.size() + 2 * size));
    }
  }
}

TEST_CASE("two joined files last as long as both, and the tag that is read is the fresh one") {
  const TemporaryDirectory folder;
  const std::string first = encoded(folder.path(), 48000, 1, 96000), second = encoded(folder.path(), 48000, 1, 48000);
  const MediaInfo info = probe(in_file(folder.path(), first + second));
  // 85 and 43 frames, and the second tag's between them, less the first delay.
  CHECK(info.audio->samples == 129 * 1152 - 1105);
  CHECK(info.audio->priming == 1105);
  CHECK(info.audio->mp3->tag_frames == 85);
  CHECK(info.audio->header_duration_s == Seconds(85 * 1152, 48000));
  CHECK_FALSE(info.audio->truncated);
  CHECK(std::any_of(info.warnings.begin(), info.warnings.end(),
                    [](const Warning& warning) { return warning.code == "wrong_duration"; }));
}

TEST_CASE("a tag that promises more frames than there are tells of a truncated file") {
  const TemporaryDirectory folder;
  const std::string whole = encoded(folder.path(), 48000, 1, 96000);
  const MediaInfo info = probe(in_file(folder.path(), whole.substr(0, whole.size() / 2)));
  CHECK(info.audio->truncated);
  CHECK(info.audio->duration_s > Seconds(9, 10));
}

TEST_CASE("an MP3 from memory and one that has no ending are known by their frames") {
  const TemporaryDirectory folder;
  const std::string bytes = encoded(folder.path(), 48000, 1, 2000);  // four frames
  CHECK(probe(in_file(folder.path(), bytes, "voice")).audio->samples == 2000);
  CHECK(probe(Source::memory(std::as_bytes(std::span(bytes)))).audio->samples == 2000);
}

TEST_CASE("a small MP3 behind much else is found by its name, and only then") {
  const TemporaryDirectory folder;
  const std::string bytes = encoded(folder.path(), 48000, 1, 48000);
  std::string junk(100'000, '\0');
  for (std::size_t i = 0; i < junk.size(); ++i) junk[i] = static_cast<char>((i * i * 31 + i * 7) % 253);
  CHECK(probe(in_file(folder.path(), junk + bytes)).audio->samples == 48000);
}

}  // namespace
}  // namespace react1::media
