// SPDX-License-Identifier: Apache-2.0
// Where the bytes of an MP3 file are frames, what lies between them, and whether its tag says what is there.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "media/format/mp3_frames.hpp"

namespace react1::media {

/// All frames of a file of MPEG audio, layer I to III, found by following their headers. Behind what is no frame, the
/// reading goes on at the next run of frames.
struct Mp3Scan {
  struct Frame {
    std::size_t offset = 0, size = 0;
  };
  std::vector<Frame> frames;  ///< those with sound, in order: the first tag's own is left out
  Mp3Header first;            ///< header of the first of them
  Seconds sound_s;            ///< what they last, the encoder's delay and padding included
  std::size_t id3v2_bytes = 0;
  std::optional<Mp3Tag> tag;                                            ///< of the first frame in the file
  std::int64_t tag_bytes = 0;                                           ///< size of that frame
  std::int64_t leading_bytes = 0, inner_bytes = 0, trailing_bytes = 0;  ///< no frames and no ID3v2 at the start
  std::int64_t inner_tags = 0;  ///< tag frames behind the first frame, which count as frames: players play them
  bool cut_off = false;         ///< the last frame is longer than the file; it is not counted
  bool changes_rate = false, changes_channels = false, changes_bitrate = false;

  [[nodiscard]] bool uniform() const noexcept { return !changes_rate && !changes_channels; }
  /// Of the frames with sound.
  [[nodiscard]] std::int64_t sound_bytes() const noexcept;
  /// How many frames with sound its tag promises more than there are; 0 when it promises none.
  [[nodiscard]] std::int64_t missing_frames() const noexcept;
  /// Why the file as it is tells a reader something wrong, or makes it look for frames; one sentence each. Empty: one
  /// run of frames, from the first byte behind ID3v2 to the last, and a tag that is right or not needed.
  [[nodiscard]] std::vector<std::string> flaws() const;
};

/// nullopt when no run of at least three frames is found, or of two that are the whole file.
[[nodiscard]] std::optional<Mp3Scan> scan_mp3(std::span<const std::uint8_t> file);

/// True when the file begins, behind ID3v2 tags that lie in `head` as a whole, with so many MP3 frames in a row that it
/// is nothing else. `whole`: the head is all of the file.
[[nodiscard]] bool begins_as_mp3(std::span<const std::uint8_t> head, bool whole);

/// True when the file begins, likewise, with frames whose headers name no bit rate.
[[nodiscard]] bool begins_as_free_format(std::span<const std::uint8_t> head);

/// The same frames as a file without flaws: the ID3v2 tags, a fresh tag where the old one told the delay, and every
/// frame. What lay between them is left out.
[[nodiscard]] std::vector<std::byte> mended_mp3(std::span<const std::uint8_t> file, const Mp3Scan& scan);

}  // namespace react1::media
