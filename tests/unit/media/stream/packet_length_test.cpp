// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "media/stream/decoder.hpp"
#include "media/stream/demuxer.hpp"
#include "media/stream/packet_length.hpp"
#include "support/paths.hpp"

using namespace react1;
using namespace react1::media;

namespace {

/// Compares what each packet's header says with what a decoder gives for it.
int check_flac(const std::string& path) {
  Demuxer demuxer(path, DemuxerOptions{}, RunContext{});
  Decoder decoder(demuxer.stream(0), /*threads=*/1, path);
  const ff::Packet packet = ff::make_packet();
  const ff::Frame frame = ff::make_frame();
  int packets = 0;
  while (demuxer.read(*packet)) {
    std::int64_t decoded = 0;
    decoder.decode(packet.get(), *frame, [&](const AVFrame& one) { decoded += one.nb_samples; });
    CHECK(flac_samples(packet->data, packet->size) == decoded);
    ++packets;
  }
  return packets;
}

/// A frame's header with this block size code, a number of `length` bytes, and room for what follows.
std::optional<std::int64_t> flac_header(unsigned code, int length, std::int64_t less_one) {
  std::vector<std::uint8_t> bytes{0xFF, 0xF8, static_cast<std::uint8_t>(code << 4U), 0,
                                  static_cast<std::uint8_t>(length == 1 ? 5 : 0xFF00U >> length)};
  for (int i = 1; i < length; ++i) bytes.push_back(0x81);
  if (code == 7) bytes.push_back(static_cast<std::uint8_t>(less_one >> 8U));
  if (code == 6 || code == 7) bytes.push_back(static_cast<std::uint8_t>(less_one & 0xFF));
  bytes.insert(bytes.end(), {0x11, 0x22});
  return flac_samples(bytes.data(), static_cast<int>(bytes.size()));
}

}  // namespace

TEST_CASE("an Opus packet's first bytes say how long it is, for every configuration and frame count") {
  // RFC 6716, table 2: the frame of each configuration in tenths of a millisecond.
  constexpr std::array<int, 32> tenths{100, 200, 400, 600, 100, 200, 400, 600, 100, 200, 400, 600, 100, 200, 100, 200,
                                       25,  50,  100, 200, 25,  50,  100, 200, 25,  50,  100, 200, 25,  50,  100, 200};
  for (unsigned config = 0; config < tenths.size(); ++config) {
    const std::int64_t frame = std::int64_t{tenths.at(config)} * 48 / 10;
    CAPTURE(config);
    for (const unsigned stereo : {0U, 4U}) {
      const auto toc = [&](unsigned code) { return static_cast<std::uint8_t>((config << 3U) | stereo | code); };
      const std::array<std::uint8_t, 2> one{toc(0), 0}, two{toc(1), 0}, unequal{toc(2), 0};
      CHECK(opus_samples(one.data(), 2) == frame);
      CHECK(opus_samples(two.data(), 2) == 2 * frame);
      CHECK(opus_samples(unequal.data(), 2) == 2 * frame);
      for (std::uint8_t count = 0; count < 64; ++count) {
        const std::array<std::uint8_t, 2> many{toc(3), count};
        const bool valid = count > 0 && count * frame <= 5760;
        CHECK(opus_samples(many.data(), 2) == (valid ? std::optional<std::int64_t>(count * frame) : std::nullopt));
      }
    }
  }
  CHECK_FALSE(opus_samples(nullptr, 0));
  const std::uint8_t alone = 3;
  CHECK_FALSE(opus_samples(&alone, 1));
}

TEST_CASE("a FLAC frame's header says how long it is, as its decoder does") {
  int packets = 0;
  for (const char* name :
       {"voice_leading_silence_6s.flac", "voice_96k_24bit_1s.flac", "coarse_flac_2s.mkv", "joined_alike_flac_2s.ogg"}) {
    CAPTURE(name);
    packets += check_flac(test::fixture(name));
  }
  CHECK(packets > 50);
}

TEST_CASE("every block size code of FLAC is read, whatever the length of the frame's number") {
  for (int length = 1; length <= 7; ++length) {
    CAPTURE(length);
    CHECK_FALSE(flac_header(0, length, 0));
    CHECK(flac_header(1, length, 0) == 192);
    for (unsigned code = 2; code <= 5; ++code) CHECK(flac_header(code, length, 0) == 576 << (code - 2));
    for (unsigned code = 8; code <= 15; ++code) CHECK(flac_header(code, length, 0) == 256 << (code - 8));
    for (std::int64_t less_one = 0; less_one < 256; ++less_one) CHECK(flac_header(6, length, less_one) == less_one + 1);
    for (std::int64_t less_one = 0; less_one < 65536; less_one += 251) {
      CHECK(flac_header(7, length, less_one) == less_one + 1);
    }
  }
  CHECK_FALSE(flac_samples(nullptr, 0));
}

TEST_CASE("a packet of ALAC says how long it is, or holds what the cookie says") {
  constexpr std::int64_t usual = 4096;
  const auto packet = [](std::uint32_t count, bool has_count, unsigned kind) {
    // 23 bits of header, of which bit 19 says that a count follows, and the count behind them.
    const std::uint64_t bits = std::uint64_t{kind} << 53U | std::uint64_t{has_count ? 1U : 0U} << 36U |
                               std::uint64_t{has_count ? count : 0U} << 1U;
    std::array<std::uint8_t, 8> bytes{};
    for (std::size_t i = 0; i < 7; ++i) bytes.at(i) = static_cast<std::uint8_t>(bits >> (48 - 8 * i));
    return bytes;
  };
  for (const std::uint32_t count : {1U, 2U, 255U, 256U, 4095U, 4096U}) {
    CAPTURE(count);
    CHECK(alac_samples(packet(count, true, 1).data(), 8, usual) == count);
    CHECK(alac_samples(packet(count, false, 0).data(), 8, usual) == usual);
  }
  CHECK_FALSE(alac_samples(packet(4097, true, 0).data(), 8, usual));
  CHECK_FALSE(alac_samples(packet(0xFFFFFFFF, true, 0).data(), 8, usual));
  CHECK_FALSE(alac_samples(packet(0, true, 0).data(), 8, usual));
  CHECK_FALSE(alac_samples(packet(4096, true, 0).data(), 6, usual));
  CHECK_FALSE(alac_samples(packet(4096, false, 7).data(), 8, usual));
  CHECK_FALSE(alac_samples(packet(4096, false, 0).data(), 8, 0));
  CHECK_FALSE(alac_samples(nullptr, 0, usual));
}

TEST_CASE("a packet of QuickTime's IMA ADPCM holds whole blocks") {
  CHECK(adpcm_ima_qt_samples(34, 1) == 64);
  CHECK(adpcm_ima_qt_samples(68, 2) == 64);
  CHECK(adpcm_ima_qt_samples(340, 2) == 320);
  CHECK(adpcm_ima_qt_samples(33, 1) == 0);
  CHECK(adpcm_ima_qt_samples(34, 0) == 0);
}
