// SPDX-License-Identifier: Apache-2.0
// Counts the frames of an MP3 file byte by byte, independently of any library that wrote or reads it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include <react1/rational.hpp>

namespace react1::media {

using Mp3Bytes = std::span<const std::uint8_t>;

[[nodiscard]] bool starts_with(Mp3Bytes bytes, std::string_view text) noexcept;

/// One frame header. Source: ISO/IEC 11172-3 2.4.2.3 and 13818-3, MPEG 2.5 by its common extension.
struct Mp3Header {
  int version = 1;      ///< 1 = MPEG-1, 2 = MPEG-2, 25 = MPEG-2.5
  int layer = 3;        ///< 1, 2 or 3
  int sample_rate = 0;  ///< Hz
  int bitrate = 0;      ///< bit/s
  int samples = 0;      ///< per frame and channel: 1152; in layer III 576 below MPEG-1; in layer I 384
  bool mono = false;
  std::size_t size = 0;  ///< of the whole frame, bytes
};

/// nullopt when the four bytes are no header of any layer, or one of a free format.
[[nodiscard]] std::optional<Mp3Header> parse_mpeg_audio_header(std::span<const std::uint8_t> bytes) noexcept;
/// Layer III only.
[[nodiscard]] std::optional<Mp3Header> parse_mp3_header(std::span<const std::uint8_t> bytes) noexcept;
/// True when version, layer and sample rate are the same.
[[nodiscard]] bool same_stream(const Mp3Header& a, const Mp3Header& b) noexcept;

/// Bytes of the ID3v2 tag that `bytes` begin with, as it claims; 0 when there is none.
[[nodiscard]] std::size_t id3v2_size(std::span<const std::uint8_t> bytes) noexcept;

/// The Xing/Info frame, which holds no sound, and LAME's extension of it; or Fraunhofer's VBRI frame.
struct Mp3Tag {
  bool variable_rate = false;          ///< "Xing" or "VBRI" rather than "Info"
  std::optional<std::int64_t> frames;  ///< as the tag claims, itself not counted
  std::optional<std::int64_t> bytes;   ///< as the tag claims, itself counted
  std::optional<int> delay, padding;   ///< samples the encoder added at the start and the end
};

/// Offset of the Xing/Info tag's text in its frame: after the side information, whose size depends on the header.
[[nodiscard]] std::size_t mp3_tag_offset(const Mp3Header& header) noexcept;
/// nullopt when the frame holds sound.
[[nodiscard]] std::optional<Mp3Tag> parse_mp3_tag(std::span<const std::uint8_t> frame, const Mp3Header& header);

struct Mp3Frames {
  Mp3Header first;                  ///< header of the first frame
  std::int64_t frames = 0;          ///< all frames in the file, the tag's own included
  std::int64_t trailing_bytes = 0;  ///< after the last whole frame, ID3v1 and APE tags left out
  bool truncated = false;           ///< the last frame is longer than the file
  bool changes_rate = false;        ///< some frame has another sample rate or length than the first
  std::optional<Mp3Tag> tag;
  Seconds with_tag;     ///< every frame counted, sound or not
  Seconds without_tag;  ///< the tag's own frame left out
  Seconds gapless;      ///< without_tag less delay and padding; = without_tag when not recorded
};

/// nullopt when no frame followed by a second one (or by the end) is found within the first 64 KiB after the ID3v2
/// tags.
[[nodiscard]] std::optional<Mp3Frames> count_mp3_frames(std::span<const std::uint8_t> file);

}  // namespace react1::media
