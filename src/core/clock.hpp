// SPDX-License-Identifier: Apache-2.0
// Time as a port, so that tests need not sleep.
#pragma once

#include <chrono>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

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
/// "2026-11-22T07:49:25.123456Z", "2026-11-22 07:49:25+01:00": any fraction, any offset; without one it is UTC. nullopt
/// for anything else.
[[nodiscard]] std::optional<std::chrono::system_clock::time_point> parse_iso8601(std::string_view text);
/// A new identifier: UUIDv7 (time-ordered, 48 bits of Unix milliseconds then random), lower-case text.
[[nodiscard]] std::string new_id(const Clock& clock);

}  // namespace react1
