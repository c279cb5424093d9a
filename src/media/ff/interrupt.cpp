#include "media/ff/interrupt.hpp"

#include <fmt/format.h>

#include <utility>

#include "core/redact.hpp"

namespace react1::media::ff {

Interrupt::Interrupt(std::stop_token stop, std::chrono::milliseconds stall_timeout)
    : stop_(std::move(stop)), stall_timeout_(stall_timeout), last_progress_(std::chrono::steady_clock::now()) {}

void Interrupt::attach(AVFormatContext& context) noexcept {
  context_ = &context;
  context.interrupt_callback = {.callback = &called_by_ffmpeg, .opaque = this};
}

void Interrupt::begin() noexcept {
  last_progress_ = std::chrono::steady_clock::now();
  if (cause_ == Cause::none && stop_.stop_requested()) cause_ = Cause::stop;
}

int Interrupt::called_by_ffmpeg(void* self) noexcept {
  return static_cast<Interrupt*>(self)->should_end() ? 1 : 0;
}

bool Interrupt::should_end() noexcept {
  if (cause_ != Cause::none) return true;
  if (stop_.stop_requested()) {
    cause_ = Cause::stop;
    return true;
  }
  const auto now = std::chrono::steady_clock::now();
  // One operation may rightly read a whole file (an index at the end), so the clock restarts with every byte that
  // comes.
  const std::int64_t bytes = context_ != nullptr && context_->pb != nullptr ? context_->pb->bytes_read : 0;
  if (bytes != bytes_seen_) {
    bytes_seen_ = bytes;
    last_progress_ = now;
  } else if (now - last_progress_ >= stall_timeout_) {
    cause_ = Cause::stall;
    return true;
  }
  return false;
}

std::optional<Error> Interrupt::error(const std::string& where) const {
  switch (cause_) {
    case Cause::none:
      return std::nullopt;
    case Cause::stop:
      return Error{ErrorCode::interrupted, where, "stopped"};
    case Cause::stall:
      break;
  }
  const bool url = is_http_url(where);
  const double seconds = std::chrono::duration<double>(stall_timeout_).count();
  return Error{url ? ErrorCode::network : ErrorCode::media, where, fmt::format("no data for {:g} s", seconds),
               Error::Extra{.hint = url ? "try again, or allow a longer stall time" : "check the disk or mount",
                            .retryable = url}};
}

}  // namespace react1::media::ff
