// SPDX-License-Identifier: Apache-2.0
#include "media/stream/picture_joiner.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <vector>

#include "media/stream/demuxer.hpp"
#include "support/paths.hpp"

namespace react1::media {
namespace {

using Bytes = std::vector<std::uint8_t>;

AVCodecParameters codec_of(AVCodecID id, Bytes& extradata) {
  AVCodecParameters codec{};
  codec.codec_id = id;
  codec.extradata = extradata.data();
  codec.extradata_size = static_cast<int>(extradata.size());
  return codec;
}

/// Units with lengths of four bytes, or behind start codes.
Bytes packet_of(const std::vector<Bytes>& units, bool lengths) {
  Bytes packet;
  for (const Bytes& unit : units) {
    const auto size = static_cast<std::uint8_t>(unit.size());
    const Bytes prefix = lengths ? Bytes{0, 0, 0, size} : Bytes{0, 0, 0, 1};
    packet.insert(packet.end(), prefix.begin(), prefix.end());
    packet.insert(packet.end(), unit.begin(), unit.end());
  }
  return packet;
}

const Bytes h264_parameters{0x67, 1, 2}, h264_slice{0x41, 0x80, 3}, h264_message{0x06, 5, 1};
const Bytes hevc_parameters{0x42, 1, 2}, hevc_slice{0x02, 1, 0x80}, hevc_message{0x4e, 1, 5};

Bytes avcc() {
  return {1, 100, 0, 30, 0xff, 0, 0};
}
Bytes hvcc() {
  Bytes header(23, 0);
  header[0] = 1;
  header[21] = 3;
  return header;
}

TEST_CASE("a packet of parameters and messages holds no picture, one with a slice does") {
  for (const bool lengths : {true, false}) {
    CAPTURE(lengths);
    Bytes h264 = lengths ? avcc() : Bytes{}, hevc = lengths ? hvcc() : Bytes{};
    const AVCodecParameters avc = codec_of(AV_CODEC_ID_H264, h264);
    const AVCodecParameters h265 = codec_of(AV_CODEC_ID_HEVC, hevc);
    CHECK_FALSE(has_picture(avc, packet_of({h264_parameters, h264_message}, lengths)));
    CHECK(has_picture(avc, packet_of({h264_parameters, h264_message, h264_slice}, lengths)));
    CHECK_FALSE(has_picture(h265, packet_of({hevc_parameters, hevc_message}, lengths)));
    CHECK(has_picture(h265, packet_of({hevc_parameters, hevc_slice}, lengths)));
  }
}

TEST_CASE("what can't be distinguished counts as a picture") {
  Bytes header = avcc();
  const AVCodecParameters codec = codec_of(AV_CODEC_ID_H264, header);
  CHECK(has_picture(codec, {}));
  CHECK(has_picture(codec, Bytes{0, 0, 1, 0, 0x67}));
  CHECK(has_picture(codec, Bytes{1, 2, 3}));
  Bytes none;
  CHECK(has_picture(codec_of(AV_CODEC_ID_VP9, none), Bytes{0x67, 1}));
}

ff::Packet make(const Bytes& bytes, std::int64_t pts) {
  ff::Packet packet = ff::make_packet();
  REQUIRE(av_new_packet(packet.get(), static_cast<int>(bytes.size())) == 0);
  std::copy(bytes.begin(), bytes.end(), packet->data);
  packet->pts = pts;
  return packet;
}

TEST_CASE("parameters of their own go before the next picture, which keeps its time and its flags") {
  Bytes header = avcc();
  AVCodecParameters codec = codec_of(AV_CODEC_ID_H264, header);
  AVStream stream{};
  stream.codecpar = &codec;
  PictureJoiner joiner;
  const Bytes parameters = packet_of({h264_parameters}, true), picture = packet_of({h264_slice}, true);
  ff::Packet first = make(parameters, 7);
  CHECK_FALSE(joiner.take(stream, *first));
  ff::Packet second = make(parameters, 7);
  CHECK_FALSE(joiner.take(stream, *second));
  ff::Packet third = make(picture, 8);
  third->flags = AV_PKT_FLAG_KEY;
  REQUIRE(joiner.take(stream, *third));
  CHECK(third->pts == 8);
  CHECK((third->flags & AV_PKT_FLAG_KEY) != 0);
  Bytes all = parameters;
  all.insert(all.end(), parameters.begin(), parameters.end());
  all.insert(all.end(), picture.begin(), picture.end());
  CHECK(Bytes(third->data, third->data + third->size) == all);
  CHECK(joiner.joined(0) == 2);
  ff::Packet fourth = make(picture, 9);
  REQUIRE(joiner.take(stream, *fourth));
  CHECK(fourth->size == static_cast<int>(picture.size()));
}

TEST_CASE("what is held is bounded, and forgotten after a jump") {
  Bytes header;
  AVCodecParameters codec = codec_of(AV_CODEC_ID_H264, header);
  AVStream stream{};
  stream.codecpar = &codec;
  PictureJoiner joiner;
  Bytes large = packet_of({h264_message}, false);
  large.resize(70 << 10U, 0xff);
  ff::Packet message = make(large, 0);
  CHECK(joiner.take(stream, *message));
  ff::Packet parameters = make(packet_of({h264_parameters}, false), 0);
  CHECK_FALSE(joiner.take(stream, *parameters));
  joiner.forget();
  ff::Packet picture = make(packet_of({h264_slice}, false), 1);
  REQUIRE(joiner.take(stream, *picture));
  CHECK(picture->size == 7);
}

}  // namespace
}  // namespace react1::media
