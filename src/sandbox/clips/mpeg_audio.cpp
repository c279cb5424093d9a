// SPDX-License-Identifier: Apache-2.0
#include "sandbox/clips/mpeg_audio.hpp"

#include <array>
#include <cstddef>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>

namespace react1::sandbox {
namespace {

struct FrameHead {
  std::size_t bytes = 0;
  int samples = 0;
  int sample_rate = 0;
};

std::uint8_t byte_at(std::string_view data, std::size_t at) {
  return static_cast<std::uint8_t>(data[at]);
}

// ISO/IEC 11172-3 2.4.2.3 and 13818-3: kbit/s by [MPEG-1 I, II, III, MPEG-2 I, MPEG-2 II and III][index].
constexpr std::array<std::array<int, 15>, 5> bitrates{{
    {0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448},
    {0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384},
    {0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320},
    {0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256},
    {0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160},
}};
constexpr std::array<int, 3> mpeg1_rates{44'100, 48'000, 32'000};

std::optional<FrameHead> frame_at(std::string_view data, std::size_t at) {
  if (at + 4 > data.size() || byte_at(data, at) != 0xFF || (byte_at(data, at + 1) & 0xE0U) != 0xE0U) {
    return std::nullopt;
  }
  const unsigned version = (byte_at(data, at + 1) >> 3U) & 3U;  // 0 = MPEG-2.5, 2 = MPEG-2, 3 = MPEG-1
  const unsigned layer = 4U - ((byte_at(data, at + 1) >> 1U) & 3U);
  const unsigned bitrate_index = byte_at(data, at + 2) >> 4U;
  const unsigned rate_index = (byte_at(data, at + 2) >> 2U) & 3U;
  const bool padded = (byte_at(data, at + 2) & 2U) != 0;
  if (version == 1 || layer == 4 || bitrate_index == 0 || bitrate_index == 15 || rate_index == 3) return std::nullopt;

  const bool first = version == 3;
  const std::size_t table = first ? layer - 1 : (layer == 1 ? 3U : 4U);
  const int bits = bitrates[table][bitrate_index] * 1000;
  FrameHead head;
  head.sample_rate = mpeg1_rates[rate_index] / (first ? 1 : version == 2 ? 2 : 4);
  head.samples = layer == 1 ? 384 : layer == 3 && !first ? 576 : 1152;
  const int slot = layer == 1 ? 4 : 1;
  const int slots = head.samples / 8 / slot * bits / head.sample_rate + (padded ? 1 : 0);
  head.bytes = static_cast<std::size_t>(slots) * static_cast<std::size_t>(slot);
  return head;
}

/// The size of an ID3v2 tag at the start, header and footer included.
std::size_t id3v2_size(std::string_view data) {
  if (data.size() < 10 || data.substr(0, 3) != "ID3") return 0;
  std::size_t size = 0;
  for (std::size_t i = 6; i < 10; ++i) size = (size << 7U) | (byte_at(data, i) & 0x7FU);
  const bool footer = (byte_at(data, 5) & 0x10U) != 0;
  return size + (footer ? 20 : 10);
}

std::string_view without_id3v1(std::string_view data) {
  const bool tagged = data.size() >= 128 && data.substr(data.size() - 128, 3) == "TAG";
  return tagged ? data.substr(0, data.size() - 128) : data;
}

/// A frame counts when another follows it directly or the file ends there: four bytes alone resemble a header often.
bool confirmed(std::string_view data, std::size_t at, const FrameHead& head) {
  const std::size_t next = at + head.bytes;
  return next >= data.size() || frame_at(data, next).has_value();
}

}  // namespace

MpegAudioCount count_mpeg_audio(std::istream& file) {
  const std::string content{std::istreambuf_iterator<char>{file}, std::istreambuf_iterator<char>{}};
  const std::string_view data = without_id3v1(content);
  MpegAudioCount count;
  bool in_step = false;
  std::size_t at = id3v2_size(data);
  while (at + 4 <= data.size()) {
    const auto head = frame_at(data, at);
    if (!head || (!in_step && !confirmed(data, at, *head))) {
      in_step = false;
      ++at;
      continue;
    }
    in_step = true;
    ++count.frames;
    count.duration_s = count.duration_s + Rational{head->samples, head->sample_rate};
    at += head->bytes;
  }
  return count;
}

}  // namespace react1::sandbox
