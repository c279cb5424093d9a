// SPDX-License-Identifier: Apache-2.0
#include "media/stream/decoder.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>

#include "media/picture/frame_window.hpp"
#include "media/stream/demuxer.hpp"
#include "support/paths.hpp"

namespace react1::media {
namespace {

/// Decodes stream 0 of `source` whole; how many frames came.
int decode_all(Demuxer& demuxer, Decoder& decoder) {
  const ff::Packet packet = ff::make_packet();
  const ff::Frame frame = ff::make_frame();
  int frames = 0;
  const auto count = [&](const AVFrame&) { ++frames; };
  while (demuxer.read(*packet)) decoder.decode(packet.get(), *frame, count);
  decoder.decode(nullptr, *frame, count);
  return frames;
}

TEST_CASE("every packet of a sound clip becomes a frame, whatever the number of threads") {
  for (const int threads : {0, 1, 3}) {
    Demuxer demuxer{test::fixture("presenter_h264_25fps_6s.mp4"), {}, RunContext{}};
    Decoder decoder{demuxer.stream(0), threads, demuxer.name()};
    CHECK(decode_all(demuxer, decoder) == 150);
    CHECK(decoder.frames() == 150);
    CHECK(decoder.damaged() == 0);
  }
}

TEST_CASE("a packet of wideband Speex becomes as many samples as it lasts") {
  Demuxer demuxer{test::fixture("joined_alike_speex_4s.ogg"), {}, RunContext{}};
  Decoder decoder{demuxer.stream(0), /*threads=*/1, demuxer.name()};
  const ff::Packet packet = ff::make_packet();
  const ff::Frame frame = ff::make_frame();
  std::int64_t samples = 0;
  const auto count = [&](const AVFrame& sound) { samples += sound.nb_samples; };
  constexpr int kPackets = 100;  // of the first of the two recordings
  for (int i = 0; i < kPackets && demuxer.read(*packet); ++i) decoder.decode(packet.get(), *frame, count);
  decoder.decode(nullptr, *frame, count);
  CHECK(samples == kPackets * 320);
}

TEST_CASE("after the end a flushed decoder decodes again") {
  Demuxer demuxer{test::fixture("presenter_hevc_25fps_4s.mp4"), {}, RunContext{}};
  Decoder decoder{demuxer.stream(0), 0, demuxer.name()};
  CHECK(decode_all(demuxer, decoder) == 100);
  demuxer.seek(0, 0);
  decoder.flush();
  CHECK(decode_all(demuxer, decoder) == 100);
}

TEST_CASE("damage is counted, not hidden and not thrown") {
  Demuxer demuxer{test::fixture("truncated_60pct.mp4"), {}, RunContext{}};
  Decoder decoder{demuxer.stream(0), 0, demuxer.name()};
  CHECK(decode_all(demuxer, decoder) >= 85);
  CHECK(decoder.damaged() > 0);
}

TEST_CASE("a sink that has enough ends the decoding") {
  int frames = 0;
  for_each_frame(test::fixture("presenter_h264_25fps_6s.mp4"), 0, 0, std::nullopt, SourceOptions{}, RunContext{},
                 [&](const AVFrame&, const Seconds&) { return ++frames < 10; });
  CHECK(frames == 10);
}

TEST_CASE("a window holds exactly the frames that are in it, near the start and after a seek") {
  struct Window {
    Seconds start, end;
    int frames;
  };
  for (const Window& window : {Window{0, 1, 24}, Window{2, 4, 48}, Window{10, 15, 120}, Window{19, 30, 24}}) {
    // 24000/1001: frame n is at n·1001/24000 s.
    int expected = 0;
    for (int n = 0; n < 480; ++n) {
      const Seconds begin{n * 1001, 24000};
      if (begin + Seconds{1001, 24000} > window.start && begin < window.end) ++expected;
    }
    int frames = 0;
    Seconds last = -1;
    for_each_frame(test::fixture("presenter_h264_23976_20s.mp4"), 0, window.start, window.end, SourceOptions{},
                   RunContext{}, [&](const AVFrame&, const Seconds& time) {
                     CHECK(time > last);
                     CHECK(time < window.end);
                     last = time;
                     ++frames;
                     return true;
                   });
    CHECK(frames == expected);
    CHECK(std::abs(frames - window.frames) <= 1);
  }
}

}  // namespace
}  // namespace react1::media
