// SPDX-License-Identifier: Apache-2.0
#include "media/format/mp3_frames.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>
#include <utility>

namespace react1::media {
namespace {

using BitRates = std::array<int, 15>;  // kbit/s by index; index 0 is the free format
/// By layer.
constexpr std::array<BitRates, 3> kbps_mpeg1{
    BitRates{0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448},
    BitRates{0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384},
    BitRates{0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320}};
/// MPEG-2 and 2.5: of layer I, and of the other two.
constexpr std::array<BitRates, 2> kbps_mpeg2{
    BitRates{0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256},
    BitRates{0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160}};
constexpr std::array<int, 3> rates_mpeg1{44100, 48000, 32000};
constexpr std::size_t lame_part_of_tag = 24;  ///< bytes of LAME's part of a tag up to delay and padding

std::uint32_t big_endian32(Mp3Bytes bytes) {
  return static_cast<std::uint32_t>(bytes[0]) << 24U | static_cast<std::uint32_t>(bytes[1]) << 16U |
         static_cast<std::uint32_t>(bytes[2]) << 8U | bytes[3];
}

/// Tags after the sound: ID3v1 (128 bytes) and APEv2.
Mp3Bytes without_trailing_tags(Mp3Bytes file) {
  if (file.size() >= 128 && starts_with(file.last(128), "TAG")) file = file.first(file.size() - 128);
  if (file.size() >= 32 && starts_with(file.last(32), "APETAGEX")) {
    const Mp3Bytes footer = file.last(32);
    const std::size_t size = static_cast<std::size_t>(footer[12]) | static_cast<std::size_t>(footer[13]) << 8U |
                             static_cast<std::size_t>(footer[14]) << 16U | static_cast<std::size_t>(footer[15]) << 24U;
    const bool has_header = (footer[23] & 0x80U) != 0;
    const std::size_t whole = size + (has_header ? 32 : 0);
    if (whole <= file.size()) file = file.first(file.size() - whole);
  }
  return file;
}

/// Offset of the first frame that is followed by another one of its kind, or by the end.
std::optional<std::size_t> first_frame(Mp3Bytes file) {
  constexpr std::size_t search_limit = 64U << 10U;
  const std::size_t last = std::min(file.size(), search_limit);
  for (std::size_t at = 0; at + 4 <= last; ++at) {
    const auto header = parse_mp3_header(file.subspan(at));
    if (!header || at + header->size > file.size()) continue;
    const std::size_t next = at + header->size;
    if (next == file.size()) return at;
    const auto second = parse_mp3_header(file.subspan(next));
    if (second && same_stream(*header, *second)) return at;
  }
  return std::nullopt;
}

}  // namespace

bool starts_with(Mp3Bytes bytes, std::string_view text) noexcept {
  return bytes.size() >= text.size() && std::memcmp(bytes.data(), text.data(), text.size()) == 0;
}

std::optional<Mp3Header> parse_mpeg_audio_header(Mp3Bytes bytes) noexcept {
  if (bytes.size() < 4 || bytes[0] != 0xFF || (bytes[1] & 0xE0U) != 0xE0U) return std::nullopt;
  const unsigned version_bits = bytes[1] >> 3U & 3U;
  const unsigned layer_bits = bytes[1] >> 1U & 3U;
  const unsigned bitrate_index = bytes[2] >> 4U;
  const unsigned rate_index = bytes[2] >> 2U & 3U;
  if (version_bits == 1 || layer_bits == 0 || bitrate_index == 0 || bitrate_index == 15 || rate_index == 3) {
    return std::nullopt;
  }
  Mp3Header header;
  header.version = version_bits == 3 ? 1 : (version_bits == 2 ? 2 : 25);
  header.layer = 4 - static_cast<int>(layer_bits);
  const int divider = header.version == 1 ? 1 : (header.version == 2 ? 2 : 4);
  header.sample_rate = rates_mpeg1[rate_index] / divider;
  const BitRates& rates = header.version == 1 ? kbps_mpeg1[static_cast<std::size_t>(header.layer - 1)]
                                              : kbps_mpeg2[header.layer == 1 ? 0 : 1];
  header.bitrate = 1000 * rates[bitrate_index];
  header.samples = header.layer == 1 ? 384 : (header.layer == 3 && header.version != 1 ? 576 : 1152);
  header.mono = (bytes[3] >> 6U & 3U) == 3;
  const auto padding = static_cast<std::size_t>(bytes[2] >> 1U & 1U);
  const std::size_t slot = header.layer == 1 ? 4 : 1;  // layer I counts in words
  const int slots = header.samples / 8 * header.bitrate / header.sample_rate / static_cast<int>(slot);
  header.size = (static_cast<std::size_t>(slots) + padding) * slot;
  return header;
}

std::optional<Mp3Header> parse_mp3_header(Mp3Bytes bytes) noexcept {
  const auto header = parse_mpeg_audio_header(bytes);
  return header && header->layer == 3 ? header : std::nullopt;
}

bool same_stream(const Mp3Header& a, const Mp3Header& b) noexcept {
  return a.version == b.version && a.layer == b.layer && a.sample_rate == b.sample_rate;
}

std::size_t id3v2_size(Mp3Bytes bytes) noexcept {
  if (bytes.size() < 10 || !starts_with(bytes, "ID3")) return 0;
  std::size_t size = 0;
  for (std::size_t i = 6; i < 10; ++i) size = size << 7U | (bytes[i] & 0x7FU);
  const bool has_footer = (bytes[5] & 0x10U) != 0;
  return size + (has_footer ? 20 : 10);
}

std::size_t mp3_tag_offset(const Mp3Header& header) noexcept {
  if (header.version == 1) return header.mono ? 4 + 17 : 4 + 32;
  return header.mono ? 4 + 9 : 4 + 17;
}

namespace {

/// Fraunhofer's tag, always at the same place: its name, then version, delay and quality, bytes and frames.
std::optional<Mp3Tag> parse_vbri(Mp3Bytes frame) {
  constexpr std::size_t at = 4 + 32;
  if (frame.size() < at + 18 || !starts_with(frame.subspan(at), "VBRI")) return std::nullopt;
  Mp3Tag tag;
  tag.variable_rate = true;
  tag.bytes = big_endian32(frame.subspan(at + 10));
  tag.frames = big_endian32(frame.subspan(at + 14));
  return tag;
}

}  // namespace

std::optional<Mp3Tag> parse_mp3_tag(Mp3Bytes frame, const Mp3Header& header) {
  if (header.layer != 3) return std::nullopt;
  const std::size_t offset = mp3_tag_offset(header);
  if (frame.size() < offset + 8) return std::nullopt;
  Mp3Bytes rest = frame.subspan(offset);
  if (!starts_with(rest, "Xing") && !starts_with(rest, "Info")) return parse_vbri(frame);
  Mp3Tag tag;
  tag.variable_rate = rest[0] == 'X';
  const std::uint32_t fields = big_endian32(rest.subspan(4));
  rest = rest.subspan(8);
  for (const auto& [bit, value] : {std::pair{1U, &Mp3Tag::frames}, std::pair{2U, &Mp3Tag::bytes}}) {
    if ((fields & bit) == 0 || rest.size() < 4) continue;
    tag.*value = big_endian32(rest);
    rest = rest.subspan(4);
  }
  const std::size_t others = ((fields & 4U) != 0 ? 100U : 0U) + ((fields & 8U) != 0 ? 4U : 0U);  // seek table, quality
  if (rest.size() < others) return tag;
  rest = rest.subspan(others);
  // The encoder's name (9 bytes), then twelve that end 21 bytes in, then 12 bits of delay and 12 of padding.
  if (rest.size() >= lame_part_of_tag && (starts_with(rest, "LAME") || starts_with(rest, "Lav"))) {
    tag.delay = rest[21] << 4 | rest[22] >> 4;
    tag.padding = (rest[22] & 0x0F) << 8 | rest[23];
  }
  return tag;
}

std::optional<Mp3Frames> count_mp3_frames(Mp3Bytes file) {
  while (const std::size_t id3 = id3v2_size(file)) file = file.subspan(std::min(id3, file.size()));
  file = without_trailing_tags(file);
  const auto start = first_frame(file);
  if (!start) return std::nullopt;
  Mp3Bytes rest = file.subspan(*start);

  Mp3Frames result;
  result.first = *parse_mp3_header(rest);
  result.tag = parse_mp3_tag(rest.first(result.first.size), result.first);
  while (const auto header = parse_mp3_header(rest)) {
    result.changes_rate = result.changes_rate || !same_stream(*header, result.first);
    result.truncated = header->size > rest.size();
    if (result.truncated) break;  // a decoder gets nothing from a part
    ++result.frames;
    result.with_tag = result.with_tag + Rational{header->samples, header->sample_rate};
    rest = rest.subspan(header->size);
  }
  result.trailing_bytes = static_cast<std::int64_t>(rest.size());
  const Seconds one{result.first.samples, result.first.sample_rate};
  result.without_tag = result.tag ? result.with_tag - one : result.with_tag;
  result.gapless = result.without_tag;
  if (result.tag && result.tag->delay && result.tag->padding) {
    const Seconds added{*result.tag->delay + *result.tag->padding, result.first.sample_rate};
    if (added < result.without_tag) result.gapless = result.without_tag - added;
  }
  return result;
}

}  // namespace react1::media
