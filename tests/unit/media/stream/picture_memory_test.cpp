// SPDX-License-Identifier: Apache-2.0
// How much memory decoded pictures take, and what is refused.
#include "media/stream/picture_memory.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <vector>

#include <react1/error.hpp>

#include "media/stream/decoder.hpp"
#include "media/stream/demuxer.hpp"
#include "support/paths.hpp"

namespace react1::media {
namespace {

const char* const kClip = "presenter_h264_25fps_6s.mp4";
const char* const kBroad = "presenter_hevc_25fps_4s.mp4";

struct Decoded {
  std::int64_t frames = 0, damaged = 0, peak = 0;
  int threads = 0;
};

Decoded decode(const std::string& file, int threads, std::int64_t picture_bytes) {
  Demuxer demuxer{file, {}, RunContext{}};
  Decoder decoder{demuxer.stream(0), threads, "clip", SourceOptions{}, picture_bytes};
  const ff::Packet packet = ff::make_packet();
  const ff::Frame frame = ff::make_frame();
  const auto count = [](const AVFrame&) {};
  while (demuxer.read(*packet)) {
    if (packet->stream_index == 0) decoder.decode(packet.get(), *frame, count);
  }
  decoder.decode(nullptr, *frame, count);
  return {decoder.frames(), decoder.damaged(), decoder.pictures().peak(), decoder.context().thread_count};
}

TEST_CASE("what a decoder keeps is counted, and given back") {
  Demuxer demuxer{test::fixture(kClip), {}, RunContext{}};
  std::vector<ff::Frame> kept;
  auto decoder = std::make_unique<Decoder>(demuxer.stream(0), /*threads=*/1, "clip");
  const ff::Packet packet = ff::make_packet();
  const ff::Frame frame = ff::make_frame();
  while (demuxer.read(*packet) && kept.size() < 8) {
    decoder->decode(packet.get(), *frame, [&](AVFrame& decoded) { kept.emplace_back(av_frame_clone(&decoded)); });
  }
  REQUIRE(kept.size() >= 8);
  const AVFrame& one = *kept.front();
  const std::int64_t picture = std::int64_t{one.width} * one.height * 3 / 2;
  CHECK(decoder->pictures().held() >= 8 * picture);
  av_frame_unref(frame.get());
  decoder->flush();  // forgets its references
  const std::int64_t held = decoder->pictures().held();
  CHECK(held >= 8 * picture);
  kept.resize(4);
  CHECK(decoder->pictures().held() <= held - 4 * picture);
  decoder.reset();  // pictures outlive their decoder
  CHECK(kept.front()->data[0] != nullptr);
  kept.clear();
}

TEST_CASE("pictures that take more memory than is allowed are refused with a message, by one thread and by several") {
  for (const char* clip : {kClip, kBroad}) {
    CAPTURE(clip);
    const Decoded whole = decode(test::fixture(clip), /*threads=*/1, PictureMemory::most_bytes);
    CHECK(whole.damaged == 0);
    CHECK(whole.peak > 0);
    // As much as it took is enough; much less is not.
    CHECK(decode(test::fixture(clip), /*threads=*/1, whole.peak).frames == whole.frames);
    for (const int threads : {1, 3}) {
      CAPTURE(threads);
      try {
        static_cast<void>(decode(test::fixture(clip), threads, whole.peak / 3));
        FAIL("decoded");
      } catch (const Error& error) {
        CHECK(error.code() == ErrorCode::media);
        CHECK(error.message().find("more memory than is allowed") != std::string::npos);
        CHECK_FALSE(error.hint().empty());
      }
    }
  }
}

TEST_CASE("large pictures are decoded by fewer threads, small ones by as many as were asked for") {
  const Decoded one = decode(test::fixture(kBroad), /*threads=*/1, PictureMemory::most_bytes);
  CHECK(decode(test::fixture(kBroad), /*threads=*/3, PictureMemory::most_bytes).threads == 3);
  Demuxer demuxer{test::fixture(kBroad), {}, RunContext{}};
  const AVCodecParameters& codec = *demuxer.stream(0).codecpar;
  const std::int64_t eleven = std::int64_t{codec.width} * codec.height * 9 / 4 * 11;
  const Decoded narrow = decode(test::fixture(kBroad), /*threads=*/3, eleven);
  CHECK(narrow.threads == 2);
  CHECK(narrow.frames == one.frames);
  CHECK(narrow.peak <= eleven);
}

TEST_CASE("a decoder that keeps its pictures to itself is judged by their size") {
  Demuxer demuxer{test::fixture("alpha_vp9_1s.webm"), {}, RunContext{}};
  const AVCodecParameters& codec = *demuxer.stream(0).codecpar;
  const std::int64_t picture = std::int64_t{codec.width} * codec.height * 3 / 2;
  CHECK_NOTHROW(Decoder(demuxer.stream(0), /*threads=*/1, "clip", SourceOptions{}, picture * 40));
  const AVCodec* libvpx = avcodec_find_decoder_by_name("libvpx-vp9");
  if (libvpx == nullptr || (libvpx->capabilities & AV_CODEC_CAP_DR1) != 0) return;
  CHECK_THROWS_AS((void)Decoder(demuxer.stream(0), /*threads=*/1, "clip", SourceOptions{}, picture * 5), Error);
}

}  // namespace
}  // namespace react1::media
