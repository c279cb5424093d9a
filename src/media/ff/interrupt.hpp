// Lets a stop request, or a source that delivers nothing for too long, end a blocking read inside FFmpeg.
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

/// The callback's state. FFmpeg keeps a pointer to it, so it neither moves nor dies before the format context.
/// Used by one thread at a time, the one that reads.
class Interrupt {
 public:
  enum class Cause { none, stop, stall };

  Interrupt(std::stop_token stop, std::chrono::milliseconds stall_timeout);
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  /// Puts the callback into `context`, before it is opened. The stall clock then runs against that context's byte
  /// counter.
  void attach(AVFormatContext& context) noexcept;
  /// Called when a blocking operation begins: restarts the stall clock and takes note of a stop. Data that FFmpeg holds
  /// in memory is handed out without asking the callback, so look at cause() afterwards.
  void begin() noexcept;

  /// Why the callback ended an operation; none when it did not.
  [[nodiscard]] Cause cause() const noexcept { return cause_; }
  /// The Error for cause(): interrupted, or "no data for N s" (network for a URL, media for a file). nullopt for none.
  [[nodiscard]] std::optional<Error> error(const std::string& where) const;

 private:
  static int called_by_ffmpeg(void* self) noexcept;
  [[nodiscard]] bool should_end() noexcept;

  std::stop_token stop_;
  std::chrono::milliseconds stall_timeout_;
  const AVFormatContext* context_ = nullptr;
  std::int64_t bytes_seen_ = 0;
  std::chrono::steady_clock::time_point last_progress_;
  Cause cause_ = Cause::none;
};

}  // namespace react1::media::ff
