// SPDX-License-Identifier: Apache-2.0
// Hostile input: inputs over a limit are refused with a message, and no file makes another one be read.
#include <doctest/doctest.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>

#include <react1/error.hpp>
#include <react1/media.hpp>

#include "core/atomic_file.hpp"
#include "media/ff/interrupt.hpp"
#include "media/stream/decoder.hpp"
#include "media/stream/demuxer.hpp"
#include "support/paths.hpp"

namespace react1 {
namespace {

const char* const kClip = "presenter_h264_bframes_25fps_6s_audio.mp4";

Error failure_of(const Source& source, const SourceOptions& options = {}) {
  try {
    static_cast<void>(probe(source, options, RunContext{}));
  } catch (const Error& error) {
    CHECK_FALSE(error.hint().empty());
    return error;
  }
  FAIL("probed: ", source.name());
  return {ErrorCode::internal, "", ""};
}

Source in_memory(const std::string& text) {
  const auto bytes = std::as_bytes(std::span{text});
  return Source::memory(std::make_shared<const std::vector<std::byte>>(bytes.begin(), bytes.end()));
}

void put32(std::string& file, std::size_t offset, std::uint32_t value) {
  for (std::size_t i = 0; i < 4; ++i) file[offset + i] = static_cast<char>(value >> (24 - 8 * i));
}

/// Where the content of the first box of that type begins, behind version and flags.
std::size_t inside(const std::string& file, const std::string& type) {
  const std::size_t at = file.find(type);
  REQUIRE(at != std::string::npos);
  return at + 8;
}

TEST_CASE("pictures, channels, rates, streams and packets over their limits are refused") {
  const std::string clip = test::fixture(kClip);
  const auto message = [&](const SourceOptions& options) {
    const Error error = failure_of(clip, options);
    CHECK(error.code() == ErrorCode::media);
    return error.message();
  };
  CHECK(message({.max_streams = 1}).find("more than 1 streams") != std::string::npos);
  CHECK(message({.max_pixels = 1000}).find("larger than is decoded") != std::string::npos);
  CHECK(message({.max_packet_bytes = 10}).find("larger than is decoded") != std::string::npos);
  CHECK(message({.max_sample_rate = 8000}).find("Hz") != std::string::npos);
  const Error channels = failure_of(test::fixture("voice_stereo_44k_7s.wav"), SourceOptions{.max_channels = 1});
  CHECK(channels.message().find("2 channels") != std::string::npos);
}

TEST_CASE("a picture whose data is larger than its header says is not decoded") {
  media::Demuxer demuxer{test::fixture(kClip), {}, RunContext{}};
  AVCodecParameters& codec = *demuxer.stream(0).codecpar;
  codec.width = codec.height = 16;
  media::Decoder decoder{demuxer.stream(0), /*threads=*/1, "clip", SourceOptions{.max_pixels = 1000}};
  const auto packet = media::ff::make_packet();
  const auto frame = media::ff::make_frame();
  int frames = 0;
  while (demuxer.read(*packet)) decoder.decode(packet.get(), *frame, [&](const AVFrame&) { ++frames; });
  CHECK(frames == 0);
  CHECK(decoder.damaged() > 0);
}

TEST_CASE("a small file that claims a billion empty samples comes to an end") {
  std::string file = read_file(test::fixture("presenter_h264_25fps_6s.mp4"));
  const std::size_t sizes = inside(file, "stsz");
  put32(file, sizes, 0);                   // a table of sizes …
  put32(file, sizes + 4, 1'000'000'000U);  // … of more entries than the file has bytes
  CHECK(failure_of(in_memory(file)).code() == ErrorCode::media);
  file = read_file(test::fixture("presenter_h264_25fps_6s.mp4"));
  put32(file, sizes, 1);  // all of one byte
  put32(file, sizes + 4, 1'000'000'000U);
  const std::size_t chunks = inside(file, "stsc");
  put32(file, chunks + 8, 1'000'000'000U);  // all in the first chunk
  try {
    static_cast<void>(probe(in_memory(file)));
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::media);
  }
}

TEST_CASE("a file that gives the same bytes again and again is stopped") {
  // A video track whose 30 million samples all use the same bytes: each chunk begins where the first does.
  std::string file = read_file(test::fixture("presenter_h264_25fps_6s.mp4"));
  const std::size_t sizes = inside(file, "stsz");
  put32(file, sizes, 0x10000);
  put32(file, sizes + 4, 20'000);
  const std::size_t chunks = inside(file, "stsc");
  put32(file, chunks + 8, 20'000);
  const std::size_t times = inside(file, "stts");
  put32(file, times + 4, 20'000);
  CAPTURE(file.size());
  try {
    const MediaInfo info = probe(in_memory(file));
    REQUIRE(info.video);
    CHECK(info.video->frames < 20'000);  // FFmpeg drops samples beyond the end
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::media);
  }
}

TEST_CASE("an operation that reads the whole source over and over makes no progress") {
  media::ff::Interrupt interrupt({}, std::chrono::hours(1));
  AVIOContext io{};
  interrupt.watch(&io, 1000);
  interrupt.begin();
  io.bytes_read = 60 << 20;
  CHECK_FALSE(interrupt.should_end());
  interrupt.begin();  // another operation starts counting again
  io.bytes_read += 60 << 20;
  CHECK_FALSE(interrupt.should_end());
  io.bytes_read += 60 << 20;
  CHECK(interrupt.should_end());
  const auto error = interrupt.error("clip.mp4");
  REQUIRE(error);
  CHECK(error->code() == ErrorCode::media);
  CHECK(error->message().starts_with("no progress"));
}

TEST_CASE("a decoder that works without giving anything is given up") {
  media::Demuxer demuxer{test::fixture("presenter_h264_25fps_6s.mp4"), {}, RunContext{}};
  media::Decoder decoder{demuxer.stream(0), /*threads=*/1, "clip",
                         SourceOptions{.decode_timeout = std::chrono::milliseconds(-1)}};
  const auto packet = media::ff::make_packet();
  const auto frame = media::ff::make_frame();
  const auto decode_all = [&] {
    while (demuxer.read(*packet)) decoder.decode(packet.get(), *frame, [](const AVFrame&) {});
  };
  CHECK_THROWS_WITH_AS(decode_all(), doctest::Contains("no progress"), Error);
}

TEST_CASE("no playlist, script, reference or link inside a file makes another file be read") {
  const TemporaryDirectory folder;
  const std::string secret = (folder.path() / "secret.mp4").string();
  std::filesystem::copy_file(test::fixture(kClip), secret);
  const std::string name = "secret.mp4";
  const std::string texts[] = {
      "#EXTM3U\n#EXT-X-TARGETDURATION:6\n#EXTINF:6,\n" + name + "\n#EXT-X-ENDLIST\n",
      "#EXTM3U\n#EXT-X-MAP:URI=\"file://" + secret + "\"\n#EXTINF:6,\nfile://" + secret + "\n",
      "ffconcat version 1.0\nfile " + name + "\n",
      "ffconcat version 1.0\nfile 'file:" + secret + "'\n",
      "<?xml version=\"1.0\"?><MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\" type=\"static\"><Period><AdaptationSet>"
      "<Representation id=\"0\" bandwidth=\"1\"><BaseURL>" +
          name + "</BaseURL></Representation></AdaptationSet></Period></MPD>",
      "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5004 RTP/AVP 96\na=rtpmap:96 "
      "H264/90000\n",
      "[playlist]\nFile1=" + secret + "\nNumberOfEntries=1\n",
      "1\n00:00:00,000 --> 00:00:05,000\n" + secret + "\n",
      "# VobSub index file, v7\nsize: 720x576\nid: en, index: 0\ntimestamp: 00:00:00:000, filepos: 000000000\n",
  };
  const char* const endings[] = {".m3u8", ".ffconcat", ".mpd", ".sdp", ".pls", ".srt", ".idx", ".mp4"};
  for (const std::string& text : texts) {
    CAPTURE(text);
    for (const char* ending : endings) {
      const std::filesystem::path file = folder.path() / (std::string("list") + ending);
      std::ofstream(file, std::ios::binary | std::ios::trunc) << text;
      CHECK(failure_of(file).code() == ErrorCode::media);
    }
    CHECK(failure_of(in_memory(text)).code() == ErrorCode::media);
  }
}

TEST_CASE("a MOV track whose data is in another file is not followed there") {
  const TemporaryDirectory folder;
  std::filesystem::copy_file(test::fixture("presenter_h264_25fps_6s.mp4"), folder.path() / "data.mov");
  std::string file = read_file(test::fixture("presenter_h264_25fps_6s.mp4"));
  const std::size_t url = file.find("url ");
  REQUIRE(url != std::string::npos);
  file.replace(url, 4, "alis");
  put32(file, url + 4, 0);  // no longer "in this file"
  const std::filesystem::path path = folder.path() / "reference.mov";
  std::ofstream(path, std::ios::binary) << file;
  try {
    // Without a usable reference FFmpeg takes the samples from the file itself, or none at all.
    const MediaInfo info = probe(path);
    CHECK(info.size_bytes == static_cast<std::int64_t>(file.size()));
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::media);
  }
}

TEST_CASE("FFmpeg is given no way to open anything by itself") {
  media::Demuxer demuxer{test::fixture(kClip), {}, RunContext{}};
  AVIOContext* other = nullptr;
  const std::string clip = test::fixture("presenter_h264_25fps_6s.mp4");
  CHECK(demuxer.format().io_open(&demuxer.format(), &other, clip.c_str(), AVIO_FLAG_READ, nullptr) < 0);
  CHECK(demuxer.format().io_open(&demuxer.format(), &other, ("file:" + clip).c_str(), AVIO_FLAG_READ, nullptr) < 0);
  CHECK(other == nullptr);
}

}  // namespace
}  // namespace react1
