// SPDX-License-Identifier: Apache-2.0
// Logging for the whole library. The only room that knows the logging library.
// The library sets no global logger: without init_logging() nothing is printed.
#pragma once

#include <string>
#include <string_view>

namespace react1::log {

enum class Level { debug, info, warning, error };
enum class Format { text, json };

/// For applications, once, before other threads start: log lines at `level` and above go to stderr.
void init(Level level, Format format);

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

/// Thread-safe. One line, whatever `message` holds (core/printable). It must not hold secrets; URLs go through
/// redact_url() first.
void write(Level level, std::string_view component, std::string_view message);
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
