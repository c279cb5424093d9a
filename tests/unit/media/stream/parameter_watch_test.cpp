// SPDX-License-Identifier: Apache-2.0
#include "media/stream/parameter_watch.hpp"

#include <doctest/doctest.h>

#include <string>

#include "media/ff/handles.hpp"
#include "support/paths.hpp"

#include <react1/media.hpp>

namespace react1::media {
namespace {

/// An H.264 stream; `extradata` of MP4's kind says how long the length fields are.
struct Stream {
  AVCodecParameters parameters{};
  AVStream stream{};
  std::string extradata;

  explicit Stream(std::string avcc) : extradata(std::move(avcc)) {
    parameters.codec_id = AV_CODEC_ID_H264;
    parameters.extradata = reinterpret_cast<std::uint8_t*>(extradata.data());
    parameters.extradata_size = static_cast<int>(extradata.size());
    stream.codecpar = &parameters;
  }
};

bool changes(const Stream& of, std::initializer_list<std::string> packets, int flags = AV_PKT_FLAG_KEY) {
  ParameterWatch watch(of.stream);
  for (std::string bytes : packets) {
    const ff::Packet packet = ff::make_packet();
    packet->data = reinterpret_cast<std::uint8_t*>(bytes.data());
    packet->size = static_cast<int>(bytes.size());
    packet->flags = flags;
    watch.look(*packet);
  }
  return watch.changed();
}

const std::string slice("\x65slice");
std::string parameters(const std::string& of) {
  return "\x67" + of;
}
std::string coded(const std::string& unit) {
  return std::string("\0\0\0\1", 4) + unit;
}
std::string counted(const std::string& unit) {
  return std::string("\0\0\0", 3) + static_cast<char>(unit.size()) + unit;
}

TEST_CASE("other parameters before a later key frame are a change, the same ones again are not") {
  const Stream transport("");
  CHECK_FALSE(changes(transport, {coded(parameters("A")) + coded(slice), coded(parameters("A")) + coded(slice)}));
  CHECK(changes(transport, {coded(parameters("A")) + coded(slice), coded(parameters("B")) + coded(slice)}));
  const Stream mp4(std::string("\1\x64\0\x1f\xff\xe1\0", 7));
  CHECK_FALSE(changes(mp4, {counted(parameters("A")) + counted(slice), counted(parameters("A")) + counted(slice)}));
  CHECK(changes(mp4, {counted(parameters("A")) + counted(slice), counted(parameters("B")) + counted(slice)}));
}

TEST_CASE("what follows a slice, is in a packet that is no key frame, or in garbage is ignored") {
  const Stream transport("");
  CHECK_FALSE(changes(transport, {coded(parameters("A")) + coded(slice), coded(slice) + coded(parameters("B"))}));
  CHECK_FALSE(changes(transport, {coded(parameters("A")), coded(parameters("B"))}, /*flags=*/0));
  const Stream mp4(std::string("\1\x64\0\x1f\xff\xe1\0", 7));
  CHECK_FALSE(changes(mp4, {std::string("\xff\xff\xff\xff\x67", 5), std::string(3, '\0')}));
}

TEST_CASE("a transport stream that switches its size is reported by probe, one that does not is not") {
  const MediaInfo switched = probe(test::fixture("size_change.ts"));
  REQUIRE(switched.video);
  CHECK(switched.video->parameters_change);
  const MediaInfo plain = probe(test::fixture("transport_2s.ts"));
  REQUIRE(plain.video);
  CHECK_FALSE(plain.video->parameters_change);
}

}  // namespace
}  // namespace react1::media
