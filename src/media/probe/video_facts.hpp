// SPDX-License-Identifier: Apache-2.0
// A video stream's parameters and side data as MediaInfo. Nothing is measured here.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

extern "C" {
#include <libavformat/avformat.h>
}

#include <react1/media_info.hpp>

namespace react1::media {

/// From the nine numbers of a display matrix (16.16 fixed point, FFmpeg's order). Angles between the quarters go to
/// the nearest one.
[[nodiscard]] Orientation orientation_of_matrix(std::span<const std::int32_t, 9> matrix) noexcept;
/// The display matrix, else the old "rotate" tag, else upright.
[[nodiscard]] Orientation orientation_of(const AVStream& stream);

/// "" | "pq" | "hlg" | "dolby_vision_N": a Dolby Vision stream whose base layer is ordinary HDR counts as that, except
/// profile 8.4, which is named (its base is HLG).
[[nodiscard]] std::string hdr_of(const AVStream& stream);

/// nullopt when the parameters do not specify it.
[[nodiscard]] std::optional<bool> interlaced_of(const AVStream& stream);

/// Fills everything that needs no packet: codec, sizes, shape, colour.
void fill_video_parameters(VideoInfo& video, AVFormatContext& format, AVStream& stream);

}  // namespace react1::media
