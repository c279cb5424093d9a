// SPDX-License-Identifier: Apache-2.0
// Logging for the whole library: lines go to the sink of set_log_sink() (react1/log_sink.hpp), and nowhere without one.
#pragma once

#include <react1/log_sink.hpp>
#include <string>
#include <string_view>

namespace react1::log {

using Level = LogLevel;

/// Puts job id (and, once known, request id) on every line this thread logs while it lives. Nests.
class Scope {
 public:
  explicit Scope(std::string job_id, std::string request_id = {});
  Scope(const Scope&) = delete;
  Scope& operator=(const Scope&) = delete;
  ~Scope();

 private:
  std::string previous_job_, previous_request_;
};

/// Whether a line of this level would reach a sink; for lines that cost something to make. Thread-safe.
[[nodiscard]] bool is_wanted(Level level) noexcept;

/// Thread-safe; throws nothing. `message` must not hold secrets; URLs go through redact_url() first.
void write(Level level, std::string_view component, std::string_view message) noexcept;
inline void debug(std::string_view component, std::string_view message) {
  write(Level::debug, component, message);
}
inline void info(std::string_view component, std::string_view message) {
  write(Level::info, component, message);
}
inline void warning(std::string_view component, std::string_view message) {
  write(Level::warning, component, message);
}
inline void error(std::string_view component, std::string_view message) {
  write(Level::error, component, message);
}

}  // namespace react1::log
