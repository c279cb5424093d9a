// SPDX-License-Identifier: Apache-2.0
// Compatibility between FFmpeg 5.1 and 8: one name for each moved API.
#pragma once

#include <cstdint>
#include <span>

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
}

namespace react1::media::ff {

/// Side data that belongs to the whole stream (display matrix, Dolby Vision record); empty when absent.
[[nodiscard]] inline std::span<const std::uint8_t> stream_side_data(const AVStream& stream, AVPacketSideDataType type) {
#if LIBAVCODEC_VERSION_INT >= AV_VERSION_INT(60, 31, 102)
  const AVPacketSideData* data =
      av_packet_side_data_get(stream.codecpar->coded_side_data, stream.codecpar->nb_coded_side_data, type);
  return data == nullptr ? std::span<const std::uint8_t>{} : std::span<const std::uint8_t>{data->data, data->size};
#else
  std::size_t size = 0;
  const std::uint8_t* data = av_stream_get_side_data(&stream, type, &size);
  return data == nullptr ? std::span<const std::uint8_t>{} : std::span<const std::uint8_t>{data, size};
#endif
}

[[nodiscard]] inline bool is_interlaced(const AVFrame& frame) noexcept {
#if LIBAVUTIL_VERSION_INT >= AV_VERSION_INT(58, 7, 100)
  return (frame.flags & AV_FRAME_FLAG_INTERLACED) != 0;
#else
  return frame.interlaced_frame != 0;
#endif
}

/// Decoding could begin with this picture.
[[nodiscard]] inline bool is_key(const AVFrame& frame) noexcept {
#if LIBAVUTIL_VERSION_INT >= AV_VERSION_INT(58, 7, 100)
  return (frame.flags & AV_FRAME_FLAG_KEY) != 0;
#else
  return frame.key_frame != 0;
#endif
}

/// Without a flag the top field counts as the first, as in the deinterlacers.
[[nodiscard]] inline bool top_field_first(const AVFrame& frame) noexcept {
#if LIBAVUTIL_VERSION_INT >= AV_VERSION_INT(58, 7, 100)
  return !is_interlaced(frame) || (frame.flags & AV_FRAME_FLAG_TOP_FIELD_FIRST) != 0;
#else
  return !is_interlaced(frame) || frame.top_field_first != 0;
#endif
}

/// Marks a picture as one of two fields.
inline void set_field_order(AVFrame& frame, bool top_first) noexcept {
#if LIBAVUTIL_VERSION_INT >= AV_VERSION_INT(58, 7, 100)
  frame.flags |= AV_FRAME_FLAG_INTERLACED | AV_FRAME_FLAG_TOP_FIELD_FIRST;
  if (!top_first) frame.flags &= ~AV_FRAME_FLAG_TOP_FIELD_FIRST;
#else
  frame.interlaced_frame = 1;
  frame.top_field_first = top_first ? 1 : 0;
#endif
}

/// Lets get_buffer2 be called by the decoder's own threads. From FFmpeg 6 on this is always allowed.
inline void allow_any_thread([[maybe_unused]] AVCodecContext& context) noexcept {
#if LIBAVCODEC_VERSION_MAJOR < 60
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
  context.thread_safe_callbacks = 1;
#pragma GCC diagnostic pop
#endif
}

}  // namespace react1::media::ff
