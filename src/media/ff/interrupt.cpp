// SPDX-License-Identifier: Apache-2.0
#include "media/ff/interrupt.hpp"

#include <fmt/format.h>

#include <utility>

#include "core/redact.hpp"
#include "core/saturate.hpp"

namespace react1::media::ff {
namespace {

/// Enough for an index at the end and some backward seeks.
std::int64_t most_bytes(std::int64_t source_bytes) {
  constexpr std::int64_t times = 4;
  constexpr std::int64_t slack = std::int64_t{64} << 20;
  return source_bytes > (INT64_MAX - slack) / times ? INT64_MAX : times * source_bytes + slack;
}

}  // namespace

Interrupt::Interrupt(std::stop_token stop, std::chrono::milliseconds stall_timeout)
    : stop_(std::move(stop)),
      stall_timeout_(at_most_forever(stall_timeout)),
      last_progress_(std::chrono::steady_clock::now()) {}

void Interrupt::watch(const AVIOContext* io, std::optional<std::int64_t> source_bytes) noexcept {
  io_ = io;
  bytes_seen_ = bytes_at_begin_ = io == nullptr ? 0 : io->bytes_read;
  bytes_per_operation_.reset();
  if (source_bytes) bytes_per_operation_ = most_bytes(*source_bytes);
}

void Interrupt::begin() noexcept {
  last_progress_ = std::chrono::steady_clock::now();
  bytes_at_begin_ = io_ == nullptr ? 0 : io_->bytes_read;
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
  // One operation may legitimately read a whole file (an index at the end), so the clock restarts with every received
  // byte.
  const std::int64_t bytes = io_ == nullptr ? 0 : io_->bytes_read;
  if (bytes != bytes_seen_) {
    bytes_seen_ = bytes;
    last_progress_ = now;
  } else if (now - last_progress_ >= stall_timeout_) {
    cause_ = Cause::stall;
    return true;
  }
  if (bytes_per_operation_ && bytes - bytes_at_begin_ > *bytes_per_operation_) cause_ = Cause::circles;
  return cause_ != Cause::none;
}

std::optional<Error> Interrupt::error(const std::string& where) const {
  switch (cause_) {
    case Cause::none:
      return std::nullopt;
    case Cause::stop:
      return Error{ErrorCode::interrupted, where, "stopped"};
    case Cause::circles:
      return Error{ErrorCode::media, where, "no progress: all of it was read several times without a result",
                   Error::Extra{.hint = "the file is damaged; export it again"}};
    case Cause::stall:
      break;
  }
  const bool url = is_http_url(where);
  const double seconds = std::chrono::duration<double>(stall_timeout_).count();
  return Error{url ? ErrorCode::network : ErrorCode::media, where, fmt::format("no data for {:g} s", seconds),
               Error::Extra{.hint = url ? "try again, or allow a longer stall time" : "check where the data comes from",
                            .retryable = url}};
}

void Interrupt::throw_if_ended(const std::string& where) const {
  if (const auto ended = error(where)) throw *ended;
}

}  // namespace react1::media::ff
