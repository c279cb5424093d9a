// SPDX-License-Identifier: Apache-2.0
// How much memory decoded pictures may take: pixels × the pictures that a decoder keeps × its threads.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

#include "media/ff/handles.hpp"

namespace react1::media {

/// Counts the bytes of a decoder's pictures, those kept as references and those
/// still held by its user, and refuses more than the limit. Any thread: frame threads allocate pictures concurrently.
class PictureMemory : public std::enable_shared_from_this<PictureMemory> {
 public:
  /// The largest that a legal stream needs: 8K, 10 bits, six pictures kept, decoded by two threads, with those that
  /// wait to be encoded. A hostile stream keeps 16 pictures of 8192x8192.
  static constexpr std::int64_t most_bytes = std::int64_t{1536} << 20U;

  explicit PictureMemory(std::int64_t limit = most_bytes) noexcept : limit_(limit) {}

  /// Makes `context`, which is not open yet and must not outlive this object, allocate each picture here, and limits
  /// its threads. Decoders that allocate by themselves are limited by the size in `context`. False: one thread is
  /// already too much. The object must be owned by a shared_ptr.
  [[nodiscard]] bool watch(AVCodecContext& context);

  /// Whether a picture was ever refused.
  [[nodiscard]] bool refused() const noexcept { return refused_; }
  /// Bytes of the pictures in use, with the decoder's additional data for each, and their maximum so far.
  [[nodiscard]] std::int64_t held() const noexcept { return held_; }
  [[nodiscard]] std::int64_t peak() const noexcept { return peak_; }
  [[nodiscard]] std::int64_t limit() const noexcept { return limit_; }

 private:
  struct Charge;
  [[nodiscard]] bool take(std::int64_t bytes) noexcept;
  static int get_buffer(AVCodecContext* context, AVFrame* frame, int flags) noexcept;
  [[nodiscard]] int charge(AVFrame& frame);

  const std::int64_t limit_;
  std::atomic<std::int64_t> held_{0}, peak_{0};
  std::atomic<bool> refused_{false};
};

}  // namespace react1::media
