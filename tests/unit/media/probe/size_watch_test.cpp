// SPDX-License-Identifier: Apache-2.0
#include "media/probe/size_watch.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include <react1/media.hpp>

#include "support/paths.hpp"

namespace react1::media {
namespace {

/// Writes bits, the most significant first.
class Writer {
 public:
  Writer& put(unsigned value, unsigned count) {
    for (unsigned i = count; i > 0; --i) {
      if (used_ % 8 == 0) bytes_.push_back('\0');
      const unsigned bit = value >> (i - 1) & 1U;
      bytes_.back() = static_cast<char>(static_cast<unsigned char>(bytes_.back()) | bit << (7 - used_ % 8));
      ++used_;
    }
    return *this;
  }
  [[nodiscard]] std::string bytes() const { return bytes_ + std::string(4, '\x55'); }

 private:
  std::string bytes_;
  std::size_t used_ = 0;
};

/// Frame marker, profile 0, not a repeat.
Writer vp9(bool key, bool shown) {
  Writer bits;
  bits.put(2, 2).put(0, 2).put(0, 1).put(key ? 0 : 1, 1).put(shown ? 1 : 0, 1).put(0, 1);
  return bits;
}

std::string key_frame(int width, int height) {
  return vp9(true, true)
      .put(0x498342, 24)
      .put(1, 3)
      .put(0, 1)
      .put(static_cast<unsigned>(width - 1), 16)
      .put(static_cast<unsigned>(height - 1), 16)
      .bytes();
}

/// An inter frame of its own size (0: that of its first reference, slot 0), which goes into the slots of `refreshed`.
std::string inter_frame(int width, int height, unsigned refreshed) {
  Writer bits = vp9(false, true);
  bits.put(0, 2).put(refreshed, 8).put(0, 4).put(1 << 1, 4).put(2 << 1, 4);
  if (width == 0) return bits.put(1, 1).bytes();
  return bits.put(0, 3).put(static_cast<unsigned>(width - 1), 16).put(static_cast<unsigned>(height - 1), 16).bytes();
}

std::string superframe(const std::string& hidden, const std::string& shown) {
  const char marker = static_cast<char>(0xC0 | 1);  // two frames, sizes of one byte
  return hidden + shown + marker + static_cast<char>(hidden.size()) + static_cast<char>(shown.size()) + marker;
}

std::string text(const std::vector<PictureSize>& sizes) {
  std::string all;
  for (const PictureSize& size : sizes) {
    all += size.start_s.to_decimal(2) + ":" + std::to_string(size.width) + "x" + std::to_string(size.height) + " ";
  }
  return all;
}

std::string sizes_of(AVCodecID codec, std::vector<std::string> packets) {
  AVCodecParameters parameters{};
  parameters.codec_id = codec;
  AVStream stream{};
  stream.codecpar = &parameters;
  stream.time_base = {1, 25};
  SizeWatch watch(stream);
  std::int64_t time = 0;
  for (std::string& bytes : packets) {
    const ff::Packet packet = ff::make_packet();
    packet->data = reinterpret_cast<std::uint8_t*>(bytes.data());
    packet->size = static_cast<int>(bytes.size());
    packet->pts = time++;
    watch.look(*packet);
  }
  VideoInfo video;
  video.width = 64;
  video.height = 36;
  return text(watch.sizes(video, 0));
}

TEST_CASE("VP9 tells its size in every frame, also between key frames") {
  constexpr AVCodecID codec = AV_CODEC_ID_VP9;
  CHECK(sizes_of(codec, {key_frame(64, 36), inter_frame(0, 0, 1)}).empty());
  CHECK(sizes_of(codec, {key_frame(64, 36), inter_frame(128, 72, 1), inter_frame(0, 0, 1)}) ==
        "0.00:64x36 0.04:128x72 ");
  CHECK(sizes_of(codec, {key_frame(64, 36), inter_frame(128, 72, 2), inter_frame(0, 0, 4)}) ==
        "0.00:64x36 0.04:128x72 0.08:64x36 ");
  CHECK(sizes_of(codec, {key_frame(64, 36), superframe(inter_frame(0, 0, 2), inter_frame(96, 54, 1))}) ==
        "0.00:64x36 0.04:96x54 ");
  CHECK(sizes_of(codec, {key_frame(96, 54)}) == "0.00:96x54 ");  // not what the container says
  for (std::size_t cut = 0; cut < 12; ++cut) (void)sizes_of(codec, {key_frame(64, 36).substr(0, cut)});
}

TEST_CASE("VP8 tells its size in key frames") {
  const auto key = [](char width, char height) {
    return std::string("\x10\0\0\x9d\x01\x2a", 6) + width + '\0' + height + '\0';
  };
  CHECK(sizes_of(AV_CODEC_ID_VP8, {key(64, 36), "\x11inter", key(64, 36)}).empty());
  CHECK(sizes_of(AV_CODEC_ID_VP8, {key(64, 36), "\x11inter", key(36, 64)}) == "0.00:64x36 0.08:36x64 ");
  CHECK(sizes_of(AV_CODEC_ID_VP8, {"\x10", ""}).empty());
}

TEST_CASE("sizes that change are found in real streams of every common codec") {
  const auto found = [](const char* name) { return text(probe(test::fixture(name)).video->sizes); };
  CHECK(found("growing_call_vp8_2s.webm") == "0.00:80x46 1.00:160x92 ");
  CHECK(found("growing_call_vp9_2s.webm") == "0.00:80x46 1.00:160x92 ");
  CHECK(found("turned_phone_2s.webm") == "0.00:160x120 1.00:120x160 ");
  CHECK(found("size_change.ts") == "0.00:160x90 1.00:240x136 ");
  for (const char* steady : {"presenter_h264_25fps_6s.mp4", "presenter_hevc_25fps_4s.mp4", "alpha_vp9_1s.webm",
                             "presenter_odd_size_321x241_2s.mp4", "raw_2997_2s.m2v", "avi_bframes_2s.avi",
                             "transport_2s.ts", "anamorphic_16x11_1s.mp4", "ten_bit_hevc_1s.mp4"}) {
    CAPTURE(std::string(steady));
    CHECK(found(steady).empty());
  }
}

}  // namespace
}  // namespace react1::media
