// Time as a port, so that tests need not sleep.
#pragma once

#include <chrono>
#include <stop_token>
#include <string>

namespace react1 {

class Clock {
 public:
  Clock() = default;
  Clock(const Clock&) = delete;
  Clock& operator=(const Clock&) = delete;
  virtual ~Clock() = default;
  /// Monotonic.
  [[nodiscard]] virtual std::chrono::steady_clock::time_point now() const = 0;
  [[nodiscard]] virtual std::chrono::system_clock::time_point wall() const = 0;
  /// Returns early when a stop is requested; false then.
  virtual bool sleep_for(std::chrono::milliseconds duration, const std::stop_token& stop) const = 0;
};

/// The real one; lives for the whole process.
[[nodiscard]] const Clock& system_clock() noexcept;

/// "2026-11-22T07:49:25.123Z".
[[nodiscard]] std::string iso8601(std::chrono::system_clock::time_point time);
/// A new identifier: UUIDv7 (time-ordered, 48 bits of Unix milliseconds then random), lower-case text.
[[nodiscard]] std::string new_id(const Clock& clock);

}  // namespace react1
