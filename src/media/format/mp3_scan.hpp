// SPDX-License-Identifier: Apache-2.0
// Finds the frames of an MP3 file, the bytes between them, and whether its tag is right.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "media/format/mp3_frames.hpp"

namespace react1::media {

/// All frames of a file of MPEG audio, layer I to III, found by following their headers. After other
/// bytes, reading continues at the next run of frames.
struct Mp3Scan {
  struct Frame {
    std::size_t offset = 0, size = 0;
  };
  std::vector<Frame> frames;  ///< those with sound, in order: the first tag's own is left out
  Mp3Header first;            ///< header of the first of them
  Seconds sound_s;            ///< what they last, the encoder's delay and padding included
  std::size_t id3v2_bytes = 0;
  std::optional<Mp3Tag> tag;   ///< of the first frame in the file
  std::int64_t tag_bytes = 0;  ///< size of that frame
  std::int64_t leading_bytes = 0, inner_bytes = 0,
               trailing_bytes = 0;  ///< neither frames nor an ID3v2 tag at the start
  std::int64_t inner_tags = 0;      ///< tag frames after the first frame, which count as frames: players play them
  bool cut_off = false;             ///< the last frame is longer than the file; it is not counted
  bool changes_rate = false, changes_channels = false, changes_bitrate = false;

  [[nodiscard]] bool uniform() const noexcept { return !changes_rate && !changes_channels; }
  /// Of the frames with sound.
  [[nodiscard]] std::int64_t sound_bytes() const noexcept;
  /// By how many frames the tag's claim exceeds the frames with sound; at least 0.
  [[nodiscard]] std::int64_t missing_frames() const noexcept;
  /// What misleads a reader of the file, or makes it search for frames; one sentence each. Empty: one
  /// run of frames, from the first byte after ID3v2 to the last, and a tag that is right or not needed.
  [[nodiscard]] std::vector<std::string> flaws() const;
};

/// nullopt when no run of at least three frames is found, or of two that are the whole file.
[[nodiscard]] std::optional<Mp3Scan> scan_mp3(std::span<const std::uint8_t> file);

/// True when the file begins, after ID3v2 tags that are completely in `head`, with enough consecutive MP3 frames
/// to be certain. `whole`: the head is all of the file.
[[nodiscard]] bool begins_as_mp3(std::span<const std::uint8_t> head, bool whole);

/// True when the file begins, likewise, with frames whose headers name no bit rate.
[[nodiscard]] bool begins_as_free_format(std::span<const std::uint8_t> head);

/// The same frames as a file without flaws: the ID3v2 tags, a new tag where the old one had the delay,
/// and every frame. Other bytes are left out.
[[nodiscard]] std::vector<std::byte> mended_mp3(std::span<const std::uint8_t> file, const Mp3Scan& scan);

}  // namespace react1::media
