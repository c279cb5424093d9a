// SPDX-License-Identifier: Apache-2.0
// What the NAL units of an H.264 packet contain, without decoding. Pure functions over bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

extern "C" {
#include <libavcodec/avcodec.h>
}

namespace react1::media {

/// Bytes of each NAL unit's length field in MP4: 1, 2 or 4; 0 when the stream has start codes (Annex B).
[[nodiscard]] int nal_length_size(const AVCodecParameters& parameters) noexcept;

/// How many coded pictures `packet` holds: its slices that begin at the first macroblock (ITU-T H.264 7.4.3,
/// first_mb_in_slice = 0). nullopt when its units don't fill it exactly, or hold what only a decoder can count (slice
/// data partitions, a picture that doesn't begin with its first slice). `length_size` > 0.
[[nodiscard]] std::optional<int> count_pictures(std::span<const std::uint8_t> packet, int length_size) noexcept;

}  // namespace react1::media
