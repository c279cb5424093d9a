// SPDX-License-Identifier: Apache-2.0
// Packets → frames of one stream, with damage counted instead of hidden.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <type_traits>

#include "media/ff/handles.hpp"
#include "media/stream/picture_memory.hpp"

#include <react1/source.hpp>

namespace react1::media {

/// Decodes one stream. One thread at a time (FFmpeg's own worker threads are inside).
class Decoder {
 public:
  enum class Send {
    accepted,  ///< the packet was accepted (or was damaged, and is counted)
    full,      ///< frames must be received first; the packet was not accepted
  };
  enum class Receive {
    frame,       ///< `frame` holds the next frame
    needs_more,  ///< send another packet
    end,         ///< drained
  };

  /// `threads`: 0 = one per core; frame threads where the codec has them. `where` is the source's name for messages.
  /// The stream may be gone afterwards. Its pictures, including those of delivered frames, take no more than
  /// `picture_bytes`; large ones are decoded by fewer threads. Throws Error{media} when no decoder can be opened, or
  /// the stream is over a limit.
  Decoder(const AVStream& stream, int threads, std::string where, SourceOptions limits = {},
          std::int64_t picture_bytes = PictureMemory::most_bytes);

  /// nullptr starts draining; after the end, flush() before sending again. Throws Error{media} on a decoder
  /// that cannot continue (no memory, pictures that take too much of it, internal fault, limits.decode_timeout without
  /// a frame); a damaged packet is counted and accepted.
  [[nodiscard]] Send send(const AVPacket* packet);
  /// Unreferences what `frame` held. Damaged packets that produce no frame are counted and skipped.
  [[nodiscard]] Receive receive(AVFrame& frame);
  /// Forgets all pending frames, e.g. after a seek. The counters stay.
  void flush() noexcept;

  /// Sends one packet (nullptr: drains) and gives every frame that comes out to `sink(AVFrame&)`.
  /// `sink` may return void, or bool: false ends the call early (frames not yet received stay inside).
  /// `scratch` is reused for all frames.
  template <class Sink>
  void decode(const AVPacket* packet, AVFrame& scratch, Sink&& sink) {
    bool sent = false;
    while (!sent) {
      sent = send(packet) == Send::accepted;
      while (receive(scratch) == Receive::frame) {
        if constexpr (std::is_same_v<decltype(sink(scratch)), bool>) {
          if (!sink(scratch)) return;
        } else {
          sink(scratch);
        }
      }
    }
  }

  /// Packets that could not be decoded, plus frames the decoder marked as damaged.
  [[nodiscard]] std::int64_t damaged() const noexcept { return errors_ + corrupt_; }
  /// Packets that could not be decoded.
  [[nodiscard]] std::int64_t errors() const noexcept { return errors_; }
  /// Delivered frames.
  [[nodiscard]] std::int64_t frames() const noexcept { return frames_; }
  [[nodiscard]] AVCodecContext& context() const noexcept { return *context_; }
  /// Memory of its pictures.
  [[nodiscard]] const PictureMemory& pictures() const noexcept { return *pictures_; }

 private:
  template <class Call>
  [[nodiscard]] int timed(Call call);
  void require_within(const AVFrame& frame) const;
  [[noreturn]] void fail(int rc) const;
  [[noreturn]] void refuse_pictures() const;

  std::string where_;
  SourceOptions limits_;
  std::shared_ptr<PictureMemory> pictures_;
  ff::CodecContext context_;  // refers to pictures_
  std::int64_t errors_ = 0, corrupt_ = 0, frames_ = 0;
  std::chrono::steady_clock::duration worked_{};  // time in the decoder since its last output
};

}  // namespace react1::media
