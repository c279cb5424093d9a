// SPDX-License-Identifier: Apache-2.0
// Lets a stop request, or a source that makes no progress, end a blocking read inside FFmpeg.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>

extern "C" {
#include <libavformat/avformat.h>
}

#include <react1/error.hpp>

namespace react1::media::ff {

/// The callback's state. FFmpeg keeps a pointer to it, so it does not move and must outlive the user of the pointer.
/// Used by one thread at a time, the one that reads.
class Interrupt {
 public:
  enum class Cause { none, stop, stall, circles };

  Interrupt(std::stop_token stop, std::chrono::milliseconds stall_timeout);
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  /// For FFmpeg: ends an operation when should_end().
  [[nodiscard]] AVIOInterruptCB callback() noexcept { return {.callback = &called_by_ffmpeg, .opaque = this}; }
  /// The stall clock runs against this context's byte counter from now on (null: none). With the source's size, an
  /// operation is also ended when it has read all of it several times over.
  void watch(const AVIOContext* io, std::optional<std::int64_t> source_bytes = std::nullopt) noexcept;
  /// Called when a blocking operation begins: restarts the stall clock and notes
  /// a stop. FFmpeg returns buffered data without calling the callback, so check cause() afterwards.
  void begin() noexcept;
  /// True when the running operation has to end; cause() then has the reason.
  [[nodiscard]] bool should_end() noexcept;

  /// Why the callback ended an operation; none when it did not.
  [[nodiscard]] Cause cause() const noexcept { return cause_; }
  /// The Error for cause(): interrupted, "no data for N s" (network for a URL, media for a file), or "no progress"
  /// (media). nullopt for none.
  [[nodiscard]] std::optional<Error> error(const std::string& where) const;
  /// Throws error() when there is one.
  void throw_if_ended(const std::string& where) const;
  [[nodiscard]] const std::stop_token& stop() const noexcept { return stop_; }

 private:
  static int called_by_ffmpeg(void* self) noexcept;

  std::stop_token stop_;
  std::chrono::milliseconds stall_timeout_;
  const AVIOContext* io_ = nullptr;
  std::int64_t bytes_seen_ = 0;
  std::int64_t bytes_at_begin_ = 0;
  std::optional<std::int64_t> bytes_per_operation_;
  std::chrono::steady_clock::time_point last_progress_;
  Cause cause_ = Cause::none;
};

}  // namespace react1::media::ff
