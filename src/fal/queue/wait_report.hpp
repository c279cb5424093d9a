// SPDX-License-Identifier: Apache-2.0
// Reports the progress of a wait to its observer: only what is new.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <string>
#include <tuple>

#include <react1/fal.hpp>
#include <react1/run_context.hpp>
#include <react1/secret.hpp>

namespace react1::fal {

/// Selects the lines of a status answer that are new: each answer carries a window that repeats lines and loses old
/// ones; a stream sends new ones only, and starts over when it is reopened. Remembers the last few
/// thousand.
class LogDedupe {
 public:
  [[nodiscard]] bool is_new(const LogLine& line);

 private:
  using Key = std::tuple<std::string, std::string, std::string>;
  std::set<Key> seen_;
  std::deque<std::set<Key>::const_iterator> order_;
};

/// Notes: "service_log" per new line, "queue_position", "service_state", "unknown_status". Texts are scrubbed. Observer
/// and key must outlive it.
class WaitReport {
 public:
  WaitReport(Observer& observer, const Secret& key) : observer_(observer), key_(key) {}

  /// True when the state is another than before.
  bool report(const QueueStatus& status);
  void note(Note::Level level, const char* code, std::string message);
  /// The last status word, scrubbed; empty before the first.
  [[nodiscard]] std::string last_word() const;

 private:
  void report_state(const QueueStatus& status);
  [[nodiscard]] std::string log_text(const LogLine& line) const;

  Observer& observer_;
  const Secret& key_;
  LogDedupe dedupe_;
  std::optional<std::string> last_word_;
  std::optional<std::int64_t> position_;
};

}  // namespace react1::fal
