// SPDX-License-Identifier: Apache-2.0
#include "sandbox/clips/clip_length.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <sstream>
#include <string>

#include "core/atomic_file.hpp"
#include "models/registry.hpp"
#include "sandbox/clips/mpeg_audio.hpp"
#include "sandbox/protocol/judge.hpp"
#include "support/paths.hpp"

using namespace react1;
using sandbox::Kind;

namespace {

/// MPEG-1 layer III, 128 kbit/s, 48 kHz, mono: 384 bytes, 1152 samples. An empty payload decodes to silence.
std::string mp3_frame() {
  std::string frame{"\xFF\xFB\x94\xC4", 4};
  frame.resize(384, '\0');
  return frame;
}

/// A frame that only says how many follow. Decoders step over it; a count of frames does not.
std::string info_frame(std::uint32_t frames) {
  std::string frame = mp3_frame();
  frame.replace(4 + 17, 4, "Info");
  frame[4 + 17 + 7] = 1;  // the number of frames is present
  for (int i = 0; i < 4; ++i)
    frame[static_cast<std::size_t>(4 + 17 + 8 + i)] = static_cast<char>((frames >> (24 - 8 * i)) & 0xFFU);
  return frame;
}

std::string repeat(const std::string& piece, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += piece;
  return all;
}

sandbox::MpegAudioCount count(const std::string& bytes) {
  std::istringstream file{bytes};
  return sandbox::count_mpeg_audio(file);
}

std::optional<Seconds> measure_of(const sandbox::PacketReport& report, std::string_view name) {
  const auto found =
      std::find_if(report.measures.begin(), report.measures.end(), [&](const auto& m) { return m.name == name; });
  if (found == report.measures.end()) return std::nullopt;
  return found->seconds;
}

}  // namespace

TEST_CASE("frames of a raw MP3 are counted, the info frame too, and tags and garbage are not") {
  CHECK(count(repeat(mp3_frame(), 10)).frames == 10);
  CHECK(count(repeat(mp3_frame(), 10)).duration_s == Rational{11'520, 48'000});
  CHECK(count(info_frame(10) + repeat(mp3_frame(), 10)).frames == 11);
  std::string id3{"ID3\x04\0\0\0\0\x01\0", 10};
  id3 += std::string(128, '\xFF');  // bytes that look like the start of a frame
  CHECK(count(id3 + repeat(mp3_frame(), 3) + "TAG" + std::string(125, 'x')).frames == 3);
  CHECK(count(repeat(mp3_frame(), 2) + std::string(1000, 'g') + repeat(mp3_frame(), 2)).frames == 4);
  CHECK(count("").frames == 0);
  CHECK(count(std::string(5000, '\xFF')).frames == 0);
}

TEST_CASE("other kinds of MPEG audio have their own frame sizes") {
  // MPEG-2 layer III, 64 kbit/s, 24 kHz: 192 bytes, 576 samples.
  std::string lsf{"\xFF\xF3\x84\xC4", 4};
  lsf.resize(192, '\0');
  CHECK(count(repeat(lsf, 5)).duration_s == Rational{5 * 576, 24'000});
  // MPEG-1 layer II, 128 kbit/s, 48 kHz: 384 bytes, 1152 samples.
  std::string layer2{"\xFF\xFD\x84\xC4", 4};
  layer2.resize(384, '\0');
  CHECK(count(repeat(layer2, 5)).duration_s == Rational{5 * 1152, 48'000});
}

TEST_CASE("an MP3 of 15.024 s is refused, also when only the count of raw frames says so") {
  const TemporaryDirectory folder;
  const auto path = folder.path() / "long.mp3";
  const auto judge = [&](const std::string& bytes) {
    write_file_atomically(path, bytes);
    return sandbox::judge_audio(path.string(), {"audio_url", "http://127.0.0.1/x.mp3"},
                                models::standard().service.limits, RunContext{});
  };
  const auto plain = judge(repeat(mp3_frame(), 626));
  REQUIRE(plain.problem);
  CHECK(plain.problem->type == "audio_duration_too_long");
  CHECK(plain.problem->context["provided_duration"] == 15.024);

  const auto tagged = judge(info_frame(625) + repeat(mp3_frame(), 625));
  REQUIRE(tagged.problem);
  CHECK(tagged.problem->type == "audio_duration_too_long");
  for (const auto& measure : tagged.measures) {
    CAPTURE(measure.name);
    CHECK((measure.seconds > 15) == (measure.name == "mpeg_frames"));
  }

  const auto fits = judge(info_frame(624) + repeat(mp3_frame(), 624));
  REQUIRE(fits.problem);  // it is silent, but not too long
  CHECK(fits.problem->type == "no_media_generated");
}

TEST_CASE("every measure of a plain clip agrees with its truth") {
  const auto path = test::fixture("presenter_h264_25fps_6s.mp4");
  const auto report = sandbox::measure_packets(path, Kind::video, RunContext{});
  for (const char* name : {"container_header", "container_reported", "stream_header", "packets_sum", "packets_span",
                           "packets_sum_edit_list_ignored", "packets_span_edit_list_ignored"}) {
    CAPTURE(name);
    CHECK(measure_of(report, name) == Seconds{6});
  }
  CHECK(report.shown_packets == 150);
  CHECK(sandbox::decode_video_facts(path, RunContext{}).seconds == 6);
}

TEST_CASE("measures that a file does not have are left out") {
  const auto report =
      sandbox::measure_packets(test::fixture("presenter_vp9_no_duration.webm"), Kind::video, RunContext{});
  CHECK_FALSE(measure_of(report, "container_header").has_value());
  CHECK_FALSE(measure_of(report, "packets_sum_edit_list_ignored").has_value());
  REQUIRE(measure_of(report, "packets_span").has_value());
}

TEST_CASE("cover art is no video") {
  CHECK_THROWS_AS((void)sandbox::measure_packets(test::fixture("voice_cover_art.mp3"), Kind::video, RunContext{}),
                  Error);
  CHECK(sandbox::decode_audio_facts(test::fixture("voice_cover_art.mp3"), RunContext{}).peak > 0.01);
}

TEST_CASE("the peak of a silent clip is nothing") {
  CHECK(sandbox::decode_audio_facts(test::fixture("silent_5s.wav"), RunContext{}).peak < 0.0001);
}

TEST_CASE("measuring stops when it is told to") {
  std::stop_source source;
  source.request_stop();
  const RunContext context{.stop = source.get_token(), .observer = &silent_observer(), .job_id = {}};
  try {
    (void)sandbox::decode_video_facts(test::fixture("presenter_h264_25fps_6s.mp4"), context);
    FAIL("it went on");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::interrupted);
  }
}
