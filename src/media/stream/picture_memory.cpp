// SPDX-License-Identifier: Apache-2.0
#include "media/stream/picture_memory.hpp"

#include <algorithm>
#include <cerrno>
#include <exception>
#include <utility>

#include "media/ff/compat.hpp"

extern "C" {
#include <libavutil/cpu.h>
#include <libavutil/imgutils.h>
}

namespace react1::media {
namespace {

/// What a decoder keeps in addition to a picture for those that refer to it: motion vectors and kinds of blocks.
/// Measured with H.264: 0.55 bytes a pixel; HEVC's vectors alone are 0.75.
std::int64_t motion_bytes(int width, int height) {
  return std::int64_t{width} * height * 3 / 4;
}

/// Bytes of one picture of that size, with what goes with it; 0 when the size isn't known yet.
std::int64_t picture_bytes(AVPixelFormat format, int width, int height) {
  if (width <= 0 || height <= 0) return 0;
  constexpr std::int64_t usual_bytes_of_two_pixels = 3;  // 4:2:0, 8 bits
  const std::int64_t usual = std::int64_t{width} * height * usual_bytes_of_two_pixels / 2;
  const int size = format == AV_PIX_FMT_NONE ? 0 : av_image_get_buffer_size(format, width, height, /*align=*/1);
  return (size > 0 ? size : usual) + motion_bytes(width, height);
}

/// The same for an allocated picture, with its borders.
std::int64_t allocated_bytes(const AVFrame& frame) {
  std::int64_t bytes = motion_bytes(frame.width, frame.height);
  for (const AVBufferRef* buffer : frame.buf) bytes += buffer == nullptr ? 0 : static_cast<std::int64_t>(buffer->size);
  return bytes;
}

/// Each frame thread decodes one picture; all of them get a quarter of the memory. The rest
/// is for the pictures that the stream keeps, and for those that wait to be used.
int threads_within(std::int64_t limit, std::int64_t picture, int wanted) {
  const int threads = wanted > 0 ? wanted : std::max(1, av_cpu_count());
  if (picture <= 0) return wanted;
  const std::int64_t most = std::max<std::int64_t>(1, limit / 4 / picture);
  return most < threads ? static_cast<int>(most) : wanted;
}

}  // namespace

/// Holds a picture's first buffer, and returns its bytes to the count when it is freed. The decoder may be gone by
/// then.
struct PictureMemory::Charge {
  std::shared_ptr<PictureMemory> memory;
  AVBufferRef* buffer = nullptr;
  std::int64_t bytes = 0;

  static void release(void* self, std::uint8_t* /*data*/) noexcept {
    const std::unique_ptr<Charge> charge(static_cast<Charge*>(self));
    charge->memory->held_ -= charge->bytes;
    av_buffer_unref(&charge->buffer);
  }
};

bool PictureMemory::take(std::int64_t bytes) noexcept {
  const std::int64_t now = held_ += bytes;
  if (now > limit_) {
    held_ -= bytes;
    refused_ = true;
    return false;
  }
  std::int64_t peak = peak_;
  while (now > peak && !peak_.compare_exchange_weak(peak, now)) {
  }
  return true;
}

int PictureMemory::charge(AVFrame& frame) {
  const std::int64_t bytes = allocated_bytes(frame);
  if (frame.buf[0] == nullptr) return 0;
  auto charge = std::make_unique<Charge>(Charge{shared_from_this(), frame.buf[0], bytes});
  if (!take(bytes)) return AVERROR(ENOMEM);
  AVBufferRef* wrapped = av_buffer_create(charge->buffer->data, charge->buffer->size, &Charge::release, charge.get(),
                                          /*flags=*/0);
  if (wrapped == nullptr) {
    held_ -= bytes;
    return AVERROR(ENOMEM);
  }
  static_cast<void>(charge.release());  // Charge::release() takes it back
  frame.buf[0] = wrapped;
  return 0;
}

int PictureMemory::get_buffer(AVCodecContext* context, AVFrame* frame, int flags) noexcept {
  auto& memory = *static_cast<PictureMemory*>(context->opaque);
  // Before allocation, so that refused memory is never used.
  const std::int64_t wanted = picture_bytes(static_cast<AVPixelFormat>(frame->format), frame->width, frame->height);
  if (memory.held_ + wanted > memory.limit_) {
    memory.refused_ = true;
    return AVERROR(ENOMEM);
  }
  int rc = avcodec_default_get_buffer2(context, frame, flags);
  if (rc < 0) return rc;
  try {
    rc = memory.charge(*frame);
  } catch (const std::exception&) {
    rc = AVERROR(ENOMEM);
  }
  if (rc < 0) {
    for (AVBufferRef*& buffer : frame->buf) av_buffer_unref(&buffer);
  }
  return rc;
}

bool PictureMemory::watch(AVCodecContext& context) {
  if (context.codec_type != AVMEDIA_TYPE_VIDEO) return true;
  const std::int64_t picture = picture_bytes(context.pix_fmt, context.width, context.height);
  context.thread_count = threads_within(limit_, picture, context.thread_count);
  if ((context.codec->capabilities & AV_CODEC_CAP_DR1) == 0) {
    // AV1 and VP9 keep eight pictures, the current one and the delivered one.
    constexpr std::int64_t kept = 10;
    return picture * kept <= limit_;
  }
  context.get_buffer2 = &get_buffer;
  context.opaque = this;
  ff::allow_any_thread(context);
  return true;
}

}  // namespace react1::media
