// SPDX-License-Identifier: Apache-2.0
#include "media/format/mp3_scan.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "support/paths.hpp"

#include "core/atomic_file.hpp"

namespace react1::media {
namespace {

using Bytes = std::vector<std::uint8_t>;

void append_bytes(Bytes& to, const Bytes& more) {
  to.insert(to.end(), more.begin(), more.end());
}

/// MPEG-1 layer III, 48 kHz, mono; the bit rate by its index (9: 128 kbit/s, 384 bytes).
Bytes scan_frame(unsigned bitrate_index = 9, std::uint8_t mode = 0xC4) {
  Bytes bytes{0xFF, 0xFB, static_cast<std::uint8_t>(bitrate_index << 4U | 4U), mode};
  bytes.resize(parse_mp3_header(bytes).value().size, 0);
  return bytes;
}

Bytes frames(int count) {
  Bytes bytes;
  for (int i = 0; i < count; ++i) append_bytes(bytes, scan_frame());
  return bytes;
}

void put_text(Bytes& bytes, std::size_t at, const std::string& text) {
  std::copy(text.begin(), text.end(), bytes.begin() + static_cast<std::ptrdiff_t>(at));
}

void put_number(Bytes& bytes, std::size_t at, std::uint32_t number, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) bytes[at + i] = static_cast<std::uint8_t>(number >> (8 * (size - 1 - i)));
}

Bytes tag(std::uint32_t count, std::uint32_t bytes_in_all, std::uint32_t delay = 576, std::uint32_t padding = 1000) {
  Bytes bytes = scan_frame();
  put_text(bytes, 21, "Info");
  put_number(bytes, 25, 3, 4);
  put_number(bytes, 29, count, 4);
  put_number(bytes, 33, bytes_in_all, 4);
  put_text(bytes, 37, "LAME3.100");
  put_number(bytes, 37 + 21, delay << 12 | padding, 3);
  return bytes;
}

Bytes right_file(int count) {
  Bytes file = tag(static_cast<std::uint32_t>(count), static_cast<std::uint32_t>(count + 1) * 384);
  append_bytes(file, frames(count));
  return file;
}

bool says(const Mp3Scan& scan, const std::string& words) {
  const auto flaws = scan.flaws();
  return std::any_of(flaws.begin(), flaws.end(),
                     [&words](const std::string& flaw) { return flaw.find(words) != std::string::npos; });
}

/// What a scan finds in the mended file: nothing to mend.
Mp3Scan mended(const Bytes& file, const Mp3Scan& scan) {
  const auto bytes = mended_mp3(file, scan);
  const auto again = scan_mp3({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
  REQUIRE(again);
  CHECK(again->frames.size() == scan.frames.size());
  CHECK(again->sound_bytes() == scan.sound_bytes());
  CHECK(again->inner_bytes == 0);
  CHECK(again->leading_bytes == 0);
  CHECK(again->trailing_bytes == 0);
  return *again;
}

TEST_CASE("one run of frames with a right tag has no flaw") {
  const Bytes file = right_file(20);
  const auto scan = scan_mp3(file);
  REQUIRE(scan);
  CHECK(scan->flaws() == std::vector<std::string>{});
  CHECK(scan->frames.size() == 20);
  CHECK(scan->sound_s == Seconds(20 * 1152, 48000));
  CHECK(scan->tag->delay == 576);
  // Some encoders leave the tag's own frame out of the bytes.
  Bytes other = tag(20, 20 * 384);
  append_bytes(other, frames(20));
  CHECK(scan_mp3(other)->flaws().empty());
  CHECK(scan_mp3(frames(12))->flaws().empty());
}

TEST_CASE("bytes that are no frames are found before, between and behind the frames, wherever they begin") {
  for (const std::size_t size : {1U, 3U, 100U, 191U, 384U, 5000U}) {
    CAPTURE(size);
    for (const int fill : {0x00, 0xFF, 0x55}) {
      CAPTURE(fill);
      const Bytes junk(size, static_cast<std::uint8_t>(fill));
      Bytes file = junk;
      append_bytes(file, right_file(8));
      append_bytes(file, junk);
      append_bytes(file, frames(9));
      append_bytes(file, junk);
      const auto scan = scan_mp3(file);
      REQUIRE(scan);
      CHECK(scan->frames.size() == 17);
      CHECK(scan->leading_bytes == static_cast<std::int64_t>(size));
      CHECK(scan->inner_bytes == static_cast<std::int64_t>(size));
      CHECK(scan->trailing_bytes == static_cast<std::int64_t>(size));
      CHECK(mended(file, *scan).flaws().empty());
    }
  }
}

TEST_CASE("a header in the middle that was overwritten costs its frame alone") {
  Bytes file = right_file(20);
  file[384 * 7] = 0;
  const auto scan = scan_mp3(file);
  REQUIRE(scan);
  CHECK(scan->frames.size() == 19);
  CHECK(scan->inner_bytes == 384);
  CHECK(scan->missing_frames() == 1);
}

TEST_CASE("ID3 tags between joined files are skipped as a whole, whatever they hold") {
  Bytes file = right_file(10);
  Bytes id3v1(128, ' ');
  put_text(id3v1, 0, "TAG");
  append_bytes(file, id3v1);
  Bytes id3v2{'I', 'D', '3', 4, 0, 0, 0, 0, 0x0C, 0x00};  // 1536 bytes
  append_bytes(id3v2, frames(4));
  append_bytes(file, id3v2);
  append_bytes(file, right_file(5));
  const auto scan = scan_mp3(file);
  REQUIRE(scan);
  CHECK(scan->frames.size() == 16);
  CHECK(scan->inner_tags == 1);
  CHECK(scan->inner_bytes == 128 + 10 + 1536);
  CHECK(says(*scan, "10 frames, 16 are there: files were joined"));
  const Mp3Scan again = mended(file, *scan);
  CHECK(again.tag->frames == 16);
  CHECK(again.tag->delay == 576);
  CHECK(again.tag->padding == 0);
  CHECK(again.flaws().empty());
}

TEST_CASE("a tag that is wrong in frames, bytes or padding is a flaw, and the mended one is right") {
  for (const auto& [wrong, words] :
       {std::pair{tag(19, 21 * 384), "says 19 frames, 20"}, std::pair{tag(20, 21 * 384 + 128), "bytes"},
        std::pair{tag(20, 21 * 384, 4000, 4095), ""}}) {
    Bytes file = wrong;
    append_bytes(file, frames(20));
    const auto scan = scan_mp3(file);
    REQUIRE(scan);
    if (*words != '\0') CHECK(says(*scan, words));
    CHECK(scan->flaws().empty() == (*words == '\0'));
    CHECK(mended(file, *scan).flaws().empty());
  }
  Bytes file = tag(3, 4 * 384, 4000, 4095);
  append_bytes(file, frames(3));
  CHECK(says(*scan_mp3(file), "more padding than there is sound"));
}

TEST_CASE("changes of rate, channels and bit rate are reported") {
  Bytes stereo = frames(5);
  for (int i = 0; i < 5; ++i) append_bytes(stereo, scan_frame(9, 0x44));
  CHECK(says(*scan_mp3(stereo), "number of channels"));
  CHECK_FALSE(scan_mp3(stereo)->uniform());

  Bytes bitrates = frames(5);
  for (int i = 0; i < 5; ++i) append_bytes(bitrates, scan_frame(10));
  CHECK(says(*scan_mp3(bitrates), "bit rate varies, and no tag"));
  CHECK(scan_mp3(bitrates)->uniform());

  Bytes rates = frames(5);
  for (int i = 0; i < 5; ++i) {
    Bytes other{0xFF, 0xFB, 0x90, 0xC4};  // 44.1 kHz
    other.resize(parse_mp3_header(other).value().size, 0);
    append_bytes(rates, other);
  }
  const auto scan = scan_mp3(rates);
  CHECK(says(*scan, "sample rate"));
  CHECK(scan->sound_s == Seconds(5 * 1152, 48000) + Seconds(5 * 1152, 44100));
}

TEST_CASE("a last frame that is cut off is left out") {
  Bytes file = frames(10);
  file.pop_back();
  const auto scan = scan_mp3(file);
  REQUIRE(scan);
  CHECK(scan->frames.size() == 9);
  CHECK(says(*scan, "cut off"));
}

TEST_CASE("what is no MP3 is not taken for it") {
  CHECK_FALSE(scan_mp3({}));
  CHECK_FALSE(scan_mp3(Bytes(100'000, 0)));
  CHECK_FALSE(scan_mp3(Bytes(100'000, 0xFF)));
  CHECK_FALSE(scan_mp3(frames(1)));
  Bytes alone(1000, 0);
  append_bytes(alone, frames(2));
  append_bytes(alone, Bytes(1000, 0));
  CHECK_FALSE(scan_mp3(alone));
  for (const char* name :
       {"presenter_h264_25fps_6s.mp4", "voice_mono_48k_5s.wav", "audio_only.m4a", "voice_raw_adts_4s.aac"}) {
    CAPTURE(std::string(name));
    const std::string text = read_file(test::fixture(name));
    CHECK_FALSE(scan_mp3({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}));
  }
}

TEST_CASE("a file that begins with a run of frames is MP3 for certain, and a free format is known") {
  CHECK(begins_as_mp3(frames(11), false));
  CHECK_FALSE(begins_as_mp3(frames(5), false));
  CHECK(begins_as_mp3(frames(5), true));
  Bytes later(10, 0);
  append_bytes(later, frames(20));
  CHECK_FALSE(begins_as_mp3(later, true));
  Bytes free = frames(5);
  for (std::size_t at = 2; at < free.size(); at += 384) free[at] &= 0x0F;
  CHECK(begins_as_free_format(free));
  CHECK_FALSE(begins_as_free_format(frames(5)));
  CHECK_FALSE(begins_as_free_format(Bytes(5000, 0xFF)));
  CHECK_FALSE(begins_as_free_format({}));
}

TEST_CASE("a mended file cut at any byte is scanned without reading past its end") {
  Bytes file = right_file(6);
  append_bytes(file, Bytes(50, 1));
  append_bytes(file, frames(4));
  for (std::size_t size = 0; size <= file.size(); ++size) {
    const Bytes part(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(size));
    if (const auto scan = scan_mp3(part)) (void)mended_mp3(part, *scan);
  }
}

}  // namespace
}  // namespace react1::media
