// SPDX-License-Identifier: Apache-2.0
// The properties of an MP4 with exactly one H.264 stream, from its first picture alone.
#pragma once

#include <cstdint>

extern "C" {
#include <libavformat/avformat.h>
}

namespace react1::media {

/// Fills the stream's parameters (pixel format, colours, shape, field order) as avformat_find_stream_info() would,
/// which decodes seven pictures and more to guess a delay that follows from the MP4's own times. The read position of
/// packets stays. No picture of more than `max_pixels` is decoded. False, with nothing changed, when `format` is
/// another kind of file or its first picture can't be decoded.
[[nodiscard]] bool learn_from_first_picture(AVFormatContext& format, std::int64_t max_pixels);

}  // namespace react1::media
