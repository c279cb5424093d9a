// SPDX-License-Identifier: Apache-2.0
#include "media/format/mp3_frames.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <vector>

namespace react1::media {
namespace {

using Bytes = std::vector<std::uint8_t>;

/// An MPEG-1 layer III frame header: 128 kbit/s, 48 kHz, mono; 384 bytes.
constexpr std::uint8_t header48[] = {0xFF, 0xFB, 0x94, 0xC4};

Bytes frame(std::size_t size = 384, const std::uint8_t (&header)[4] = header48) {
  Bytes bytes(size, 0);
  std::copy(std::begin(header), std::end(header), bytes.begin());
  return bytes;
}

void put(Bytes& bytes, std::size_t at, const std::string& text) {
  std::copy(text.begin(), text.end(), bytes.begin() + static_cast<std::ptrdiff_t>(at));
}

void append(Bytes& to, const Bytes& more) {
  to.insert(to.end(), more.begin(), more.end());
}

/// The Info frame as LAME writes it for mono: text at 21, all four fields, then the encoder's part.
Bytes info_frame(std::uint32_t frames, int delay, int padding) {
  Bytes bytes = frame();
  put(bytes, 21, "Info");
  bytes[28] = 0x0F;
  for (std::size_t i = 0; i < 4; ++i) bytes[29 + i] = static_cast<std::uint8_t>(frames >> (24 - 8 * i));
  const std::size_t lame = 29 + 4 + 4 + 100 + 4;
  put(bytes, lame, "LAME3.100");
  bytes[lame + 21] = static_cast<std::uint8_t>(delay >> 4);
  bytes[lame + 22] = static_cast<std::uint8_t>((delay & 0xF) << 4 | padding >> 8);
  bytes[lame + 23] = static_cast<std::uint8_t>(padding & 0xFF);
  return bytes;
}

TEST_CASE("every physical frame counts, the tag's own included") {
  Bytes file = info_frame(625, 576, 1152);
  for (int i = 0; i < 625; ++i) append(file, frame());
  const auto result = count_mp3_frames(file);
  REQUIRE(result);
  CHECK(result->frames == 626);
  CHECK(result->with_tag == Rational{626 * 1152, 48000});
  CHECK(result->without_tag == Rational{15});
  CHECK(result->gapless == Rational{625 * 1152 - 576 - 1152, 48000});
  REQUIRE(result->tag);
  CHECK(result->tag->frames == 625);
  CHECK(result->tag->delay == 576);
  CHECK(result->tag->padding == 1152);
  CHECK_FALSE(result->tag->variable_rate);
  CHECK(result->trailing_bytes == 0);
}

TEST_CASE("without a tag both measures are the same") {
  Bytes file;
  for (int i = 0; i < 10; ++i) append(file, frame());
  const auto result = count_mp3_frames(file);
  REQUIRE(result);
  CHECK_FALSE(result->tag.has_value());
  CHECK(result->frames == 10);
  CHECK(result->with_tag == result->without_tag);
  CHECK(result->gapless == Rational{10 * 1152, 48000});
}

TEST_CASE("ID3 tags in front and behind are no sound") {
  // 300 bytes of ID3v2 body: 0x02 0x2C in seven bits per byte.
  Bytes file{'I', 'D', '3', 4, 0, 0, 0, 0, 0x02, 0x2C};
  file.resize(310, 0xFF);  // bytes that look like sync words
  for (int i = 0; i < 5; ++i) append(file, frame());
  Bytes id3v1(128, ' ');
  put(id3v1, 0, "TAG");
  append(file, id3v1);
  const auto result = count_mp3_frames(file);
  REQUIRE(result);
  CHECK(result->frames == 5);
  CHECK(result->trailing_bytes == 0);
}

TEST_CASE("a frame cut off by the end of the file is not counted") {
  Bytes file;
  for (int i = 0; i < 4; ++i) append(file, frame());
  file.pop_back();
  const auto result = count_mp3_frames(file);
  REQUIRE(result);
  CHECK(result->frames == 3);
  CHECK(result->truncated);
}

TEST_CASE("frame sizes and lengths follow version, rate and padding") {
  struct Case {
    std::uint8_t bytes[4];
    int sample_rate, samples;
    std::size_t size;
  };
  const Case cases[] = {
      {{0xFF, 0xFB, 0x90, 0x00}, 44100, 1152, 417},   // MPEG-1, 128 kbit/s
      {{0xFF, 0xFB, 0x92, 0x00}, 44100, 1152, 418},   // the same, padded
      {{0xFF, 0xFA, 0xE8, 0x00}, 32000, 1152, 1440},  // 320 kbit/s, with checksum
      {{0xFF, 0xF3, 0x80, 0xC0}, 22050, 576, 208},    // MPEG-2, 64 kbit/s
      {{0xFF, 0xF3, 0x88, 0xC0}, 16000, 576, 288},   {{0xFF, 0xE3, 0x48, 0xC0}, 8000, 576, 288},  // MPEG-2.5, 32 kbit/s
  };
  for (const Case& expected : cases) {
    const auto header = parse_mp3_header(expected.bytes);
    REQUIRE(header);
    CHECK(header->sample_rate == expected.sample_rate);
    CHECK(header->samples == expected.samples);
    CHECK(header->size == expected.size);
  }
}

TEST_CASE("what is no layer III header is refused") {
  const std::uint8_t refused[][4] = {
      {0xFF, 0xFB, 0xF0, 0x00},  // bit rate 15
      {0xFF, 0xFB, 0x00, 0x00},  // free format
      {0xFF, 0xFB, 0x9C, 0x00},  // sample rate 3
      {0xFF, 0xFD, 0x90, 0x00},  // layer II
      {0xFF, 0xEB, 0x90, 0x00},  // reserved version
      {0xFE, 0xFB, 0x90, 0x00},
  };
  for (const auto& bytes : refused) CHECK_FALSE(parse_mp3_header(bytes).has_value());
  CHECK_FALSE(parse_mp3_header({}).has_value());
  CHECK_FALSE(count_mp3_frames(Bytes(1000, 0)).has_value());
  CHECK_FALSE(count_mp3_frames({}).has_value());
}

TEST_CASE("a file cut at any byte never yields more than it holds") {
  Bytes file = info_frame(3, 576, 600);
  for (int i = 0; i < 3; ++i) append(file, frame());
  for (std::size_t size = 0; size <= file.size(); ++size) {
    const auto result = count_mp3_frames(std::span{file}.first(size));
    if (result) CHECK(result->frames == static_cast<std::int64_t>(size / 384));
  }
}

}  // namespace
}  // namespace react1::media
